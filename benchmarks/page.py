"""How long a visitor waits: ``python -m benchmarks.page``. Needs Chromium and requirements-dev.txt.

Starts ``app.py`` as a user would and drives it in headless Chromium. Prints seconds, and each as a
ratio to the time this machine takes for a fixed piece of numpy work, so that two machines can be
compared.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.unit import unit

ROOT = Path(__file__).resolve().parent.parent
CLICKS = 9


def answers(url: str) -> bool:
    """Whether a page is served."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def click(page: Page) -> tuple[float, float]:
    """Seconds from a click on Random to the new roll, and to its first sound."""
    before = page.locator(".mg-player").get_attribute("data-id")
    start = time.perf_counter()
    page.locator("#draw").click()
    page.wait_for_function(
        "before => { const id = document.querySelector('.mg-player').dataset.id;"
        " return id && id !== before; }",
        arg=before,
    )
    picture = time.perf_counter() - start
    page.wait_for_function(
        "() => { const { mixer } = document.querySelector('.mg-player');"
        " return mixer.playing && mixer.position > 0; }"
    )
    sound = time.perf_counter() - start
    # The parts follow the mix: the next click is not to wait for their renderers.
    page.wait_for_function(
        "() => document.querySelector('.mg-player').mixer.stream.parts[0] !== 'mix'"
    )
    return picture, sound


def main() -> None:
    """Measure and print."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    base = statistics.median(unit() for _ in range(5))
    start = time.perf_counter()
    app = subprocess.Popen(
        [sys.executable, "app.py", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not answers(url):
            if app.poll() is not None:
                sys.exit("app.py ended: run it by itself to see why")
            time.sleep(0.05)
        rows = {"start → page answers": time.perf_counter() - start}
        chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            page.set_default_timeout(60_000)
            page.goto(url)
            click(page)  # the first waits for TensorFlow
            times = [click(page) for _ in range(CLICKS)]
            browser.close()
        for i, name in enumerate(("click → roll", "click → sound")):
            of = sorted(t[i] for t in times)
            rows[f"{name}, 16 bars, warm, median"] = statistics.median(of)
            rows[f"{name}, 16 bars, warm, worst of {CLICKS}"] = of[-1]
    finally:
        app.terminate()
        app.wait(20)
    print(f"unit: {base:.3f} s")
    for name, seconds in rows.items():
        print(f"{name}: {seconds:.2f} s, {seconds / base:.1f} units")


if __name__ == "__main__":
    main()
