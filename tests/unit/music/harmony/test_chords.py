"""Chords by the beat."""

import numpy as np
import pytest

from musegen.music.harmony import PROGRESSIONS, Chords


def test_chords_are_arrays_for_a_network():
    chords = Chords.from_text("| C G/B | N.C. |")
    assert chords.roots.tolist() == [0, 0, 7, 7, -1, -1, -1, -1]
    assert chords.basses.tolist() == [0, 0, 11, 11, -1, -1, -1, -1]
    assert [np.flatnonzero(row).tolist() for row in chords.pitch_classes[::2]] == [
        *[[0, 4, 7], [2, 7, 11]],
        *[[], []],
    ]
    assert chords.roots.dtype == np.int8
    with pytest.raises(ValueError, match="read-only"):
        chords.roots[0] = 1


def test_beats_come_back_as_chords():
    chords = Chords.from_text("| F#m7b5/A C6/9 N.C. G13 |")
    assert [str(chord) for chord in chords] == ["F#m7b5/A", "C6/9", "N.C.", "G13"]
    assert Chords.from_chords(chords) == chords


def test_changes_begin_where_root_notes_or_bass_differ():
    chords = Chords.from_text("| C C/E | C7 . C7 G |")
    found = [(beat, str(chord)) for beat, chord in chords.changes()]
    assert found == [(0, "C"), (2, "C/E"), (4, "C7"), (7, "G")]


def test_names_are_spelled_in_the_key_of_their_phrase():
    chords = Chords.from_text("Ab Db G#m B")
    assert chords.names([-4, 4]) == [(0, "Ab"), (4, "Db"), (8, "G#m"), (12, "B")]
    assert Chords.from_text("Ab Bb").text([-4]) == Chords.from_text("G# A#").text(-4)


def test_a_progression_is_known_by_its_name():
    assert Chords.from_text("Pop", "G") == Chords.from_text("G D Em C")
    assert Chords.from_text("pop", "Em") == Chords.from_text("pop", "G")
    for name, bars in PROGRESSIONS.items():
        assert Chords.from_text(name) == Chords.from_text(bars)


def test_chords_are_repeated_or_cut_to_a_length():
    chords = Chords.from_text("| C G |")
    assert [str(chord) for chord in chords.fitted(6)] == ["C", "C", "G", "G", "C", "C"]
    assert len(chords.fitted(3)) == 3


def test_beats_that_are_not_used_hold_the_chord_before():
    held = Chords.from_text("| C G Am F |").held(np.array([True, True, False, True]))
    assert [str(chord) for chord in held] == ["C", "G", "G", "F"]


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        Chords(np.zeros(3), np.zeros(2), np.zeros((3, 12)))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("| C | F |", 0),
        ("| C E7 | Am F |", 0),
        ("F#m7 | B7 | Emaj7 | A", 4),
        ("| Am | D |", -5),
        ("Dm7b5 | G7 | Cm | Ab", 3),
        ("Bb7 | Eb7 | F7", -2),
        ("N.C.", 0),
        (" ", 0),
        ("i iv V7 i", 0),
        ("rock", 0),
    ],
)
def test_the_key_of_chords_is_found(text, key):
    assert Chords.key_of_text(text) == key
    assert Chords.key_of_text("I V", usual=key) == key
