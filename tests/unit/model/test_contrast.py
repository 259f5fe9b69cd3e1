"""Pieces that are drawn differ from each other as people's do."""

import numpy as np
import pytest

from musegen.model.codecs.contrast import (
    RANKED_TRAITS,
    SONG_TRAITS,
    measure_song_traits,
    scale_deviations,
)
from musegen.music import Phrase
from musegen.music.notes import SONG_PARTS, make_notes
from musegen.music.phrase_set import PhraseSet

PARTS = len(SONG_PARTS)
LEAD, CHORDS = 0, 2


def traits_of(*rows):
    (traits,) = measure_song_traits(PhraseSet.from_phrases([Phrase(make_notes(list(rows)))]))
    return traits


def test_traits_are_how_many_notes_begin_together_how_long_they_last_and_how_velocities_differ():
    triads = [(step, "chords", pitch, 4, 80) for step in (0, 8, 16) for pitch in (60, 64, 67)]
    melody = [(step, "lead", 72, 1, velocity) for step, velocity in ((0, 70), (1, 80), (2, 90))]
    traits = traits_of(*triads, *melody)
    assert len(traits) == SONG_TRAITS
    assert traits[CHORDS] == pytest.approx(np.log(3))
    assert traits[LEAD] == 0
    assert traits[PARTS + CHORDS] == pytest.approx(np.log(4))
    assert traits[PARTS + LEAD] == 0
    assert traits[-1] == pytest.approx(np.std([80] * 9 + [70, 80, 90]))
    # Counter and bass are silent.
    assert np.isnan(traits[[1, 3, PARTS + 1, PARTS + 3]]).all()


def test_two_notes_are_too_few():
    assert np.isnan(traits_of((0, "lead", 72, 1, 70), (1, "lead", 72, 1, 90))).all()
    assert np.isnan(traits_of()).all()


def scaled(trait, table, doubt=1.0):
    velocity = np.array([70.0, 90.0, 75.0, 85.0])
    row = np.array([0, 0, 1, 1])
    doubt = np.full(4, doubt)
    return scale_deviations(velocity, row, doubt, np.array(trait), np.array(table))


def test_velocities_of_a_phrase_get_the_deviation_that_the_table_has_for_its_trait():
    table = 12 + 4 * RANKED_TRAITS
    assert scaled([-1.0, 2.0], table) == pytest.approx([72, 88, 60, 100])
    assert scaled([-1.0, 2.0], table, doubt=0.0) == pytest.approx([70, 90, 75, 85])
    # Halfway between 5 and 20, as factors are.
    assert scaled([-1.0, 2.0], table, doubt=0.5)[2:] == pytest.approx([70, 90])


def test_without_a_table_velocities_stay():
    assert scaled([-1.0, 2.0], 0 * RANKED_TRAITS).tolist() == [70, 90, 75, 85]


def test_even_phrases_stay_nearly_even():
    velocity, zeros = np.array([80.0, 80.5]), np.zeros(2, int)
    table = np.full(len(RANKED_TRAITS), 40.0)
    wide = scale_deviations(velocity, zeros, np.ones(2), np.zeros(1), table)
    assert np.ptp(wide) == pytest.approx(4)
