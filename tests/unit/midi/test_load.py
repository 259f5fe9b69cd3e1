"""Files of every type and size that people have, and damaged ones."""

import time

import mido
import numpy as np
import pytest
from support.examples import DATA, band
from support.midi_files import TICKS, Voice, meter, midi_file, scale, tempo, triads

from musegen.errors import MusicError, MusicWarning
from musegen.midi import load_midi
from musegen.midi.load import display_text, load_file
from musegen.reading import read_midi, read_midi_with_report

SECONDS = 10  # no file takes longer


def places(piece, part):
    return piece.only([part]).notes[["onset", "pitch"]].tolist()


# Types of files


def test_patterns_of_type_2_follow_one_another(tmp_path):
    path = midi_file(
        tmp_path / "song.mid",
        Voice(scale(60, 6), meta=[(0, tempo(60))]),  # a bar and a half
        Voice(scale(72, 4)),
        kind=2,
    )
    piece, report = read_midi_with_report(path, {0: "lead", 1: "lead"})
    assert report.midi_type == 2
    assert [onset for onset, _ in places(piece, "lead")] == [
        *range(0, 24, 4),
        *range(32, 48, 4),
    ]
    assert [phrase.tempo for phrase in piece.phrases] == pytest.approx([60, 120])


def test_running_status_is_read(tmp_path):
    # A status byte once, then data alone; ends are note-ons of no velocity.
    notes = b"".join(
        b"\x00" + b"\x90" * (i == 0) + bytes([60 + i, 80]) + b"\x83\x60" + bytes([60 + i, 0])
        for i in range(4)
    )
    track = notes + b"\x00\xff\x2f\x00"
    head = b"MThd\0\0\0\6\0\0\0\1\x01\xe0"
    path = tmp_path / "song.mid"
    path.write_bytes(head + b"MTrk" + len(track).to_bytes(4) + track)
    assert places(read_midi(path), "lead") == [(0, 60), (4, 61), (8, 62), (12, 63)]


def test_tempos_and_keys_on_any_track_are_found(tmp_path):
    late = [(8, tempo(60)), (0, tempo(100)), (0, mido.MetaMessage("key_signature", key="D"))]
    path = midi_file(tmp_path / "song.mid", Voice(scale(62, 16)), Voice(triads(62), meta=late))
    piece, report = read_midi_with_report(path)
    assert [phrase.tempo for phrase in piece.phrases] == pytest.approx([100, 60], rel=1e-5)
    assert (piece.key, report.key_source) == (2, "file")
    assert len(load_midi(path).key_signature_changes) == 1


def test_each_change_of_tempo_keeps_the_length(tmp_path):
    changes = [(0, tempo(60)), (3, tempo(97)), (7.5, tempo(141)), (12, tempo(80))]
    path = midi_file(tmp_path / "song.mid", Voice(scale(60, 16)), meta=changes)
    beats = np.diff([0, 3, 7.5, 12, 16])
    seconds = float(np.sum(beats * 60 / np.array([60, 97, 141, 80])))
    assert read_midi(path).seconds == pytest.approx(seconds, rel=1e-4)


def test_sixteen_channels(tmp_path):
    voices = [Voice(scale(30 + 4 * i), "", 8 * i % 120, i + 1) for i in range(16)]
    for kind in (0, 1):
        _, report = read_midi_with_report(midi_file(tmp_path / "song.mid", *voices, kind=kind))
        assert [track.channel for track in report.tracks] == list(range(1, 17))
        parts = [track.part for track in report.tracks]
        assert parts[9] == "drums"
        assert (parts.count("lead"), parts.count("counter"), parts[15]) == (1, 1, "lead")


def test_a_track_that_changes_its_instrument_is_two(tmp_path):
    change = mido.Message("program_change", program=40)
    path = midi_file(tmp_path / "song.mid", Voice(scale(60, 16), "Lead", 73, meta=[(8, change)]))
    file = load_file(path)
    assert (file.channels, file.tracks) == ((1, 1), (0, 0))
    piece, report = read_midi_with_report(path)
    assert [track.part for track in report.tracks] == ["lead", "lead"]
    assert [piece.programs_at(i)["lead"] for i in range(2)] == [73, 40]


def test_one_voice_without_a_name(tmp_path):
    piece, report = read_midi_with_report(midi_file(tmp_path / "song.mid", Voice(scale(60))))
    assert piece.parts == ("lead",)
    assert report.tracks[0].name == ""
    assert "(no name, Acoustic Grand Piano, 8 notes)" in report.tracks[0].line


def test_drums_alone(tmp_path):
    beat = [(36 + 2 * (i % 2), i, i + 0.5) for i in range(8)]
    piece, report = read_midi_with_report(midi_file(tmp_path / "s.mid", Voice(beat, channel=10)))
    assert piece.parts == ("drums",)
    assert report.tracks[0].line == (
        "Track 1 (no name, Drums, 8 notes) plays the drums: it is on channel 10."
    )
    assert report.max_shift == 0


@pytest.mark.parametrize("free", [False, True])
def test_an_hour_is_read_in_seconds(tmp_path, free):
    rng = np.random.default_rng(0)
    beats = 0.5 * np.arange(0, 14400)
    if free:
        beats = np.maximum(0, 0.93 * beats + rng.normal(0, 0.02, len(beats)))
    notes = [
        (int(p), b, b + 0.4) for p, b in zip(rng.integers(60, 72, len(beats)), beats, strict=True)
    ]
    path = midi_file(tmp_path / "song.mid", Voice(notes))
    start = time.perf_counter()
    piece, report = read_midi_with_report(path)
    assert time.perf_counter() - start < SECONDS
    assert report.grid == ("found" if free else "map")
    assert piece.seconds == pytest.approx(3600 * (0.93 if free else 1), rel=0.002)


# Pick-ups


@pytest.mark.parametrize(
    "meters",
    [
        [(0, meter(1, 4)), (1, meter(4, 4))],  # as notation programs write it
        [(1, meter(4, 4))],
    ],
)
def test_a_pick_up_stands_before_its_bar_line(tmp_path, meters, recwarn):
    notes = [(67, 0, 1), *((60 + i, 1 + i, 2 + i) for i in range(8))]
    changes = [*meters, (0, tempo(100)), (9, mido.MetaMessage("key_signature", key="C"))]
    path = midi_file(tmp_path / "song.mid", Voice(notes), meta=changes)
    piece, report = read_midi_with_report(path)
    assert [onset for onset, _ in places(piece, "lead")] == list(range(12, 48, 4))
    assert report.pickup == 4
    assert read_midi(path) == piece
    assert not [w for w in recwarn if w.category is MusicWarning]  # 4/4 all through
    assert any("begins with a pick-up of 1 beat," in line for line in report.lines)


def test_a_pick_up_after_rests_stays_where_it_is(tmp_path):
    notes = [(67, 3, 4), *((60 + i, 4 + i, 5 + i) for i in range(8))]
    path = midi_file(tmp_path / "song.mid", Voice(notes), meta=[(0, meter(4, 4))])
    piece, report = read_midi_with_report(path)
    assert (places(piece, "lead")[0], report.pickup) == ((12, 67), 0)


@pytest.mark.parametrize(
    "meters", [[(0, meter(4, 4)), (4, meter(3, 4))], [(0, meter(3, 4)), (6, meter(4, 4))]]
)
@pytest.mark.filterwarnings("ignore::musegen.errors.MusicWarning")
def test_other_changes_of_meter_are_no_pick_up(tmp_path, meters):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60)), meta=meters)
    piece, report = read_midi_with_report(path)
    assert (places(piece, "lead")[0], report.pickup) == ((0, 60), 0)


# Names


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Lead", "Lead"),
        (" a\r\n\x00 b\u2028 ", "a b"),
        ("Gesang für Erna", "Gesang für Erna"),
        ("ã\x83¡ã\x83\xadã\x83\x87ã\x82£", "メロディ"),  # UTF-8 read as Latin letters
        ("x" * 61, "x" * 59 + "…"),
    ],
)
def test_a_name_is_a_short_line(name, text):
    assert display_text(name) == text


def test_a_files_name_in_a_refusal_is_a_line(tmp_path):
    path = tmp_path / "my\nsong.mid"
    path.write_bytes(b"")
    with pytest.raises(MusicError, match=r"^my song\.mid is empty: give a MIDI file"):
        read_midi(path)
    with pytest.raises(MusicError) as caught:
        read_midi(tmp_path / "no\nsong.mid")
    assert "\n" not in str(caught.value)


# Damage


def sixteen_tracks(path):
    """A file as large as real ones, from the published data where they are, else from ours."""
    songs = sorted(DATA.glob("pop909/POP909/0[0-4]*/*.mid"))[::11]
    if not songs:
        band(16).write_midi(path)
        return path
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    for song in songs:
        for track in mido.MidiFile(song).tracks[1:]:
            own = mido.MidiTrack()
            for message in track:
                channel = len(file.tracks) % 16
                own.append(message if message.is_meta else message.copy(channel=channel))
            file.tracks.append(own)
    file.save(path)
    return path


def mutated(data, rng):
    """A file with some bytes changed, or a stretch of it lost or doubled."""
    if rng.random() < 0.25:
        at = int(rng.integers(len(data)))
        end = at + int(rng.integers(1, 200))
        return np.concatenate([data[:at], data[end:] if rng.random() < 0.5 else data[at // 2 :]])
    changed = data.copy()
    places = rng.integers(4, len(data), size=int(rng.choice([1, 2, 5])))
    if rng.random() < 0.5:
        # In the range of data bytes, so that most of the file is still music.
        changed[places] = rng.integers(128, size=len(places))
    else:
        changed[places] = rng.integers(256, size=len(places))
    return changed


def test_mutated_files_are_music_or_one_line(tmp_path):
    small = tmp_path / "small.mid"
    band(8).write_midi(small)
    sources = [
        np.frombuffer(file.read_bytes(), np.uint8)
        for file in (small, sixteen_tracks(tmp_path / "large.mid"))
    ]
    rng = np.random.default_rng(3)
    path = tmp_path / "mutated.mid"
    said = {"music": 0, "refused": 0}
    for i in range(60):
        path.write_bytes(mutated(sources[i % 12 == 0], rng).tobytes())
        start = time.perf_counter()
        try:
            piece, report = read_midi_with_report(path)
        except MusicError as error:
            said["refused"] += 1
            lines = [str(error)]
        else:
            said["music"] += 1
            lines = report.lines
            assert len(piece.notes)
        assert time.perf_counter() - start < SECONDS
        assert all(line.strip() and len(line.splitlines()) == 1 for line in lines)
    assert min(said.values()) > 5  # both happen, or the test shows nothing
