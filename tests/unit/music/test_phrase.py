"""Phrases: two bars of 4/4."""

import pytest

from musegen.music.feel import Feel
from musegen.music.notes import make_notes
from musegen.music.phrase import Phrase

ROWS = [(0, "lead", 72, 4, 100), (0, "bass", 36, 8, 90), (0, "drums", 36, 1, 110)]


def test_notes_cannot_be_changed_in_place():
    phrase = Phrase(make_notes(ROWS))
    with pytest.raises(ValueError, match="read-only"):
        phrase.notes["pitch"] = 0


@pytest.mark.parametrize("onset", [-1, 32])
def test_onsets_must_be_within_two_bars(onset):
    with pytest.raises(ValueError, match="onsets of a phrase must be from 0 to 31"):
        Phrase(make_notes([(onset, "lead", 60, 1, 90)]))


def test_equality_compares_notes_key_tempo_and_feel():
    notes = make_notes(ROWS)
    assert Phrase(notes) == Phrase(notes[::-1].copy())
    assert Phrase(notes) != Phrase(notes, key=2)
    assert Phrase(notes) != Phrase(notes, tempo=100.0)
    assert Phrase(notes) != Phrase(notes, feel=Feel(swing=0.5))
    assert Phrase(notes) != Phrase(notes[1:])


def test_only_keeps_some_parts():
    phrase = Phrase(make_notes(ROWS), key=3, tempo=80.0)
    assert phrase.only(["bass"]).notes["pitch"].tolist() == [36]
    assert phrase.only(["bass"]).key == 3
    assert len(phrase.only(["lead", "drums"])) == 2
    assert len(phrase.only([])) == 0


def test_to_key_moves_pitches_but_not_drums():
    moved = Phrase(make_notes(ROWS)).to_key(5)
    assert moved.key == 5
    assert moved.notes["pitch"].tolist() == [77, 41, 36]  # lead, bass, drums


def test_other_changes_keep_the_feel():
    phrase = Phrase(make_notes(ROWS), feel=Feel(swing=0.5))
    assert phrase.to_key(5).feel == phrase.only(["lead"]).feel == Feel(swing=0.5)


def test_transposing_back_gives_the_same_phrase():
    phrase = Phrase(make_notes(ROWS), key=-5)
    assert phrase.to_key(6).to_key(-5) == phrase


def test_a_note_that_would_leave_the_midi_range_moves_an_octave_back():
    phrase = Phrase(make_notes([(0, "lead", 126, 1, 90), (1, "bass", 2, 1, 90)]))
    assert phrase.to_key(4).notes["pitch"].tolist() == [118, 6]
    assert phrase.to_key(-4).notes["pitch"].tolist() == [122, 10]
