"""Phrases as classes of steps, and a bare melody through its path."""

import numpy as np

from musegen.evaluation.measures.melody import steps_exact
from musegen.evaluation.measures.tokens import drum_tokens, melody_tokens
from musegen.music import Phrase
from musegen.music.instruments import DRUM_PITCHES
from musegen.music.notes import make_notes
from musegen.music.phrase_set import PhraseSet

REST, HOLD = 0, 1


def one(*rows):
    return PhraseSet.from_phrases([Phrase(make_notes(rows))])


def test_a_melody_is_rests_holds_and_onsets():
    tokens = melody_tokens(one((2, "lead", 60, 3, 90), (6, "lead", 62, 1, 90)))
    assert tokens.shape == (1, 32)
    assert tokens[0, :8].tolist() == [REST, REST, 62, HOLD, HOLD, REST, 64, REST]
    assert (tokens[0, 8:] == REST).all()


def test_the_highest_note_leads_until_the_next():
    tokens = melody_tokens(
        one(
            (0, "lead", 60, 8, 90),
            (0, "lead", 72, 8, 90),
            (0, "chords", 90, 8, 90),
            (4, "lead", 65, 2, 90),
        )
    )
    assert tokens[0, :8].tolist() == [74, HOLD, HOLD, HOLD, 67, HOLD, REST, REST]


def test_a_melody_stays_in_its_phrase():
    phrases = [
        Phrase(make_notes([(30, "lead", 60, 9, 90)])),
        Phrase(make_notes([(4, "lead", 64, 1, 90)])),
    ]
    tokens = melody_tokens(PhraseSet.from_phrases(phrases))
    assert tokens[0, 29:].tolist() == [REST, 62, HOLD]
    assert tokens[1, :5].tolist() == [REST] * 4 + [66]


def test_drums_are_sets_of_nine():
    rows = [(3, "drums", pitch, 1, 90) for pitch in DRUM_PITCHES]
    tokens = drum_tokens(one(*rows, (5, "drums", 36, 1, 90), (6, "drums", 38, 1, 90)))
    assert tokens[0, 3] == 511
    assert tokens[0, 5] != tokens[0, 6]
    assert np.count_nonzero(tokens) == 3


def sixteen_bars(last):
    phrases = [Phrase(make_notes([(0, "lead", 60, 32, 90)])) for _ in range(7)]
    return PhraseSet.from_phrases([*phrases, Phrase(make_notes([last]))])


def test_each_step_of_sixteen_bars_counts():
    truth = sixteen_bars((0, "lead", 60, 32, 90))
    assert steps_exact(truth, truth).tolist() == [1]
    other_pitch = sixteen_bars((0, "lead", 61, 32, 90))
    assert steps_exact(truth, other_pitch).tolist() == [255 / 256]
    shorter = sixteen_bars((0, "lead", 60, 22, 90))
    assert steps_exact(truth, shorter).tolist() == [246 / 256]


def test_a_note_is_heard_into_the_next_phrase():
    tied = PhraseSet.from_phrases(
        [Phrase(make_notes([(0, "lead", 60, 40, 90)]))]
        + [Phrase(make_notes([(16, "lead", 60, 16, 90)]))] * 7
    )
    cut = PhraseSet.from_phrases(
        [Phrase(make_notes([(0, "lead", 60, 32, 90)]))]
        + [Phrase(make_notes([(16, "lead", 60, 16, 90)]))] * 7
    )
    assert steps_exact(tied, cut).tolist() == [248 / 256]
