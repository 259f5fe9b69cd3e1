"""Feel: swing, and players who are not machines."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.examples import band, band_phrase, wild

from musegen.errors import MusicError
from musegen.music import Phrase, Piece
from musegen.music.feel import Feel
from musegen.music.notes import ON_STEP, SAME_TIME, make_notes

ROOT = Path(__file__).resolve().parents[3]
EXACT = Feel(human=False)
SWUNG = Feel(swing=1.0, human=False)


def line(onsets, duration=1, part="lead", **options):
    rows = [(onset, part, 60 + i, duration, 90) for i, onset in enumerate(onsets)]
    return Piece((Phrase(make_notes(rows), **options),))


def test_swing_is_from_0_to_1():
    assert Feel() == Feel(swing=0, human=True)
    for swing in (-0.1, 1.1, float("nan")):
        with pytest.raises(MusicError, match="it goes from 0 to 1"):
            Feel(swing)


def test_without_swing_and_timing_all_notes_are_on_the_steps():
    start, end = band().with_feel(EXACT).play_times()
    assert start.tolist() == band().notes["onset"].tolist()
    assert end.tolist() == (band().notes["onset"] + band().notes["duration"]).tolist()


def test_the_swung_offbeat_is_a_triplet_late():
    start, end = line([0, 2, 4, 6], 2, feel=SWUNG).play_times()
    assert start / 4 == pytest.approx([0, 2 / 3, 1, 5 / 3])  # in beats
    assert end / 4 == pytest.approx([2 / 3, 1, 5 / 3, 2])


def test_sixteenths_swing_in_proportion():
    start, _ = line([0, 1, 2, 3, 4], feel=SWUNG).play_times()
    assert start / 4 == pytest.approx([0, 1 / 3, 2 / 3, 5 / 6, 1])
    half, _ = line([2], feel=Feel(0.5, False)).play_times()
    assert half / 4 == pytest.approx([7 / 12])


def test_each_phrase_has_its_own_swing():
    a, b = line([2, 31]).phrases[0], line([0, 2]).phrases[0]
    piece = Piece((replace(a, feel=EXACT), replace(b, feel=SWUNG)))
    assert piece.play_times()[0].tolist() == pytest.approx([2, 31, 32, 32 + 8 / 3])


def test_drums_have_their_offsets_and_swing():
    rows = [(4, "drums", 38, 1, 90, 0.25), (6, "drums", 42, 1, 90, -0.25)]
    piece = Piece((Phrase(make_notes(rows)),))
    assert piece.play_times()[0].tolist() == [4.25, 5.75]
    assert piece.with_feel(EXACT).play_times()[0].tolist() == [4, 6]
    assert piece.with_feel(Feel(1.0)).play_times()[0] == pytest.approx([4 + 1 / 3, 4 + 7 / 3])


@pytest.mark.parametrize("part", ["lead", "counter", "chords", "bass"])
def test_human_timing_deviates_by_some_milliseconds(part):
    piece = Piece(tuple(line(range(32), part=part).phrases[0].to_key(i) for i in range(-5, 6)))
    late = piece.play_times()[0] - piece.notes["onset"]
    milliseconds = late * piece.seconds_at(1) * 1000
    assert 3 < milliseconds.std() < 10
    assert np.abs(late).max() < 0.2


def test_the_notes_of_a_chord_are_nearly_together():
    rows = [(onset, "chords", pitch, 4, 80) for onset in (0, 4, 8) for pitch in (60, 64, 67, 70)]
    start = Piece((Phrase(make_notes(rows)),)).play_times()[0].reshape(3, 4)
    spread = np.ptp(start[1:], axis=1)
    assert (spread > 0).all()
    assert spread.max() < 0.1
    assert np.ptp(start[1:].mean(1) - [4, 8]) > 0  # but not all chords alike


def test_a_legato_melody_stays_legato():
    rows = [(onset, "lead", 60 + onset, 3, 90) for onset in range(0, 63, 3)]
    notes = make_notes(rows)
    for feel in (EXACT, SWUNG, Feel(), Feel(0.6)):
        piece = Piece.from_notes(notes, [0, 0], [96, 96], feels=[feel, feel])
        start, end = piece.play_times()
        assert start[1:] == pytest.approx(end[:-1])


def test_equal_phrases_have_equal_timing_anywhere_in_a_piece():
    phrase = band_phrase(4)
    here = Piece((phrase, band_phrase(1))).play_times()[0][: len(phrase)]
    there = Piece((band_phrase(2), phrase)).play_times()[0][-len(phrase) :] - 32
    first = phrase.notes["onset"] == 0  # nothing is played before the beginning
    assert there[~first] == pytest.approx(here[~first])
    moved = Piece((band_phrase(2), phrase.to_key(3))).play_times()[0][-len(phrase) :] - 32
    assert moved == pytest.approx(there)
    other = Piece((band_phrase(2), replace(phrase, notes=phrase.notes[3:]))).play_times()[0]
    assert not np.isin(there, other - 32).all()


def test_a_part_has_the_same_timing_alone_and_in_the_band():
    piece = band()
    for part in piece.parts:
        own = np.isin(piece.notes, piece.only([part]).notes)
        for alone, together in zip(
            piece.only([part]).play_times(), piece.play_times(), strict=True
        ):
            assert alone.tolist() == together[own].tolist()


def test_the_timing_is_the_same_in_every_process():
    code = (
        "import sys; sys.path.insert(0, 'tests'); from support.examples import band;"
        "print(band().play_times()[0].tolist())"
    )
    command = [sys.executable, "-c", code]
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert again.stdout.strip() == str(band().play_times()[0].tolist())


@pytest.mark.parametrize("seed", range(100))
def test_any_notes_have_valid_play_times(seed):
    rng = np.random.default_rng(seed)
    feels = [
        Feel(float(rng.choice([0, 0.3, 1])), bool(rng.integers(2)))
        for _ in range(rng.integers(1, 4))
    ]
    piece = wild(seed, feels)
    start, end = piece.play_times()
    assert start.min() >= 0
    assert end.max() <= piece.steps
    assert (start < end).all()
    sounds_until = {}
    voices = piece.notes[["part", "pitch"]].tolist()
    for voice, begins, ends in sorted(zip(voices, start, end, strict=True)):
        assert begins >= sounds_until.get(voice, 0)
        sounds_until[voice] = ends


def test_silence_has_no_play_times():
    start, end = Piece((Phrase(),)).play_times()
    assert start.shape == end.shape == (0,)


def test_a_note_with_its_own_timing_is_not_humanised():
    rows = [(4, "lead", 60, 2, 90, 0.25), (8, "lead", 62, 2, 90, ON_STEP)]
    piece = Piece((Phrase(make_notes(rows)),))
    assert piece.play_times()[0] == pytest.approx([4.25, 8 + ON_STEP])
    assert piece.with_feel(EXACT).play_times()[0].tolist() == [4, 8]


@pytest.mark.parametrize("feel", [Feel(), EXACT])
@pytest.mark.parametrize("part", ["lead", "drums"])
def test_a_roll_keeps_all_its_notes(part, feel):
    rows = [(4, part, 38, 1, 90, -0.25), (4, part, 38, 1, 90, 0.25)]
    start, end = Piece((Phrase(make_notes(rows), feel=feel),)).play_times()
    assert start.tolist() == [3.75, 4.25]
    assert end[0] <= 4.25 < end[1]


def test_hits_before_the_beginning_stay_apart():
    rows = [(0, "drums", 38, 1, 60, -0.4), (0, "drums", 38, 1, 90, -0.2)]
    rows += [(0, "drums", 36, 1, 90, -0.3), (0, "drums", 42, 1, 50, 0.2)]
    piece = Piece((Phrase(make_notes(rows)),))
    start, end = piece.play_times()
    assert piece.notes["velocity"].tolist() == [90, 60, 90, 50]
    assert start == pytest.approx([0, 0, SAME_TIME, 0.2])
    assert (start < end).all()
