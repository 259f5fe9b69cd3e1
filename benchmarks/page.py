"""Measures how long visitors wait: ``python -m benchmarks.page``. Needs Chromium and extra `dev`.

Starts ``app.py`` and uses it in headless Chromium. Prints seconds, and their ratio to the time that
this machine takes for a fixed NumPy task, so that machines can be compared.
"""

from __future__ import annotations

import shutil
import statistics
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.app import serve
from benchmarks.unit import unit

CLICKS = 9
# Measured in the page: Playwright takes a tenth of a second or more to press a button.
WAITS = Path(__file__).with_name("waits.js").read_text("utf-8")


def main() -> None:
    """Measure and print."""
    base = statistics.median(unit() for _ in range(5))
    start = time.perf_counter()
    with serve() as (url, _):
        rows = {"start → page answers": time.perf_counter() - start}
        chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            page.set_default_timeout(60_000)
            page.goto(url)
            page.locator("#draw").click()  # browsers play no sound before the first click
            page.wait_for_function("document.querySelector('.mg-player').mixer?.playing")
            page.evaluate(WAITS)
            times = [page.evaluate(WAITS) for _ in range(CLICKS)]
            browser.close()
    for i, name in enumerate(("click → roll", "click → sound")):
        of = sorted(t[i] for t in times)
        rows[f"{name}, 16 bars, warm, median"] = statistics.median(of)
        rows[f"{name}, 16 bars, warm, worst of {CLICKS}"] = of[-1]
    print(f"unit: {base:.3f} s")
    for name, seconds in rows.items():
        print(f"{name}: {seconds:.2f} s, {seconds / base:.1f} units")


if __name__ == "__main__":
    main()
