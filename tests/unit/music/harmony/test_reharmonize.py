"""Notes that were played over some chords are moved to others."""

import numpy as np
import pytest

from musegen.music.harmony import Chords, reharmonize
from musegen.music.notes import PARTS, make_notes

COUNTER, CHORDS, BASS, DRUMS = (
    PARTS.index(part) for part in ("counter", "chords", "bass", "drums")
)


def moved(before, after, *rows, key=0):
    """Move rows of onset, part, pitch and duration; the chords are bars such as ``| C | F |``."""
    notes = make_notes([(*row, 80, 0.25) for row in rows])
    found = reharmonize(notes, Chords.from_text(before), Chords.from_text(after), key)
    assert set(found["velocity"].tolist()) <= {80}
    assert set(found["offset"].tolist()) <= {0.25}
    return [tuple(note)[:4] for note in found.tolist()]


def pitches(before, after, part, *given, key=0):
    """Move notes that follow each other, an eighth each, in the second quarter and after."""
    rows = [(4 + 2 * i, part, pitch, 2) for i, pitch in enumerate(given)]
    found = moved(before, after, *rows, key=key)
    assert [(onset, duration) for onset, _, _, duration in found] == [row[::3] for row in rows]
    return [pitch for _, _, pitch, _ in found]


@pytest.mark.parametrize(
    ("before", "after", "given", "expected"),
    [
        ("C", "F", [60, 64, 67], [60, 65, 69]),
        ("C", "Am", [60, 64, 67], [60, 64, 69]),
        ("C", "Db", [60, 64, 67], [61, 65, 68]),
        # The nearest tones of C and B are both C: one of the two goes on to D.
        ("Cmaj7", "Dm7", [60, 64, 67, 71], [62, 65, 69, 72]),
        # A figure moves as the chord that it is made of, in every octave.
        ("C", "F", [48, 67, 60, 64, 60], [48, 69, 60, 65, 60]),
    ],
)
def test_tones_of_a_chord_go_to_different_near_tones_of_the_new_one(before, after, given, expected):
    assert pitches(before, after, CHORDS, *given) == expected


def test_tones_that_the_new_chord_has_no_place_for_double_others():
    assert pitches("C7", "F", CHORDS, 60, 64, 67, 70) == [60, 65, 65, 69]
    chord = [(0, CHORDS, pitch, 4) for pitch in (60, 64, 67, 70)]
    assert moved("C7", "F", *chord) == [(0, CHORDS, pitch, 4) for pitch in (60, 65, 69)]


def test_passing_notes_move_with_the_chord_and_stay_in_the_key():
    assert pitches("C", "G", COUNTER, 60, 62, 64) == [59, 60, 62]
    assert pitches("C", "A", COUNTER, 64, 65, 64) == [64, 65, 64]
    assert pitches("C", "A", COUNTER, 64, 65, 64, key=2) == [64, 64, 64]  # no F in D major


def test_the_bass_has_the_new_bass_and_its_figure():
    assert pitches("C", "F", BASS, 36, 43, 48) == [41, 48, 53]
    assert pitches("C/E", "G/B", BASS, 40, 36) == [35, 35]


def test_the_bass_has_its_note_where_a_chord_begins():
    fifth = (16, BASS, 43, 4)
    assert moved("| C | C |", "| C | F |", fifth) == [(16, BASS, 41, 4)]
    assert moved("| C | C |", "| C | C |", fifth) == [fifth]


def test_a_note_that_anticipates_a_chord_belongs_to_it():
    assert moved("| C | C |", "| C | F |", (14, CHORDS, 64, 4)) == [(14, CHORDS, 65, 4)]
    assert moved("| C | C |", "| C | F |", (14, CHORDS, 64, 2)) == [(14, CHORDS, 64, 2)]


def test_a_note_is_struck_again_in_a_chord_that_it_does_not_fit():
    held = [(0, CHORDS, pitch, 32) for pitch in (60, 64, 67)]
    assert moved("| C | C |", "| C | F |", *held) == [
        (0, CHORDS, 60, 32),
        (0, CHORDS, 64, 16),
        (0, CHORDS, 67, 16),
        (16, CHORDS, 65, 16),
        (16, CHORDS, 69, 16),
    ]
    assert moved("| C | C |", "| C | F |", (0, CHORDS, 64, 18)) == [(0, CHORDS, 64, 16)]


def test_a_bass_that_is_held_changes_with_the_chord_also_where_it_would_fit():
    assert moved("| C | C |", "| C | Am |", (0, BASS, 36, 32)) == [
        (0, BASS, 36, 16),
        (16, BASS, 33, 16),
    ]


def test_drums_and_notes_without_a_chord_stay():
    rows = [(0, CHORDS, 61, 4), (4, BASS, 36, 4), (16, DRUMS, 36, 1)]
    assert moved("| N.C. | C |", "| F | F |", *rows) == rows
    assert moved("| F | C |", "| N.C. | F |", *rows) == rows


def test_over_the_same_chords_nothing_changes():
    rows = [
        *((16 * bar, CHORDS, 61, 16) for bar in range(4)),  # in no chord and in no key
        (0, BASS, 43, 48),
        (48, BASS, 40, 16),
    ]
    chords = "| C | Am7 | G/B | F#m7b5 |"
    assert sorted(moved(chords, chords, *rows)) == sorted(rows)


def test_no_note_leaves_the_piano():
    assert pitches("C", "F#", BASS, 24) == [30]
    assert pitches("C", "C#", CHORDS, 108) == [97]


def test_no_notes_are_no_notes():
    assert moved("C", "F") == []
    assert len(reharmonize(make_notes([]), Chords.from_chords([]), Chords.from_chords([]))) == 0


def test_each_phrase_has_its_key():
    chords = [Chords.from_text("| C | C | C | C |"), Chords.from_text("| A | A | A | A |")]
    notes = make_notes([(4, "counter", 65, 2, 80), (36, "counter", 65, 2, 80)])
    assert np.array_equal(reharmonize(notes, *chords, keys=[0, 2])["pitch"], [65, 64])
