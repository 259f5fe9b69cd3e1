"""The page in a real browser: progress of the sound, and how rendering is cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.visits import Visit, open_visits, wait_until

LONG = 64  # bars: the sound takes some seconds


def renderers(server) -> set[int]:
    """Return the processes of FluidSynth that the app has started."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            environment = (process / "environ").read_bytes()
        except OSError:
            continue  # it has ended, or belongs to another user
        if b"fluidsynth" in command[0] and str(server.folder).encode() in environment:
            found.add(int(process.name))
    return found


def is_idle(server) -> bool:
    """Whether the server answers no request."""
    metrics = httpx.get(server.url + "metrics").text
    return float(re.search(r"^musegen_running ([0-9.]+)$", metrics, re.MULTILINE)[1]) == 0


@pytest.fixture(scope="module")
def page(server, browser) -> Iterator[Visit]:
    """A page that cannot make its sound, so that the server does."""
    with open_visits(server.url, browser, ".mg-panel .head") as open_page:
        page = open_page()
        page.let_server_play()
        yield page


@pytest.fixture(autouse=True)
def no_renderers(server) -> None:
    """No example is being rendered; the server does that while it is idle."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("this system does not list its processes")
    idle = 0

    def is_quiet() -> bool:  # ten times in a row: an example is rendered in several steps
        nonlocal idle
        idle = 0 if renderers(server) else idle + 1
        return idle == 10

    wait_until(is_quiet)


def test_progress_is_shown(page) -> None:
    page.page.evaluate(
        """() => {
            window.progress = [];
            const keep = ({ detail }) => window.progress.push(detail);
            document.addEventListener('musegen:progress', keep);
        }"""
    )
    page.draw(5, bars=LONG)
    page.player.get_by_role("progressbar").wait_for()
    assert page.text("status").startswith("Rendering the sound")
    page.wait_for_sound(None)
    progress = page.page.evaluate("window.progress")
    shares = [step["share"] for step in progress]
    assert 0 <= min(shares) < max(shares) <= 1
    assert all(step["text"] for step in progress)
    page.wait("!document.querySelector('.mg-status').textContent")
    assert page.player.locator(".mg-progress").is_hidden()


def test_cancel_ends_the_renderers(page, server) -> None:
    page.draw(6, bars=LONG)
    working = wait_until(lambda: renderers(server))
    assert page.data("state") == "drawn"
    page.button("Cancel").click()
    wait_until(lambda: not working & renderers(server))
    page.wait("document.querySelector('.mg-player').dataset.state === 'silent'")
    assert "press play to make it" in page.text("status")
    assert not page.button("Cancel").is_visible()
    assert int(page.data("notes")) > 0  # it stays visible
    wait_until(lambda: is_idle(server))
    assert page.data("state") == "silent"
    page.button("Play").click()
    page.wait("document.querySelector('.mg-player').dataset.playing === 'true'")
    page.draw(7, bars=4, heard=True)


def test_the_next_piece_ends_the_renderers_of_the_last(page, server) -> None:
    page.draw(8, bars=LONG)
    working = wait_until(lambda: renderers(server))
    page.draw(9, bars=4, heard=True)
    assert not working & renderers(server)
    assert page.text("title") == "Seed 9"
