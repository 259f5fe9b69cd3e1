"""What visitors ask for is checked against the settings."""

from __future__ import annotations

import pytest
from support.examples import band

from musegen.errors import MusicError
from musegen.server.validation import (
    allowed_range,
    check_chords,
    check_form,
    check_length,
    check_number,
    check_styles,
    new_seed,
    seed_or_new,
)


@pytest.mark.parametrize("name", ["seed", "bars", "temperature", "steps", "phrases", "x"])
def test_a_number_within_its_range_is_returned(name):
    low, high = allowed_range(name)
    assert check_number(low, name) == low
    assert check_number(high, name) == high
    for wrong in (low - 1, high + 1, None, float("nan"), float("inf"), "x", "", True):
        with pytest.raises(MusicError, match=f"^{name} is .*; it goes from"):
            check_number(wrong, name)


def test_a_number_in_a_text_is_returned():
    assert check_number("1.25", "temperature") == 1.25
    assert check_number("9007199254740991", "seed", whole=True) == 2**53 - 1
    for wrong in ("1.5", "1e3", "9" * 5000):
        with pytest.raises(MusicError, match=r"^seed is .{1,30}; it goes from 0 to 9"):
            check_number(wrong, "seed", whole=True)


def test_a_whole_number_has_no_fraction():
    assert check_number(8.0, "bars", whole=True) == 8
    assert isinstance(check_number(8.0, "bars", whole=True), int)
    with pytest.raises(MusicError, match=r"bars is 8\.5; it is a whole number"):
        check_number(8.5, "bars", whole=True)


def test_without_a_seed_it_is_random():
    assert seed_or_new(7.0) == 7
    assert len({seed_or_new(None) for _ in range(20)} | {new_seed() for _ in range(20)}) > 30


def test_a_form_has_to_exist():
    assert check_form("AABA") == "AABA"
    with pytest.raises(MusicError, match="there is no form 'a waltz'"):
        check_form("a waltz")


def test_chords_become_those_of_a_recipe_in_c():
    assert check_chords("| Bb F/A | Gm |", "Bb", 4) == "| C G/B | Am |"
    assert check_chords("ii V I", -2, 4) == "| Dm | G | C |"
    assert check_chords(" ", 0, 4) is check_chords(None, 0, 4) is None
    with pytest.raises(MusicError, match="bar 1, beat 3: 'Banana' is no chord"):
        check_chords("| C Banana |", 0, 4)
    with pytest.raises(MusicError, match="there are chords for 3 bars, and the piece has 2"):
        check_chords("C F G", 0, 2)
    with pytest.raises(MusicError, match=r"there are 1,500 chords: write at most 1,000"):
        check_chords("C " * 1500, 0, 2)


def test_styles_have_weights():
    assert check_styles("Pop, hymn=0.5") == {"pop": 1, "hymn": 0.5}
    assert check_styles("") is check_styles(None) is None
    for wrong in ("pop=much", "pop=-1", "pop=nan", "pop=1e9"):
        with pytest.raises(MusicError, match=r"^style is .*; write it like pop"):
            check_styles(wrong)


def test_a_piece_has_to_be_short_enough():
    piece = band(bars=160)
    assert check_length(piece) is piece
    with pytest.raises(MusicError, match="this would be 162 bars"):
        check_length(band(bars=162))
