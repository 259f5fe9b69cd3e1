"""Finding which step bars begin on."""

import numpy as np
import pytest

from musegen.reading.bar_line import find_bar_line
from musegen.reading.onsets import Onsets


@pytest.mark.parametrize("late", [-3, 0, 5])
def test_bars_begin_with_long_bass_notes_and_kick_drums(late):
    steps = np.array([step + 16 * bar for bar in range(8) for step in (0, 4, 8, 12, 0, 4)])
    length = np.array([16, 2, 4, 2, 1, 1] * 8)
    pitch = np.array([36, 60, 43, 64, 36, 38] * 8)
    is_drum = np.array([False, False, False, False, True, True] * 8)
    start = steps + 16.0 + late
    onsets = Onsets(start / 8, (start + length) / 8, pitch, is_drum)
    assert find_bar_line(start, start + length, onsets) == -late
