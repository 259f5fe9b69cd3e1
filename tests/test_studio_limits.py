"""What a visitor may ask for."""

import pytest
from examples import band

from musegen.music import MusicError
from musegen.studio.limits import LIMITS, a_form, bounded, new_seed, not_too_long, seed_or_new


@pytest.mark.parametrize("name", LIMITS)
def test_a_figure_within_its_limits_is_taken(name):
    low, high = LIMITS[name]
    assert bounded(low, name) == low
    assert bounded(high, name) == high
    for wrong in (low - 1, high + 1, None, float("nan"), float("inf"), "3", True):
        with pytest.raises(MusicError, match=f"^{name} is .*; it goes from"):
            bounded(wrong, name)


def test_a_whole_number_is_whole():
    assert bounded(8.0, "bars", whole=True) == 8
    assert isinstance(bounded(8.0, "bars", whole=True), int)
    with pytest.raises(MusicError, match=r"bars is 8\.5; it is a whole number"):
        bounded(8.5, "bars", whole=True)


def test_without_a_seed_chance_chooses():
    assert seed_or_new(7.0) == 7
    assert len({seed_or_new(None) for _ in range(20)} | {new_seed() for _ in range(20)}) > 30


def test_a_form_is_one_that_there_is():
    assert a_form("AABA") == "AABA"
    with pytest.raises(MusicError, match="there is no form 'a waltz'"):
        a_form("a waltz")


def test_a_piece_is_not_too_long():
    piece = band(bars=160)
    assert not_too_long(piece) is piece
    with pytest.raises(MusicError, match="this would be 162 bars"):
        not_too_long(band(bars=162))
