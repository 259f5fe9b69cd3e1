"""The page in Firefox: it plays by itself, and stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.pages.firefox import open_firefox
from support.visits import GRADIO_MESSAGES, MIXER, ROOT

SOUNDS = ROOT / "benchmarks" / "sounds.js"


@pytest.mark.timeout(900)  # Firefox starts slowly on a busy machine
def test_an_example_sounds_and_stops(server, tmp_path: Path) -> None:
    with open_firefox(tmp_path) as page:
        page.run_first(SOUNDS.read_text("utf-8"))
        page.open(server.url)
        page.click(".mg-invite")
        page.wait("window.sounds()")
        page.wait(f"{MIXER}.sound.score")  # and not what the server plays until then
        page.wait(f"{MIXER}.position > 88200 && window.sounds()")
        page.click(".mg-play")
        page.wait("!window.sounds()")
        assert not page.evaluate(f"{MIXER}.playing")
        own = [text for text in page.problems if not text.startswith(GRADIO_MESSAGES)]
        assert not own, own
