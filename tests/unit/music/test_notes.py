"""Note arrays: making, sorting, tidying and transposing them."""

import doctest

import numpy as np
import pytest

from musegen.errors import MusicError
from musegen.music import notes as module
from musegen.music.notes import (
    NOTE,
    PARTS,
    in_parts,
    make_notes,
    part_index,
    sort_notes,
    tidy_notes,
    transpose_notes,
)


def test_the_examples_in_docstrings_are_true():
    assert doctest.testmod(module) == (0, 1)


def test_make_notes_takes_part_names_and_indices():
    named = make_notes([(0, "bass", 36, 4, 90)])
    numbered = make_notes([(0, PARTS.index("bass"), 36, 4, 90)])
    assert named.dtype == NOTE
    assert np.array_equal(named, numbered)


def test_a_row_without_an_offset_gets_the_offset_0():
    notes = make_notes([(0, "drums", 36, 1, 90, -0.25), (4, "drums", 36, 1, 90)])
    assert notes["offset"].tolist() == [-0.25, 0.0]


def test_no_rows_make_no_notes():
    assert len(make_notes([])) == 0
    assert len(tidy_notes(make_notes([]))) == 0


def test_notes_are_sorted_by_onset_then_part_then_pitch_then_duration():
    rows = [(4, "lead", 60, 1, 90), (0, "bass", 40, 1, 90), (0, "lead", 72, 1, 90)]
    rows += [(0, "lead", 67, 2, 90), (0, "lead", 67, 1, 80)]
    notes = make_notes(rows)
    assert notes[["pitch", "duration"]].tolist() == [(67, 1), (67, 2), (72, 1), (40, 1), (60, 1)]
    assert np.array_equal(sort_notes(notes[::-1]), notes)


def test_an_unknown_part_is_refused_with_the_names_of_all_parts():
    with pytest.raises(MusicError, match=r"no part 'kazoo'.*lead.*drums"):
        part_index("kazoo")


def test_in_parts_marks_the_notes_of_some_parts():
    rows = [(0, "lead", 60, 1, 90), (1, "bass", 40, 1, 90), (2, "drums", 36, 1, 90)]
    assert in_parts(make_notes(rows), ["lead", "drums"]).tolist() == [True, False, True]
    assert in_parts(make_notes(rows), []).tolist() == [False] * 3


def test_tidy_ends_a_note_where_its_pitch_starts_again():
    notes = tidy_notes(make_notes([(0, "lead", 60, 8, 90), (4, "lead", 60, 4, 80)]))
    assert notes["duration"].tolist() == [4, 4]


def test_tidy_keeps_the_longest_of_doubled_notes():
    notes = tidy_notes(make_notes([(0, "lead", 60, 2, 90), (0, "lead", 60, 6, 80)]))
    assert notes[["duration", "velocity"]].tolist() == [(6, 80)]


def test_of_hits_that_the_edge_of_their_step_brings_together_the_loudest_stays():
    rows = [(4, "drums", 38, 1, 40, 0.475), (4, "drums", 38, 1, 90, 0.5)]
    assert tidy_notes(make_notes(rows))["velocity"].tolist() == [90]
    earlier = [(*row[:5], row[5] - 0.1) for row in rows]
    assert tidy_notes(make_notes(earlier))["velocity"].tolist() == [40, 90]


def test_tidy_leaves_other_pitches_and_parts_alone():
    rows = [(0, "lead", 60, 8, 90), (4, "lead", 62, 4, 90), (4, "chords", 60, 4, 90)]
    notes = make_notes(rows)
    assert np.array_equal(tidy_notes(notes), notes)


def test_transposing_moves_all_pitches_but_drums():
    notes = make_notes([(0, "lead", 60, 1, 90), (0, "drums", 36, 1, 90)])
    assert transpose_notes(notes, 5)["pitch"].tolist() == [65, 36]
    assert notes["pitch"].tolist() == [60, 36]


def test_a_note_that_would_leave_the_midi_range_moves_an_octave_back():
    notes = make_notes([(0, "lead", 126, 1, 90), (1, "lead", 2, 1, 90)])
    assert transpose_notes(notes, 4)["pitch"].tolist() == [118, 6]
    assert transpose_notes(notes, -4)["pitch"].tolist() == [122, 10]


def test_each_note_can_move_by_its_own_interval():
    notes = make_notes([(0, "lead", 60, 1, 90), (1, "lead", 60, 1, 90)])
    assert transpose_notes(notes, np.array([1, -2]))["pitch"].tolist() == [61, 58]


def test_notes_of_a_pitch_at_different_times_of_a_step_all_stay():
    notes = make_notes([(4, "lead", 60, 2, 90, -0.25), (4, "lead", 60, 2, 90, 0.25)])
    tidy = tidy_notes(notes)
    assert tidy["offset"].tolist() == [-0.25, 0.25]
    assert sorted(tidy["duration"].tolist()) == [1, 2]


def test_of_notes_at_the_same_time_of_a_step_one_stays():
    notes = make_notes([(4, "lead", 60, 2, 90, 0.25), (4, "lead", 60, 3, 90, 0.25)])
    assert tidy_notes(notes)["duration"].tolist() == [3]
