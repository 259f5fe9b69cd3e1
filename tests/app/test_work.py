"""The page in a real browser: what is seen while it works, and how that is stopped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

LONG = 64  # bars: its sound takes some seconds


def renderers(server) -> set[int]:
    """Processes of FluidSynth that the app has started."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            environment = (process / "environ").read_bytes()
        except OSError:
            continue  # it has ended, or is somebody else's
        if b"fluidsynth" in command[0] and str(server.folder).encode() in environment:
            found.add(int(process.name))
    return found


@pytest.fixture(autouse=True)
def quiet(server) -> None:
    """Examples are prepared while nobody waits: none is on its way."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("this system does not tell which processes there are")
    until = time.monotonic() + 60
    idle = 0
    while idle < 10 and time.monotonic() < until:
        idle = 0 if renderers(server) else idle + 1
        time.sleep(0.05)


def test_progress_is_shown(page) -> None:
    page.page.evaluate(
        """() => {
            window.told = [];
            document.addEventListener('musegen:progress', ({ detail }) => window.told.push(detail));
        }"""
    )
    page.draw(5, bars=LONG)
    page.player.get_by_role("progressbar").wait_for()
    assert page.text("status").startswith(("Rendering the sound", "Adding the parts"))
    page.wait_for_sound(None)
    told = page.page.evaluate("window.told")
    shares = [one["share"] for one in told]
    assert 0 <= min(shares) < max(shares) <= 1
    assert all(one["text"] for one in told)
    page.wait("!document.querySelector('.mg-status').textContent")
    assert page.player.locator(".mg-progress").is_hidden()


def test_cancel_ends_the_work(page, server) -> None:
    page.draw(6, bars=LONG)
    while not (working := renderers(server)):
        assert page.data("state") == "drawn"
        time.sleep(0.05)
    page.button("Cancel").click()
    until = time.monotonic() + 2
    while working & renderers(server) and time.monotonic() < until:
        time.sleep(0.05)
    assert not working & renderers(server)
    page.wait("document.querySelector('.mg-player').dataset.state === 'silent'")
    assert "press play to make it" in page.text("status")
    assert not page.button("Cancel").is_visible()
    assert int(page.data("notes")) > 0  # it is still seen
    time.sleep(1)
    assert page.data("state") == "silent"
    page.button("Play").click()
    page.wait("document.querySelector('.mg-player').dataset.playing === 'true'")
    page.draw(7, bars=4, heard=True)


def test_the_next_piece_ends_the_work_on_the_last(page, server) -> None:
    page.draw(8, bars=LONG)
    while not (working := renderers(server)):
        assert page.data("state") == "drawn"
        time.sleep(0.05)
    page.draw(9, bars=4, heard=True)
    assert not working & renderers(server)
    assert page.text("title") == "Seed 9"
