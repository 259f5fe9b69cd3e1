"""Environment variables set the limits of the server."""

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
from musegen.server.validation import check_length, check_number


@pytest.fixture
def environment(monkeypatch) -> Iterator[pytest.MonkeyPatch]:
    """Changes to the environment that the settings see."""
    get_settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    get_settings.cache_clear()


def test_environment_variables_set_limits(environment):
    environment.setenv("MUSEGEN_BARS", "8")
    environment.setenv("MUSEGEN_PIECE_BARS", "16")
    environment.setenv("MUSEGEN_KEEP_MINUTES", "5")
    assert check_number(8, "bars") == 8
    with pytest.raises(MusicError, match="bars is 16; it goes from 2 to 8"):
        check_number(16, "bars")
    with pytest.raises(MusicError, match="a piece here has 16 at most"):
        check_length(band(bars=18))
    text = " ".join(get_settings().lines)
    assert "up to 8 bars" in text
    assert "longer than 16 bars" in text
    assert "after 5 minutes" in text


@pytest.mark.parametrize("value", ["many", "", "0", "-1", "8.5", "nan", "1e9"])
def test_a_wrong_value_is_reported_in_one_line(value, environment):
    environment.setenv("MUSEGEN_BARS", value)
    with pytest.raises(SettingsError) as caught:
        get_settings()
    assert str(caught.value).startswith(f"MUSEGEN_BARS is {value!r}: ")
    assert "\n" not in str(caught.value)


def test_the_app_does_not_start_with_a_wrong_value():
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


def test_the_documentation_names_every_setting_and_its_default():
    text = (ROOT / "docs" / "hosting.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert f"| `MUSEGEN_{name.upper()}` | {field.default:g} |" in text, name
