"""Pieces are rendered by real FluidSynth, as a whole and as stems."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from support.midi_files import Voice, midi_file, scale, triads
from support.sounds import BAND, RATE, TIM, needs_fluidsynth, peak_db, piece_of

from musegen.audio import render, render_file, render_stems
from musegen.audio.loudness import loudness
from musegen.midi import load_playable
from musegen.music import Phrase, Piece


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
        assert loudness(sound) == pytest.approx(-16, abs=0.7)


def test_a_piece_without_notes_is_silence_of_its_length():
    sound, rate = render(Piece((Phrase(tempo=240),)), TIM)
    assert sound.shape == (2 * RATE, 2)
    assert rate == RATE
    assert not sound.any()


@needs_fluidsynth
def test_stems_together_are_the_piece(stems, band):
    assert list(stems.sounds) == ["lead", "chords", "bass", "drums"]
    assert stems.rate == RATE
    assert not stems.missing
    assert loudness(stems.mix) == pytest.approx(-16, abs=0.7)
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


def test_a_piece_without_notes_has_no_stems():
    assert not render_stems(Piece((Phrase(tempo=240),)), TIM).sounds


@needs_fluidsynth
def test_progress_goes_from_0_to_1():
    reported: list[float] = []
    render(piece_of(BAND), TIM, progress=reported.append)
    assert reported[0] == 0
    assert reported[-1] == 1
    assert all(0 <= share <= 1 for share in reported)


def six_tracks(path: Path) -> Path:
    """A file with what five parts do not hold: bends, pedal, volume, panning and six tracks."""

    def control(number: int, value: int, channel: int = 0) -> mido.Message:
        return mido.Message("control_change", control=number, value=value, channel=channel)

    bends = [
        (i / 8, mido.Message("pitchwheel", channel=0, pitch=round(8191 * np.sin(i / 4))))
        for i in range(64)
    ]
    swell = [(i / 4, control(11, 4 * i, 1)) for i in range(32)]
    return midi_file(
        path,
        Voice(scale(72), "Guitar", 29, 1, bends),
        Voice(scale(60, 2, beats=4), "Pad", 89, 2, swell),
        Voice(triads(64), "Piano", 0, 3, [(0, control(64, 127, 2)), (7, control(64, 0, 2))]),
        Voice(scale(79), "Flute", 73, 4, [(0, control(10, 0, 3)), (4, control(7, 20, 3))]),
        Voice(scale(36), "Bass", 33, 5),
        Voice([(36 + 2 * (i % 2), i, i + 0.5) for i in range(8)], "Drums", 0, 10),
    )


@needs_fluidsynth
def test_a_file_is_rendered_as_fluidsynth_plays_it(tmp_path):
    path = six_tracks(tmp_path / "song.mid")
    plain = tmp_path / "plain.wav"
    options = ["-ni", "-r", str(RATE), "-T", "wav", "-O", "float", "-f", os.devnull]
    subprocess.run(
        ["fluidsynth", *options, "-F", plain, TIM, path], check=True, capture_output=True
    )
    expected = soundfile.read(plain, dtype="float32")[0][: 4 * RATE]
    sound, rate = render_file(load_playable(path), TIM)
    assert rate == RATE
    assert -3 <= peak_db(sound) <= -0.5
    sound = sound[: 4 * RATE]
    likeness = (sound * expected).sum() / np.linalg.norm(sound) / np.linalg.norm(expected)
    assert likeness > 0.99  # the limiter makes them differ a little
