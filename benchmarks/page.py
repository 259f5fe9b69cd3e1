"""Measures how long visitors wait: ``python -m benchmarks.page``. Needs Chromium and extra `dev`.

Starts ``app.py`` and uses it in headless Chromium, which listens to what the page plays. Prints
seconds, and their ratio to the time that this machine takes for a fixed NumPy task, so that
machines can be compared.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.app import serve
from benchmarks.unit import unit

__all__ = ["open_page", "wait_for_piece"]

CLICKS = 9
FIRST_VISITS = 3
CHORDS = ("F#m", "Ebmaj7")
HERE = Path(__file__).parent
# Measured in the page: Playwright takes a tenth of a second or more to press a button.
WAITS = HERE.joinpath("waits.js").read_text("utf-8")


@contextmanager
def open_page(url: str) -> Iterator[tuple[Page, float]]:
    """Open the page as on a first visit and press the player's button, which plays an example.

    Yields
    ------
    page : Page
    seconds : float
        From the opening until the first sound.
    """
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(path=HERE / "sounds.js")
        start = time.perf_counter()
        page.goto(url, wait_until="commit")
        # Browsers play no sound before the first click. The button can just be exchanged for the
        # player's own.
        started, button = ".mg-first:disabled, .mg-player[data-id]", ".mg-first, .mg-invite"
        while not page.locator(started).count():
            box = page.locator(button).first.bounding_box()
            if box is not None:
                page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_function("window.sounds()", polling=10)
        seconds = time.perf_counter() - start
        page.locator(".mg-player[data-id]").wait_for()  # Gradio may still build the page
        yield page, seconds
        browser.close()


def wait_for_piece(page: Page) -> tuple[float, float]:
    """Draw a piece; return the seconds from the click to its picture, and to its sound."""
    picture, sound = page.evaluate(WAITS, {"button": "#draw", "changes": "id"})
    return picture, sound


def wait_for_chord(page: Page) -> tuple[float, float]:
    """Change the second chord of the piece; return the seconds as `wait_for_piece` does."""
    page.locator(".mg-chord[data-shown=true]").nth(1).click()
    field = page.locator(".mg-chord-name")
    field.fill(next(chord for chord in CHORDS if chord != field.input_value()))
    one = {"button": "[data-chords=one]", "changes": "version"}
    picture, sound = page.evaluate(WAITS, one)
    return picture, sound


def main() -> None:
    """Measure and print."""
    base = statistics.median(unit() for _ in range(5))
    start = time.perf_counter()
    with serve() as (url, _):
        rows = {"start → page answers": time.perf_counter() - start}
        first: list[float] = []
        for _ in range(FIRST_VISITS):
            with open_page(url) as (page, seconds):
                first.append(seconds)
                if len(first) == FIRST_VISITS:
                    wait_for_piece(page)
                    times = [wait_for_piece(page) for _ in range(CLICKS)]
                    chords = [wait_for_chord(page) for _ in range(CLICKS)]
        rows["first visit → sound, first visitor"] = first[0]
        rows["first visit → sound, later visitors"] = min(first[1:])
    for i, name in enumerate(("click → roll", "click → sound")):
        of = sorted(t[i] for t in times)
        rows[f"{name}, 16 bars, warm, median"] = statistics.median(of)
        rows[f"{name}, 16 bars, warm, worst of {CLICKS}"] = of[-1]
    rows["chord changed → sound, 16 bars, median"] = statistics.median(t[1] for t in chords)
    rows[f"chord changed → sound, 16 bars, worst of {CLICKS}"] = max(t[1] for t in chords)
    print(f"unit: {base:.3f} s")
    for name, seconds in rows.items():
        print(f"{name}: {seconds:.2f} s, {seconds / base:.1f} units")


if __name__ == "__main__":
    main()
