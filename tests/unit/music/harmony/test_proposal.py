"""Chords that are proposed to a melody."""

import numpy as np
import pytest

from musegen.music.harmony import propose_chords
from musegen.music.notes import make_notes

# "Ode to Joy", eight bars.
JOY = [
    4,
    4,
    5,
    7,
    7,
    5,
    4,
    2,
    0,
    0,
    2,
    4,
    4,
    2,
    2,
    2,
    4,
    4,
    5,
    7,
    7,
    5,
    4,
    2,
    0,
    0,
    2,
    4,
    2,
    0,
    0,
    0,
]


def melody(tones, key=0):
    return make_notes((4 * i, "lead", 60 + key + tone, 4, 90) for i, tone in enumerate(tones))


def propose(notes, beats=32, seed=0):
    return propose_chords(notes, beats, np.random.default_rng(seed))


def test_most_notes_of_a_melody_are_in_its_chords():
    inside = np.mean(
        [
            tone in chord.pitch_classes
            for seed in range(10)
            for tone, chord in zip(JOY, propose(melody(JOY), seed=seed), strict=True)
        ]
    )
    assert inside > 0.7


def test_chords_are_of_the_melodys_key_and_change_with_its_bars():
    proposals = [propose(melody(JOY), seed=seed) for seed in range(10)]
    scale = {0, 2, 4, 5, 7, 9, 11}
    inside = [set(chord.pitch_classes) <= scale for chords in proposals for chord in chords]
    assert np.mean(inside) > 0.8
    starts = [[beat for beat, _ in chords.changes()] for chords in proposals]
    assert 4 <= min(map(len, starts)) <= max(map(len, starts)) <= 20
    assert np.mean([beat % 2 == 0 for own in starts for beat in own]) > 0.7


def test_another_seed_proposes_other_chords():
    assert propose(melody(JOY), seed=1) == propose(melody(JOY), seed=1)
    assert len({propose(melody(JOY), seed=seed).text() for seed in range(5)}) > 2


@pytest.mark.parametrize("key", [-5, 1, 6])
def test_a_transposed_melody_gets_transposed_chords(key):
    for seed in range(5):
        plain = propose(melody(JOY), seed=seed)
        assert propose(melody(JOY, key), seed=seed) == plain.transposed(key)


def test_silence_and_short_pieces_get_chords_too():
    silence = make_notes([])
    assert len(propose(silence, 8)) == 8
    assert len(propose(melody([0]), 1)) == 1


def test_notes_after_the_end_are_not_heard():
    assert propose(melody(JOY), 16) == propose(melody(JOY[:16]), 16)
