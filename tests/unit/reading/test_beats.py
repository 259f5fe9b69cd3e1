"""Finding the beat of onsets."""

import numpy as np
import pytest

from musegen.reading.beats import find_beats


def test_the_tempo_of_the_file_decides_between_a_tempo_and_its_double():
    times = np.arange(240) * 0.25
    for named in (60.0, 120.0):
        seconds, steps = find_beats(times, named)
        tempo = np.polyfit(seconds, steps, 1)[0] * 15
        assert tempo == pytest.approx(named, rel=0.01)


def test_one_note_has_no_beat():
    assert find_beats(np.array([1.0])) is None


def test_a_steady_beat_is_found():
    rng = np.random.default_rng(0)
    times = np.unique(rng.integers(0, 400, 300)) * 0.15 + 1.0  # sixteenths at 100 beats a minute
    seconds, steps = find_beats(times)
    assert np.polyfit(seconds, steps, 1)[0] * 15 == pytest.approx(100, rel=0.01)
    positions = np.interp(times, seconds, steps)
    assert np.abs(positions - np.rint(positions)).max() < 0.1
