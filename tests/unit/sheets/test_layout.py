"""Notes on paper: bars, voices and values."""

import numpy as np
import pytest

from musegen.music import Piece
from musegen.music.meters import Meter
from musegen.music.notes import STEPS_PER_BAR, make_notes
from musegen.sheets.layout import Bar, Chord, bars_of, fill_bar, find_voices, part_chords

COMMON = Bar(0, 16, 4, 4, 0)
WALTZ = Bar(0, 12, 3, 4, 0)
JIG = Bar(0, 12, 6, 8, 0)


def written(bar, *notes):
    """Lengths of what a voice has in a bar; rests are negative, tied notes are joined by a list."""
    shown = []
    for symbol in fill_bar([Chord(start, end, (60,)) for start, end in notes], bar):
        if not symbol.pitches:
            shown.append(-symbol.steps)
        elif symbol.is_tied_from:
            shown[-1] = [*np.atleast_1d(shown[-1]).tolist(), symbol.steps]
        else:
            shown.append(symbol.steps)
    return shown


@pytest.mark.parametrize(
    ("bar", "notes", "expected"),
    [
        (COMMON, [(0, 16)], [16]),
        (COMMON, [(0, 4), (8, 12)], [4, -4, 4, -4]),
        (COMMON, [(2, 6)], [-2, 4, -2, -8]),  # a quarter on an offbeat
        (COMMON, [(3, 8)], [-3, [1, 4], -8]),  # the second beat is seen
        (COMMON, [(4, 16)], [-4, [8, 4]]),
        (COMMON, [(0, 6), (6, 8)], [6, 2, -8]),
        (WALTZ, [(0, 12)], [12]),
        (JIG, [(0, 6), (6, 10), (10, 12)], [6, 4, 2]),
        (JIG, [(4, 8)], [-4, [2, 2], -4]),
    ],
)
def test_values_show_the_beats(bar, notes, expected):
    assert written(bar, *notes) == expected


def test_a_note_over_the_bar_line_is_tied():
    chord = Chord(12, 20, (60, 64))
    (*_, last), (first, *_) = (
        fill_bar([chord], COMMON),
        fill_bar([chord], Bar(16, 16, 4, 4, 0)),
    )
    assert (last.steps, last.is_tied_from, last.is_tied_to) == (4, False, True)
    assert (first.steps, first.is_tied_from, first.is_tied_to) == (4, True, False)
    assert last.pitches == first.pitches == (60, 64)


def test_notes_that_overlap_are_in_voices_of_their_own():
    held, moving, after = Chord(0, 16, (48,)), Chord(4, 8, (60,)), Chord(8, 12, (62,))
    assert find_voices([held, moving, after]) == [[held], [moving, after]]


def piece_in(*meters):
    notes = make_notes([(0, "lead", 60, 4, 80)])
    return Piece.from_notes(notes, [0], [96.0], bars=2, meters=meters)


@pytest.mark.parametrize(
    ("meters", "expected"),
    [
        ([Meter(3, 4)] * 2, [(0, 12), (12, 12)]),
        ([Meter(2, 4, bars=2)] * 2, [(0, 8), (8, 8), (16, 8), (24, 8)]),
        ([Meter(12, 8), Meter(12, 8, part=1)], [(0, 24)]),
    ],
)
def test_bars_are_those_of_the_meters(meters, expected):
    assert [(bar.start, bar.steps) for bar in bars_of(piece_in(*meters))] == expected


def test_hits_of_drums_last_to_the_next_or_to_the_end_of_the_beat():
    notes = make_notes([(at, "drums", 38, 1, 80) for at in (0, 1, 4, 15)])
    piece = Piece.from_notes(notes, [0], [96.0], bars=2)
    chords = part_chords(piece, "drums", bars_of(piece))
    assert [(one.start, one.end) for one in chords] == [(0, 1), (1, 4), (4, 8), (15, 16)]


def test_notes_that_sound_together_are_a_chord_and_keep_their_times():
    notes = make_notes([(STEPS_PER_BAR, "chords", pitch, 8, 80) for pitch in (64, 60, 67)])
    piece = Piece.from_notes(notes, [0], [96.0], bars=2, meters=[Meter(3, 4)] * 2)
    assert part_chords(piece, "chords", bars_of(piece)) == [Chord(12, 20, (60, 64, 67))]
