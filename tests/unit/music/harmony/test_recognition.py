"""Recognising chords in notes."""

import numpy as np
import pytest

from musegen.music import Piece
from musegen.music.harmony import Chords, recognize_chords
from musegen.music.notes import make_notes


def block_chords(text):
    """Notes of a text of chords: each beat's chord, and its bass below."""
    rows = []
    for beat, chord in enumerate(Chords.from_text(text)):
        pitches = [48 + pitch_class for pitch_class in chord.pitch_classes]
        rows += [(4 * beat, "chords", pitch, 4, 80) for pitch in pitches]
        rows.append((4 * beat, "bass", 36 + chord.bass, 4, 80))
    return make_notes(rows)


@pytest.mark.parametrize(
    "text",
    [
        "| C | G | Am | F |",
        "| C G/B | Am F | Dm7 G7 | C |",
        "| Bb | Gm | Eb | F7 |",
        "| Em | C | G | D/F# |",
        "| Bm7b5 | E7 | Am | Am |",
    ],
)
def test_played_chords_are_recognised(text):
    chords = Chords.from_text(text)
    assert recognize_chords(block_chords(text), len(chords)) == chords


def test_a_broken_chord_is_one_chord():
    rows = [
        (16 * bar + 2 * i, "chords", 48 + root + (0, 7, 12, 16, 19, 16, 12, 7)[i], 2, 80)
        for bar, root in enumerate((0, 5, 7, 0))
        for i in range(8)
    ]
    found = recognize_chords(make_notes(rows), 16)
    assert found.text() == "| C | F | G | C |"


@pytest.mark.parametrize("key", range(-5, 7))
def test_every_key_is_recognised_alike(key):
    notes = block_chords("| C G/B | Am7 . F Dm | E7 | Am |")
    moved = notes.copy()
    moved["pitch"] += key
    assert recognize_chords(moved, 16) == recognize_chords(notes, 16).transposed(key)


def test_drums_are_not_heard():
    notes = block_chords("C F")
    drums = make_notes((step, "drums", 36, 1, 90) for step in range(32))
    assert recognize_chords(np.concatenate([notes, drums]), 8) == recognize_chords(notes, 8)


def test_silence_has_no_chord():
    assert recognize_chords(block_chords("C")[:0], 5).text() == "| N.C. | % |"
    found = recognize_chords(block_chords("C"), 16)
    assert found.roots.tolist() == [0] * 6 + [-1] * 10


def test_a_long_piece_is_recognised_as_its_part_is():
    text = "| C | G | Am | F |" * 40
    assert recognize_chords(block_chords(text), 640).text() == Chords.from_text(text).text()


def test_a_piece_has_chords():
    piece = Piece.from_notes(block_chords("| C | G | Am | F |"), [0, 0], [100, 100])
    assert piece.chords.text(piece.keys) == "| C | G | Am | F |"
    assert piece.chords is piece.chords
    assert piece.to_key(5).chords.text([5, 5]) == "| F | C | Dm | Bb |"
    assert len(piece.first(1).chords) == 4
