"""Notes are one structured array, in one canonical order."""

import numpy as np
import pytest

from musegen.errors import MusicError
from musegen.music.notes import NOTE, PARTS, make_notes, part_index, sort_notes, tidy_notes


def test_make_notes_takes_part_names_and_indices():
    named = make_notes([(0, "bass", 36, 4, 90)])
    numbered = make_notes([(0, PARTS.index("bass"), 36, 4, 90)])
    assert named.dtype == NOTE
    assert np.array_equal(named, numbered)


def test_make_notes_gives_an_offset_where_there_is_none():
    notes = make_notes([(0, "drums", 36, 1, 90, -0.25), (4, "drums", 36, 1, 90)])
    assert notes["offset"].tolist() == [-0.25, 0.0]


def test_no_rows_make_no_notes():
    assert len(make_notes([])) == 0
    assert len(tidy_notes(make_notes([]))) == 0


def test_notes_are_sorted_by_onset_then_part_then_pitch():
    rows = [(4, "lead", 60, 1, 90), (0, "bass", 40, 1, 90), (0, "lead", 72, 1, 90)]
    rows.append((0, "lead", 67, 1, 90))
    notes = make_notes(rows)
    assert notes["pitch"].tolist() == [67, 72, 40, 60]
    assert np.array_equal(sort_notes(notes[::-1]), notes)


def test_an_unknown_part_is_named_with_the_known_ones():
    with pytest.raises(MusicError, match=r"no part 'kazoo'.*lead.*drums"):
        part_index("kazoo")


def test_tidy_ends_a_note_where_its_pitch_starts_again():
    notes = tidy_notes(make_notes([(0, "lead", 60, 8, 90), (4, "lead", 60, 4, 80)]))
    assert notes["duration"].tolist() == [4, 4]


def test_tidy_keeps_the_longest_of_doubled_notes():
    notes = tidy_notes(make_notes([(0, "lead", 60, 2, 90), (0, "lead", 60, 6, 80)]))
    assert notes[["duration", "velocity"]].tolist() == [(6, 80)]


def test_tidy_leaves_other_pitches_and_parts_alone():
    rows = [(0, "lead", 60, 8, 90), (4, "lead", 62, 4, 90), (4, "chords", 60, 4, 90)]
    notes = make_notes(rows)
    assert np.array_equal(tidy_notes(notes), notes)
