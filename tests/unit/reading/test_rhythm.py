"""Swing and triplets."""

import numpy as np
import pytest

from musegen.reading.rhythm import Rhythm, describe_rhythm

BEATS = np.arange(32) * 4.0


@pytest.mark.parametrize("offbeat", [0.6, 0.65, 0.7])
def test_late_offbeats_are_swung(offbeat):
    rhythm = describe_rhythm(np.sort(np.concatenate([BEATS, BEATS + 4 * offbeat])))
    assert rhythm.swing == pytest.approx(offbeat)
    assert not rhythm.triplets


def test_three_notes_a_beat_are_triplets():
    assert describe_rhythm(np.arange(96) * 4 / 3) == Rhythm(triplets=True)


@pytest.mark.parametrize("every", [0.5, 1.0, 2.0, 4.0])
def test_even_notes_are_neither(every):
    assert describe_rhythm(np.arange(0, 128, every)) == Rhythm()


def test_offbeats_as_late_as_the_beats_are_not_swung():
    assert describe_rhythm(np.arange(0, 128, 2) + 0.25) == Rhythm()


def test_nothing_is_neither():
    assert describe_rhythm(np.zeros(0)) == Rhythm()
