"""Sound is made by real FluidSynth; where it has to fail, by a script in its place."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pretty_midi
import pyloudnorm
import pytest
import soundfile

from musegen.audio import (
    FORMATS,
    MIX,
    Soundfont,
    Stems,
    find_soundfonts,
    fluidsynth_problem,
    read_comment,
    render,
    render_stages,
    render_stems,
    to_int16,
    write_audio,
    write_stems,
    write_stream,
)
from musegen.audio import loudness as levels
from musegen.errors import AudioError, Cancelled
from musegen.music import Phrase, Piece
from musegen.music.notes import make_notes

TIM = Path(pretty_midi.__file__).with_name("TimGM6mb.sf2")
RATE = 44100
BAND = [
    *((step, "lead", 72 + step % 7, 2, 90) for step in range(0, 32, 4)),
    *((step, "chords", pitch, 8, 70) for step in range(0, 32, 8) for pitch in (60, 64, 67)),
    *((step, "bass", 36, 8, 100) for step in range(0, 32, 8)),
    *((step, "drums", 36 if step % 8 else 38, 1, 110) for step in range(0, 32, 4)),
]

needs_fluidsynth = pytest.mark.skipif(
    shutil.which("fluidsynth") is None, reason="FluidSynth is not installed"
)


def piece_of(rows: list[tuple], tempo: float = 240, **programs: int) -> Piece:
    """One phrase; at 240 beats a minute it lasts two seconds. Two pianos play, with peaks."""
    programs = {"lead": 0, "chords": 4, **programs}
    return Piece((Phrase(make_notes(rows), tempo=tempo),), programs)


def peak_db(sound: np.ndarray) -> float:
    return 20 * np.log10(np.abs(sound).max())


@pytest.fixture(scope="module")
def band() -> np.ndarray:
    sound, rate = render(piece_of(BAND), TIM)
    assert rate == RATE
    return sound


@pytest.fixture
def temp(tmp_path, monkeypatch) -> Path:
    """The folder that temporary folders are made in, watched."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def fake_fluidsynth(tmp_path, monkeypatch, temp):
    """Put a shell script in FluidSynth's place. In it, $wav is the file to write."""

    def put(body: str) -> None:
        script = tmp_path / "bin" / "fluidsynth"
        script.parent.mkdir()
        find_wav = 'while [ $# -gt 0 ]; do [ "$1" = -F ] && wav=$2; shift; done\n'
        script.write_text(f"#!/bin/sh\n{find_wav}{body}\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")

    return put


@pytest.fixture
def no_fluidsynth(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


# Rendering


@needs_fluidsynth
def test_a_render_is_stereo_float_as_long_as_the_piece_and_its_release(band):
    assert band.dtype == np.float32
    assert band.ndim == 2
    assert band.shape[1] == 2
    assert 2.0 <= len(band) / RATE <= 6.0
    assert np.abs(band[:, 0] - band[:, 1]).max() > 0.01  # stereo, not one channel twice


@needs_fluidsynth
def test_the_release_fades_to_nothing(band):
    assert np.abs(band[2 * RATE : 2 * RATE + 1000]).max() > 0.01, "the release was cut off"
    assert np.abs(band[-20:]).max() < 1e-3


@needs_fluidsynth
def test_a_piece_that_ends_in_rests_keeps_its_length():
    sound, _ = render(piece_of([(0, "drums", 37, 1, 100)], tempo=60), TIM)
    assert len(sound) == 8 * RATE


@needs_fluidsynth
@pytest.mark.parametrize(
    "piece",
    [
        piece_of(BAND),
        piece_of([(0, "lead", 60, 4, 1)]),  # as soft as can be
        piece_of([(0, "drums", 38, 1, 127)]),  # a lone hit
        piece_of([(0, "chords", p, 32, 60) for p in (48, 55, 60, 64)], chords=89),  # a smooth pad
        piece_of([(s, "chords", p, 4, 127) for s in range(0, 32, 2) for p in range(40, 80, 4)]),
        piece_of([(31, "bass", 30, 1, 100)]),  # nearly all of it after the end
    ],
    ids=["band", "soft", "hit", "pad", "dense", "late"],
)
def test_every_piece_peaks_between_minus_3_and_minus_half_a_decibel(piece):
    sound, _ = render(piece, TIM)
    assert np.isfinite(sound).all()
    assert -3 <= peak_db(sound) <= -0.5


@needs_fluidsynth
def test_pieces_are_equally_loud(band):
    soft = [(onset, part, pitch, length, v // 3) for onset, part, pitch, length, v in BAND]
    quiet, _ = render(piece_of(soft), TIM)
    drums, _ = render(piece_of(BAND).only(["drums"]), TIM)
    for sound in (band, quiet, drums):
        assert levels.loudness(sound) == pytest.approx(-16, abs=0.7)


def test_a_release_without_end_is_faded_out():
    endless = np.full((10 * RATE, 2), 0.5, np.float32)
    trimmed = levels.shape(endless, levels.mastering(endless, 2 * RATE))
    assert len(trimmed) == 6 * RATE
    assert not trimmed[-1].any()
    assert np.abs(np.diff(trimmed, axis=0)).max() < 1e-3  # no click


def test_loudness_is_that_of_the_standard():
    # BS.1770-4: a full-scale sine at 997 Hz in one channel measures -3.01 LUFS.
    wave = np.zeros((2 * RATE, 2), np.float32)
    wave[:, 0] = np.sin(2 * np.pi * 997 * np.arange(len(wave)) / RATE)
    assert levels.loudness(wave) == pytest.approx(-3.01, abs=0.05)
    # Gated: as much silence again changes nothing but the one block that is partly silent.
    padded = np.concatenate([wave, np.zeros_like(wave)])
    assert levels.loudness(padded) == pytest.approx(-3.01, abs=0.4)


def test_loudness_is_that_of_pyloudnorm(band):
    meter = pyloudnorm.Meter(RATE)
    for sound in (band, band[: RATE // 2], band / 100):
        assert levels.loudness(sound) == pytest.approx(meter.integrated_loudness(sound), abs=0.2)
    assert levels.loudness(np.zeros((RATE, 2), np.float32)) == -70


def test_the_limiter_turns_down_peaks_and_leaves_the_rest_alone():
    wave = np.full((RATE, 2), 0.5, np.float32)
    wave[RATE // 2] = 2.0
    hops = levels._limiting(levels._peaks(wave), 0.9)
    limited = levels.shape(wave, levels._for_samples(hops, len(wave)))
    assert np.abs(limited).max() == pytest.approx(0.9, abs=1e-4)
    assert (limited[: RATE // 4] == 0.5).all()
    assert np.abs(np.diff(limited[: RATE // 2, 0])).max() < 1e-3  # no step in the gain
    # Without clipping: what is beside the peak went down with it.
    assert limited[RATE // 2 - 1, 0] == pytest.approx(0.5 * 0.9 / 2, rel=0.02)


def test_a_piece_without_notes_is_silence_of_its_length():
    sound, rate = render(Piece((Phrase(tempo=240),)), TIM)
    assert sound.shape == (2 * RATE, 2)
    assert rate == RATE
    assert not sound.any()


@needs_fluidsynth
def test_a_render_is_silent_on_the_terminal_and_leaves_no_file(temp, capfd):
    render(piece_of(BAND), TIM)
    assert capfd.readouterr() == ("", "")
    assert list(temp.iterdir()) == []


@needs_fluidsynth
def test_two_renders_at_once_do_not_meet(band):
    other = piece_of([(0, "lead", 60, 8, 90)])
    sounds: dict[int, np.ndarray] = {}

    def work(i: int, piece: Piece) -> None:
        sounds[i] = render(piece, TIM)[0]

    threads = [threading.Thread(target=work, args=x) for x in enumerate([piece_of(BAND), other])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(sounds[0], band)
    assert not np.array_equal(sounds[1][:RATE], band[:RATE])


@needs_fluidsynth
def test_a_user_s_own_fluidsynth_settings_change_nothing(band, tmp_path, monkeypatch):
    (tmp_path / ".fluidsynth").write_text("gain 0.0001\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert np.array_equal(render(piece_of(BAND), TIM)[0], band)


# Stems


@pytest.fixture(scope="module")
def stems() -> Stems:
    return render_stems(piece_of(BAND), TIM)


@needs_fluidsynth
def test_stems_together_are_the_piece(stems, band):
    assert list(stems.sounds) == ["lead", "chords", "bass", "drums"]
    assert stems.rate == RATE
    assert not stems.missing
    assert levels.loudness(stems.mix) == pytest.approx(-16, abs=0.7)
    assert -3 <= peak_db(stems.mix) <= -0.5
    for sound in stems.sounds.values():
        assert sound.dtype == np.float32
        assert sound.shape == stems.mix.shape
    # FluidSynth's effects are not quite the same for a part alone.
    length = min(len(band), len(stems.mix))
    assert length == pytest.approx(len(band), abs=RATE / 2)
    rest = np.sqrt(np.mean((band[:length] - stems.mix[:length]) ** 2))
    assert rest < 0.1 * np.sqrt(np.mean(band**2))


@needs_fluidsynth
def test_stems_keep_their_balance(stems):
    soft = [(s, part, p, n, v // 4 if part == "bass" else v) for s, part, p, n, v in BAND]
    other = render_stems(piece_of(soft), TIM)

    def bass_under_drums(sounds) -> float:
        return peak_db(sounds["drums"]) - peak_db(sounds["bass"])

    assert bass_under_drums(other.sounds) > bass_under_drums(stems.sounds) + 12


@needs_fluidsynth
def test_a_part_that_cannot_be_played_is_told_and_the_others_play(tmp_path, monkeypatch):
    real = shutil.which("fluidsynth")
    script = tmp_path / "fluidsynth"
    script.write_text(
        "#!/bin/sh\n"
        'for last; do :; done; grep -q bass "$last" && { echo error: no luck; exit 1; }\n'
        f'exec {real} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    stems = render_stems(piece_of(BAND), TIM)
    assert list(stems.sounds) == ["lead", "chords", "drums"]
    assert list(stems.missing) == ["bass"]
    assert "no luck" in stems.missing["bass"]


def test_no_part_can_be_played(fake_fluidsynth):
    fake_fluidsynth("echo 'fluidsynth: error: out of luck' >&2; exit 1")
    with pytest.raises(AudioError, match="out of luck"):
        render_stems(piece_of(BAND), TIM)


def test_a_piece_without_notes_has_no_stems():
    assert not render_stems(Piece((Phrase(tempo=240),)), TIM).sounds


def test_no_more_renderers_at_once_than_cores(fake_fluidsynth, tmp_path):
    fake_fluidsynth(f"date +%s.%N >> {tmp_path}/begun; sleep 0.5; exit 1")
    with pytest.raises(AudioError):
        render_stems(piece_of(BAND), TIM)
    begun = sorted(map(float, (tmp_path / "begun").read_text().split()))
    assert len(begun) == 4
    for first, later in zip(begun, begun[os.cpu_count() :], strict=False):
        assert later - first >= 0.5


# First the mix, then the parts


@needs_fluidsynth
def test_the_stages_are_the_same_music_as_loud_and_in_time(band):
    mix, parts = render_stages(piece_of(BAND), TIM)
    assert list(mix.sounds) == [MIX]
    assert list(parts.sounds) == ["lead", "chords", "bass", "drums"]
    assert np.array_equal(mix.mix, band)  # the first is what `render` gives
    assert parts.mix.shape == mix.mix.shape
    rest = parts.mix - mix.mix
    assert np.sqrt(np.mean(rest**2)) < 0.03 * np.sqrt(np.mean(mix.mix**2))
    # Where they differ it is for as long as FluidSynth's voices take to begin: the beginnings of
    # notes, and what the effects make of them.
    assert np.mean(np.abs(rest).max(axis=1) > 1e-3) < 0.05


@needs_fluidsynth
def test_a_piece_of_one_part_has_one_stage():
    (drums,) = render_stages(piece_of(BAND).only(["drums"]), TIM)
    assert list(drums.sounds) == ["drums"]


def test_a_piece_without_notes_has_one_stage_without_sounds():
    (nothing,) = render_stages(Piece((Phrase(tempo=240),)), TIM)
    assert not nothing.sounds


@needs_fluidsynth
def test_two_cores_make_the_same_sound_as_one(band, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert np.array_equal(render(piece_of(BAND), TIM)[0], band)


# Halting, and how far it has come


@pytest.mark.parametrize("make", [render, render_stems])
def test_what_is_halted_ends_with_all_it_started(make, fake_fluidsynth, temp, tmp_path):
    fake_fluidsynth(f"sleep 60 & echo $! >> {tmp_path}/pid; wait")
    cancel = threading.Event()
    threading.Timer(0.5, cancel.set).start()
    start = time.monotonic()
    with pytest.raises(Cancelled):
        make(piece_of(BAND), TIM, cancel=cancel)
    assert time.monotonic() - start < 2
    assert list(temp.iterdir()) == []
    begun = (tmp_path / "pid").read_text().split()
    assert 1 <= len(begun) <= os.cpu_count()  # parts that waited for a core were not begun
    assert all(ended(int(process)) for process in begun)


def test_what_is_halted_beforehand_does_not_begin(fake_fluidsynth, tmp_path):
    fake_fluidsynth(f"touch {tmp_path}/begun")
    cancel = threading.Event()
    cancel.set()
    for make in (render, render_stems, lambda *args, **more: list(render_stages(*args, **more))):
        with pytest.raises(Cancelled):
            make(piece_of(BAND), TIM, cancel=cancel)
    assert not (tmp_path / "begun").exists()


@needs_fluidsynth
def test_a_stage_can_be_halted_after_another():
    cancel = threading.Event()
    stages = render_stages(piece_of(BAND), TIM, cancel=cancel)
    next(stages)
    cancel.set()
    with pytest.raises(Cancelled):
        next(stages)


def test_progress_is_what_is_written(fake_fluidsynth, tmp_path):
    # The piece lasts two seconds: six with the longest release, 2.1 MB. A third of that is there.
    soundfile.write(tmp_path / "whole.wav", np.full((3 * RATE, 2), 0.1), RATE, "FLOAT")
    whole = tmp_path / "whole.wav"
    fake_fluidsynth(f'head -c 705600 {whole} > "$wav"; sleep 1; cat {whole} > "$wav"')
    told: list[tuple[float, float]] = []
    threads = set()

    def tell(share: float) -> None:
        told.append((time.monotonic(), share))
        threads.add(threading.current_thread())

    render(piece_of(BAND), TIM, progress=tell)
    shares = [share for _, share in told]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert pytest.approx(1 / 3, abs=0.01) in shares
    assert len(told) <= 2 + (told[-1][0] - told[0][0]) / 0.2
    assert threads == {threading.current_thread()}


@needs_fluidsynth
def test_progress_of_stages_begins_anew():
    told: list[float] = []
    stages = render_stages(piece_of(BAND), TIM, progress=told.append)
    for _ in range(2):
        next(stages)
        assert told[0] == 0
        assert told[-1] == 1
        assert all(0 <= share <= 1 for share in told)
        told.clear()


def test_the_stream_for_the_page_reads_back(tmp_path):
    time = np.arange(9 * RATE) / RATE
    wave = np.stack([np.sin(2 * np.pi * 220 * time), np.cos(2 * np.pi * 220 * time)], axis=1)
    lead = wave.astype(np.float32)
    late = np.where(time[:, None] < 5, 0, lead).astype(np.float32)
    sounds = {"lead": lead, "bass": late}
    told = write_stream(tmp_path / "song.flacs", Stems(sounds, RATE, {}))
    assert (told["rate"], told["samples"], told["parts"]) == (RATE, 9 * RATE, ["lead", "bass"])
    data = (tmp_path / "song.flacs").read_bytes()
    assert sum(map(sum, told["bytes"])) == len(data) < lead.size * 2
    back: dict[str, list[np.ndarray]] = {part: [] for part in sounds}
    for i, sizes in enumerate(told["bytes"]):
        length = min(told["each"], told["samples"] - i * told["each"])
        for part, size in zip(told["parts"], sizes, strict=True):
            piece, data = data[:size], data[size:]
            silence = np.zeros((length, 2))
            back[part].append(soundfile.read(io.BytesIO(piece))[0] if size else silence)
    assert told["bytes"][0][1] == 0  # nothing is sent of what is silent
    for part, sound in sounds.items():
        assert np.abs(np.concatenate(back[part]) - sound).max() < 2**-12


def test_stems_are_written_as_a_zip_of_flac(tmp_path, chord):
    write_stems(tmp_path / "song-stems.zip", Stems({"lead": chord, "bass": chord / 2}, RATE, {}))
    with zipfile.ZipFile(tmp_path / "song-stems.zip") as archive:
        assert archive.namelist() == ["song-lead.flac", "song-bass.flac"]
        sound, rate = soundfile.read(io.BytesIO(archive.read("song-bass.flac")))
    assert rate == RATE
    assert np.abs(sound - chord / 2).max() < 1e-4


# What can go wrong with a soundfont


def test_a_missing_soundfont(tmp_path):
    with pytest.raises(AudioError, match=r"there is no soundfont at .*none\.sf2"):
        render(piece_of(BAND), tmp_path / "none.sf2")


def test_a_file_that_is_no_soundfont(tmp_path):
    path = tmp_path / "song.sf2"
    path.write_bytes(b"RIFF\x04\x00\x00\x00WAVE")
    with pytest.raises(AudioError, match=r"song\.sf2 is not a soundfont"):
        render(piece_of(BAND), path)


def test_a_soundfont_that_was_cut_short(tmp_path):
    path = tmp_path / "half.sf2"
    path.write_bytes(TIM.read_bytes()[:1_000_000])
    with pytest.raises(AudioError, match="only the beginning"):
        render(piece_of(BAND), path)


def damaged(folder: Path) -> Path:
    """A soundfont with its head and length right and its tables overwritten."""
    data = TIM.read_bytes()
    tables = data.rfind(b"pdta")
    path = folder / "damaged.sf2"
    path.write_bytes(data[:tables] + b"\xff" * (len(data) - tables))
    return path


@needs_fluidsynth
def test_a_damaged_soundfont_is_not_rendered_as_silence(tmp_path):
    with pytest.raises(AudioError, match=r"FluidSynth cannot load damaged\.sf2"):
        render(piece_of(BAND), damaged(tmp_path))


# What can go wrong with FluidSynth


def test_fluidsynth_that_fails(fake_fluidsynth, temp):
    fake_fluidsynth("echo 'fluidsynth: error: out of luck' >&2; exit 1")
    with pytest.raises(AudioError, match=r"failed with .*: error: out of luck") as caught:
        render(piece_of(BAND), TIM)
    assert "\n" not in str(caught.value)
    assert list(temp.iterdir()) == []


def test_fluidsynth_that_does_nothing(fake_fluidsynth):
    fake_fluidsynth("exit 0")
    with pytest.raises(AudioError, match="FluidSynth failed"):
        render(piece_of(BAND), TIM)


def test_fluidsynth_that_hangs_is_ended_with_all_it_started(fake_fluidsynth, temp, tmp_path):
    fake_fluidsynth(f"sleep 60 & echo $! > {tmp_path}/pid; wait")
    start = time.monotonic()
    with pytest.raises(AudioError, match=r"not done after 0\.5 s"):
        render(piece_of(BAND), TIM, timeout=0.5)
    assert time.monotonic() - start < 5
    assert list(temp.iterdir()) == []
    assert ended(int((tmp_path / "pid").read_text()))


def ended(process: int) -> bool:
    """Whether a process is gone, or has died and only waits for its parent to notice."""
    for _ in range(50):
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True)
        if state.stdout.strip()[:1] in (b"", b"Z"):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("left", ["part", "no release", "too short", "nothing"])
def test_an_unfinished_file_is_not_taken_for_sound(left, fake_fluidsynth, temp, tmp_path):
    whole = tmp_path / "whole.wav"
    seconds = 1 if left == "too short" else 3
    soundfile.write(whole, np.full((seconds * RATE, 2), 0.1), RATE, "FLOAT")
    source = {
        "part": f"head -c 90000 {whole}",
        "no release": f"head -c 1000000 {whole}",
        "too short": f"cat {whole}",
        "nothing": ":",
    }
    fake_fluidsynth(f'{source[left]} > "$wav"')
    with pytest.raises(AudioError, match="unfinished"):
        render(piece_of(BAND), TIM)
    assert list(temp.iterdir()) == []


def test_silence_is_not_taken_for_sound(fake_fluidsynth, tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros((3 * RATE, 2)), RATE)
    fake_fluidsynth(f'cat {tmp_path}/silence.wav > "$wav"')
    with pytest.raises(AudioError, match="has no sound for this piece"):
        render(piece_of(BAND), TIM)


def test_options_come_before_the_files(fake_fluidsynth, tmp_path):
    # FluidSynth for Windows takes every word after the first file for a file.
    fake_fluidsynth("exit 1")
    script = tmp_path / "bin" / "fluidsynth"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/words\nexit 1\n')
    with pytest.raises(AudioError):
        render(piece_of(BAND), TIM)
    *options, soundfont, midi = (tmp_path / "words").read_text().splitlines()
    assert Path(soundfont) == TIM.resolve()
    assert midi.endswith(".mid")
    assert {"-ni", "-F", "-r"} <= set(options)


# Without FluidSynth


@needs_fluidsynth
def test_no_problem_where_fluidsynth_is_installed():
    assert fluidsynth_problem() is None


def test_the_problem_says_how_to_install_it(no_fluidsynth):
    problem = fluidsynth_problem()
    for command in ("apt-get install fluidsynth", "brew install fluid-synth", "choco install"):
        assert command in problem
    assert "\n" not in problem


def test_without_fluidsynth_the_embedded_renderer_plays(no_fluidsynth, temp, capfd):
    sound, rate = render(piece_of(BAND), TIM)
    assert rate == RATE
    assert sound.dtype == np.float32
    assert sound.shape[1] == 2
    assert 2.0 <= len(sound) / RATE <= 6.0
    assert np.abs(sound[2 * RATE : 2 * RATE + 1000]).max() > 0.01, "the release was cut off"
    assert -3 <= peak_db(sound) <= -0.5
    assert capfd.readouterr() == ("", "")
    assert list(temp.iterdir()) == []


def test_the_embedded_renderer_plays_in_tune(no_fluidsynth):
    # It plays at 48 kHz: read as 44.1 kHz the A would be at 404 Hz.
    sound, _ = render(piece_of([(0, "lead", 69, 32, 100)], lead=73), TIM)
    spectrum = np.abs(np.fft.rfft(sound[: 2 * RATE, 0]))
    assert np.argmax(spectrum) / 2 == pytest.approx(440, abs=4)


def test_the_embedded_renderer_and_a_damaged_soundfont(no_fluidsynth, tmp_path):
    with pytest.raises(AudioError, match=r"midirenderer failed with damaged\.sf2"):
        render(piece_of(BAND), damaged(tmp_path))


def test_the_embedded_renderer_needs_an_sf2(no_fluidsynth, tmp_path):
    path = tmp_path / "general.sf3"
    path.symlink_to(TIM)
    assert render(piece_of(BAND), path)[1] == RATE  # a link is what it leads to
    path.unlink()
    shutil.copy(TIM, path)
    with pytest.raises(AudioError, match=r"general\.sf3 needs FluidSynth"):
        render(piece_of(BAND), path)


# Finding soundfonts


@pytest.fixture
def own_folders(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("MUSEGEN_SOUNDFONT", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    folder = tmp_path / "share" / "soundfonts"
    folder.mkdir(parents=True)
    return folder


def test_there_is_always_a_soundfont_and_the_small_one_is_last(own_folders):
    (own_folders / "Zither.sf2").write_bytes(b"")
    assert find_soundfonts()[-1].name == "TimGM6mb"
    shutil.copy(TIM, own_folders)  # as Debian has it, among the others
    assert [font.name for font in find_soundfonts()][-2:] == ["Zither", "TimGM6mb"]


def test_soundfonts_are_listed_best_first_by_readable_names(own_folders):
    for name in ("Zither.sf2", "MuseScore_General.sf3", "FluidR3_GM.sf2", "notes.txt"):
        (own_folders / name).write_bytes(b"")
    (own_folders / "default-GM.sf2").symlink_to(own_folders / "Zither.sf2")
    names = [font.name for font in find_soundfonts()]
    ours = [name for name in names if name in ("FluidR3 GM", "MuseScore General", "Zither")]
    assert ours == ["FluidR3 GM", "MuseScore General", "Zither"]
    assert names[0] == "FluidR3 GM"
    assert "default GM" not in names
    assert "notes" not in names
    assert len(set(names)) == len(names)


def test_the_soundfont_named_by_the_environment_is_first(own_folders, tmp_path, monkeypatch):
    (own_folders / "FluidR3_GM.sf2").write_bytes(b"")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "My_Piano.SF2").write_bytes(b"")
    for value in (mine, mine / "My_Piano.SF2"):
        monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(value))
        assert find_soundfonts()[0] == Soundfont("My Piano", mine / "My_Piano.SF2")


def test_an_environment_that_names_nothing_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(tmp_path / "gone.sf2"))
    with pytest.raises(AudioError, match="there is nothing there"):
        find_soundfonts()
    monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(tmp_path))
    with pytest.raises(AudioError, match="there is no soundfont in it"):
        find_soundfonts()


# Files


@pytest.fixture(scope="module")
def chord() -> np.ndarray:
    time = np.arange(RATE) / RATE
    waves = [np.sin(2 * np.pi * pitch * time) for pitch in (220, 277)]
    return (np.stack(waves, axis=1) * 0.8).astype(np.float32)


@pytest.mark.parametrize("ending", FORMATS)
def test_each_format_reads_back(ending, chord, tmp_path):
    path = tmp_path / "new folder" / f"chord{ending}"
    write_audio(path, chord, RATE)
    sound, rate = soundfile.read(path)
    assert rate == RATE
    assert sound.shape == chord.shape
    exact = ending in (".wav", ".flac")
    assert np.abs(sound - chord)[100:-100].max() < (1e-4 if exact else 0.05)
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    if exact:
        assert soundfile.info(path).subtype == "PCM_16"


TEXT = "MuseGen:" + "aZ09-_" * 1332  # 8,000 characters


@pytest.mark.parametrize("ending", FORMATS)
def test_a_comment_is_read_back(ending, chord, tmp_path):
    path = tmp_path / f"chord{ending}"
    for text in (TEXT, "short", "odd"):
        write_audio(path, chord, RATE, comment=text)
        assert read_comment(path) == text
        assert soundfile.info(path).frames == len(chord)  # and it is still a sound
    write_audio(path, chord, RATE)
    assert read_comment(path) is None


@pytest.mark.parametrize("ending", FORMATS)
def test_a_comment_is_read_from_the_head_alone(ending, tmp_path):
    path = tmp_path / f"long{ending}"
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (20 * RATE, 2)).astype(np.float32)
    write_audio(path, noise, RATE, comment=TEXT)
    with path.open("r+b") as file:  # what comes after the text is gone
        file.truncate(path.stat().st_size // 2)
    assert read_comment(path) == TEXT


def test_what_has_no_comment_has_none(chord, tmp_path):
    write_audio(tmp_path / "chord.wav", chord, RATE, comment=TEXT)
    whole = (tmp_path / "chord.wav").read_bytes()
    place = whole.index(b"ICMT") + 4
    damaged = {
        "none.wav": b"",
        "text.mp3": b"not a sound",
        "text.raw": b"not a sound",
        "short.wav": whole[: place + 2],
        "half.wav": whole[: place + 4000],
        "long.wav": whole[:place] + b"\xff\xff\xff\x7f" + whole[place + 4 :],
        "zeros.wav": whole[:12] + bytes(500),
    }
    for name, data in damaged.items():
        (tmp_path / name).write_bytes(data)
        assert read_comment(tmp_path / name) is None, name
    assert read_comment(tmp_path / "missing.wav") is None
    assert read_comment(tmp_path) is None


def test_stems_carry_the_comment_each(chord, tmp_path):
    stems = Stems({"lead": chord, "bass": chord / 2}, RATE, {})
    write_stems(tmp_path / "song-stems.zip", stems, comment=TEXT)
    with zipfile.ZipFile(tmp_path / "song-stems.zip") as archive:
        archive.extractall(tmp_path)
        for name in archive.namelist():
            assert read_comment(tmp_path / name) == TEXT


def test_capitals_in_an_ending_are_the_same_format(chord, tmp_path):
    write_audio(tmp_path / "CHORD.WAV", chord, RATE)
    assert soundfile.info(tmp_path / "CHORD.WAV").format == "WAV"


def test_another_ending_is_refused(chord, tmp_path):
    with pytest.raises(AudioError, match=r"\.flac, \.mp3, \.ogg, \.wav"):
        write_audio(tmp_path / "chord.aac", chord, RATE)
    assert list(tmp_path.iterdir()) == []


# A limit on the size of files fails a write as a full disk does, after a part has been written.
_ON_A_FULL_DISK = """
import resource, sys
import numpy as np
from musegen.audio import write_audio
from musegen.errors import AudioError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_audio(sys.argv[1], np.zeros((44100, 2), np.float32), 44100)
except AudioError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="file sizes are limited by POSIX")
def test_a_full_disk_is_said_and_leaves_what_was_there(tmp_path):
    path = tmp_path / "song.wav"
    path.write_bytes(b"the old one")
    done = subprocess.run(
        [sys.executable, "-c", _ON_A_FULL_DISK, str(path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.startswith("the disk is full"), done.stderr
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written(chord, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AudioError, match="cannot write"):
        write_audio(tmp_path / "file" / "song.wav", chord, RATE)


def test_int16_for_the_page():
    sound = np.array([[-1, 1], [0, 0.5], [-2, 2]], np.float32)
    converted = to_int16(sound)
    assert converted.dtype == np.int16
    assert converted.tolist() == [[-32767, 32767], [0, 16384], [-32767, 32767]]
