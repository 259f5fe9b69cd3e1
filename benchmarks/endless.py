"""Listens to endless music: ``python -m benchmarks.endless``. Linux; needs Chromium, extra `dev`.

Starts ``app.py``, plays its first example in headless Chromium and presses *Endless*. Prints how
often the music had a gap, how far the playhead was from the audio clock, how the memory of the page
grew, and how much the server worked.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

from benchmarks.app import serve
from benchmarks.page import open_page

EVERY = 5  # seconds between two looks
# What the player says of itself: positions are samples of the music, the clock is the output's.
LOOK = """() => {
    const player = document.querySelector('.mg-player');
    const { position, context, gaps, playing } = player.mixer;
    return {
        position: position / 44100,
        clock: context.currentTime,
        gaps,
        playing,
        phrases: document.querySelectorAll('.mg-phrase').length,
        memory: performance.memory.usedJSHeapSize / 1e6,
    };
}"""
PLAYS_ITSELF = "document.querySelector('.mg-player').mixer.sound?.score"


def main() -> None:
    """Listen and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    seconds = parser.parse_args().seconds
    with serve() as (url, pid), open_page(url) as (page, _):
        wait_until_idle(url, pid)
        page.wait_for_function(PLAYS_ITSELF)
        page.get_by_role("button", name="Endless", exact=True).click()
        page.wait_for_function("document.querySelector('.mg-player').dataset.endless === 'true'")
        before, worked = page.evaluate(LOOK), processor_seconds(pid)
        start = time.monotonic()
        looks = listen(page, seconds)
        took, worked = time.monotonic() - start, processor_seconds(pid) - worked
    drift = max(abs(drift_of(before, look)) for look in looks)
    last, second_half = looks[-1], looks[len(looks) // 2 :]
    memory = [look["memory"] for look in second_half]
    print(f"{took:.0f} s, in which {last['position'] - before['position']:.0f} s were played")
    print(f"gaps: {last['gaps'] - before['gaps']}; pauses: {count_pauses(looks)}")
    print(f"playhead and audio clock differ by at most {1000 * drift:.1f} ms")
    print(f"phrases that the page has at the end: {last['phrases']}")
    print(f"memory of its scripts in the second half: {min(memory):.0f} to {max(memory):.0f} MB")
    print(f"the server's work: {1000 * worked / took:.1f} ms a second")


def listen(page: Page, seconds: float) -> list[dict[str, Any]]:
    """Look at the player every few seconds."""
    looks: list[dict[str, Any]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.wait_for_timeout(1000 * EVERY)
        looks.append(page.evaluate(LOOK))
    return looks


def drift_of(before: dict[str, Any], look: dict[str, Any]) -> float:
    """Return by how many seconds more the music has gone on than the audio clock."""
    return (look["position"] - before["position"]) - (look["clock"] - before["clock"])


def count_pauses(looks: list[dict[str, Any]]) -> int:
    """Return how often the music was found not to play."""
    return sum(not look["playing"] for look in looks)


def wait_until_idle(url: str, pid: int) -> None:
    """Wait until the server has loaded the model and does nothing more by itself."""
    while httpx.get(url + "health").json()["status"] == "loading":
        time.sleep(1)
    while True:
        before = processor_seconds(pid)
        time.sleep(EVERY)
        if processor_seconds(pid) - before < 0.02 * EVERY:
            return


def processor_seconds(pid: int) -> float:
    """Return how long processors have worked for a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
