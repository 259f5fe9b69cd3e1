"""What is played to a click becomes a piece."""

import pytest

from musegen.errors import MusicError
from musegen.hearing import read_take


def test_notes_are_on_the_steps_of_the_click_and_keep_their_timing():
    piece = read_take([(0.01, 0.45, 60, 90), (0.5, 0.98, 64, 80), (2.0, 2.5, 67, 70)], 120)
    assert piece.notes[["onset", "pitch", "duration", "velocity"]].tolist() == [
        (0, 60, 4, 90),
        (4, 64, 4, 80),
        (16, 67, 4, 70),
    ]
    assert piece.notes["offset"][0] == pytest.approx(0.08, abs=0.01)
    assert (piece.tempo, piece.bars) == (120, 2)


def test_an_empty_take_is_told():
    with pytest.raises(MusicError, match="nothing was played"):
        read_take([], 96)
