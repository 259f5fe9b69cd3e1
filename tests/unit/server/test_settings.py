"""What a visitor may ask for, and how whoever runs the page changes that."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from support.examples import band
from support.visits import ROOT

from musegen.errors import MusicError
from musegen.server.settings import Settings, SettingsError, get_settings
from musegen.server.validation import (
    allowed_range,
    check_form,
    check_length,
    check_number,
    new_seed,
    seed_or_new,
)


@pytest.fixture
def setting(monkeypatch) -> Iterator[pytest.MonkeyPatch]:
    """Environment variables that count."""
    get_settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.mark.parametrize("name", ["seed", "bars", "temperature", "steps", "phrases", "x"])
def test_a_figure_within_its_limits_is_taken(name) -> None:
    low, high = allowed_range(name)
    assert check_number(low, name) == low
    assert check_number(high, name) == high
    for wrong in (low - 1, high + 1, None, float("nan"), float("inf"), "x", "", True):
        with pytest.raises(MusicError, match=f"^{name} is .*; it goes from"):
            check_number(wrong, name)


def test_a_text_of_a_figure_is_one() -> None:
    assert check_number("1.25", "temperature") == 1.25
    assert check_number("9007199254740991", "seed", whole=True) == 2**53 - 1
    for wrong in ("1.5", "1e3", "9" * 5000):
        with pytest.raises(MusicError, match=r"^seed is .{1,30}; it goes from 0 to 9"):
            check_number(wrong, "seed", whole=True)


def test_a_whole_number_is_whole() -> None:
    assert check_number(8.0, "bars", whole=True) == 8
    assert isinstance(check_number(8.0, "bars", whole=True), int)
    with pytest.raises(MusicError, match=r"bars is 8\.5; it is a whole number"):
        check_number(8.5, "bars", whole=True)


def test_without_a_seed_chance_chooses() -> None:
    assert seed_or_new(7.0) == 7
    assert len({seed_or_new(None) for _ in range(20)} | {new_seed() for _ in range(20)}) > 30


def test_a_form_is_one_that_there_is() -> None:
    assert check_form("AABA") == "AABA"
    with pytest.raises(MusicError, match="there is no form 'a waltz'"):
        check_form("a waltz")


def test_a_piece_is_not_too_long() -> None:
    piece = band(bars=160)
    assert check_length(piece) is piece
    with pytest.raises(MusicError, match="this would be 162 bars"):
        check_length(band(bars=162))


def test_the_environment_sets_limits(setting) -> None:
    setting.setenv("MUSEGEN_BARS", "8")
    setting.setenv("MUSEGEN_PIECE_BARS", "16")
    setting.setenv("MUSEGEN_KEEP_MINUTES", "5")
    assert check_number(8, "bars") == 8
    with pytest.raises(MusicError, match="bars is 16; it goes from 2 to 8"):
        check_number(16, "bars")
    with pytest.raises(MusicError, match="a piece here has 16 at most"):
        check_length(band(bars=18))
    said = " ".join(get_settings().lines)
    assert "up to 8 bars" in said
    assert "longer than 16 bars" in said
    assert "after 5 minutes" in said


@pytest.mark.parametrize("value", ["many", "", "0", "-1", "8.5", "nan", "1e9"])
def test_a_limit_that_is_none_is_told_in_one_line(value, setting) -> None:
    setting.setenv("MUSEGEN_BARS", value)
    with pytest.raises(SettingsError) as caught:
        get_settings()
    assert str(caught.value).startswith(f"MUSEGEN_BARS is {value!r}: ")
    assert "\n" not in str(caught.value)


def test_the_app_does_not_start_with_one() -> None:
    ended = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "MUSEGEN_AT_ONCE": "0"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("app.py: MUSEGEN_AT_ONCE is '0': ")
    assert ended.stderr.count("\n") == 1


def test_the_readme_names_every_limit_and_its_value() -> None:
    text = (ROOT / "docs" / "hosting.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert f"| `MUSEGEN_{name.upper()}` | {field.default:g} |" in text, name
