"""Sends many visitors at once: ``python -m benchmarks.load``. Linux; needs the ``dev`` extra.

Starts ``app.py``. First one visitor draws pieces of 16 bars, one after the other; then many
visitors do so at the same time, each as fast as the answers come, or every so many seconds. One of
them is Chromium, which plays the pieces and listens; with ``--no-browser`` there is none. Prints
how long they waited, what went wrong, how the memory of the app grew, and which files were left
after it ended.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from gradio_client.utils import apply_diff

from benchmarks.app import serve
from benchmarks.page import open_page, wait_for_piece

BARS = 16


@dataclass
class Waits:
    """Seconds from a click until the picture is there, and until the page sounds."""

    picture: list[float] = field(default_factory=list)
    sound: list[float] = field(default_factory=list)

    def join(self, other: Waits) -> None:
        for name in vars(self):
            getattr(self, name).extend(getattr(other, name))


class Visitor:
    """Sends the requests that the page sends."""

    def __init__(self, url: str) -> None:
        self.session = secrets.token_hex(6)
        self.http = httpx.Client(base_url=url, timeout=300)
        config = self.http.get("config").json()
        functions = {one["id"]: one for one in config["dependencies"]}
        self.draw = next(f for f in functions.values() if f["api_name"] == "draw")
        values = {one["id"]: one["props"].get("value") for one in config["components"]}
        self.settings = [values[id] for id in self.draw["inputs"]]

    def see(self, waited: Waits) -> None:
        """Draw a piece, which the page of a visitor plays by itself."""
        start = time.perf_counter()
        settings = [secrets.randbelow(10**9), True, BARS, *self.settings[3:]]
        for _ in self.ask(self.draw, settings):
            pass
        waited.picture.append(time.perf_counter() - start)

    def ask(self, function: dict, data: list) -> Iterator[list]:
        """Call a function of the page, and yield its answers."""
        asked = {"fn_index": function["id"], "data": data, "session_hash": self.session}
        self.http.post("gradio_api/queue/join", json=asked).raise_for_status()
        output: list = []
        address = f"gradio_api/queue/data?session_hash={self.session}"
        with self.http.stream("GET", address) as answer:
            for line in answer.iter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line.removeprefix("data:"))
                if message["msg"] == "process_generating":
                    new = message["output"]["data"]
                    output = (
                        [apply_diff(a, d) for a, d in zip(output, new, strict=True)]
                        if output
                        else new
                    )
                    yield output
                elif message["msg"] == "process_completed":
                    if not message["success"]:
                        raise RuntimeError(message["output"].get("error"))
                    if not output:
                        yield message["output"]["data"]
                elif message["msg"] == "close_stream":
                    return


def alone(url: str, pieces: int, browser: bool) -> Waits:
    """Return how long one visitor waits."""
    waited = Waits()
    Visitor(url).see(Waits())  # the first one waits for TensorFlow
    if browser:
        listen(url, waited, lambda: len(waited.sound) < pieces)
    else:
        visitor = Visitor(url)
        for _ in range(pieces):
            visitor.see(waited)
    return waited


def listen(url: str, waited: Waits, goes_on: Callable[[], bool], every: float = 0) -> None:
    """Draw pieces in Chromium and hear them."""
    with open_page(url) as (page, _):
        wait_for_piece(page)
        while goes_on():
            start = time.monotonic()
            picture, sound = wait_for_piece(page)
            waited.picture.append(picture)
            waited.sound.append(sound)
            time.sleep(max(0.0, start + every - time.monotonic()))


def together(
    url: str, visitors: int, until: float, every: float, browser: bool
) -> tuple[Waits, Counter[str]]:
    """Return how long many visitors wait, and the errors that they read."""

    def visit(number: int) -> tuple[Waits, Counter[str]]:
        waited, wrong = Waits(), Counter()
        try:
            if browser and not number:
                listen(url, waited, lambda: time.monotonic() < until, every)
                return waited, wrong
            visitor = Visitor(url)
            time.sleep(every * number / visitors)  # they do not click all at once
        except Exception as error:  # counts any error
            wrong[f"{type(error).__name__}: {error}"[:100]] += 1
            return waited, wrong
        while time.monotonic() < until:
            start = time.monotonic()
            try:
                visitor.see(waited)
            except Exception as error:  # counts any error
                wrong[f"{type(error).__name__}: {error}"[:100]] += 1
            time.sleep(max(0.0, start + every - time.monotonic()))
        return waited, wrong

    all_waited, all_wrong = Waits(), Counter()
    with ThreadPoolExecutor(visitors) as pool:
        for waited, wrong in pool.map(visit, range(visitors)):
            all_waited.join(waited)
            all_wrong.update(wrong)
    return all_waited, all_wrong


def watch(pid: int, seconds: list[float], sizes: list[float], over: threading.Event) -> None:
    """Note every second how much memory a process uses, in MB."""
    statm, page = Path(f"/proc/{pid}/statm"), os.sysconf("SC_PAGE_SIZE")
    while not over.wait(1):
        seconds.append(time.monotonic())
        sizes.append(int(statm.read_text().split()[1]) * page / 1e6)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--every", type=float, default=0, help="seconds between a visitor's clicks")
    parser.add_argument("--no-browser", action="store_true", help="measure no sound")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"TMPDIR": folder, "GRADIO_TEMP_DIR": f"{folder}/gradio"}
        with serve(settings) as (url, pid):
            base = alone(url, 8, not options.no_browser)
            times, sizes, over = [], [], threading.Event()
            watcher = threading.Thread(target=watch, args=(pid, times, sizes, over))
            watcher.start()
            start = time.monotonic()
            end = start + options.seconds
            waited, wrong = together(
                url, options.visitors, end, options.every, not options.no_browser
            )
            took = time.monotonic() - start
            over.set()
            watcher.join()
            kept = [path for path in Path(folder).rglob("*") if path.is_file()]
            kept_size = sum(path.stat().st_size for path in kept) / 1e6
            metrics = httpx.get(url + "metrics").text
        left = [path for path in Path(folder).rglob("*") if path.is_file()]

    print(f"{options.visitors} visitors for {took:.0f} s: {len(waited.picture)} pieces")
    for name in vars(waited):
        one, many = getattr(base, name), getattr(waited, name)
        if not one or not many:
            continue
        single, p95 = statistics.median(one), float(np.percentile(many, 95))
        print(
            f"click -> {name}: alone {single:.2f} s; together median "
            f"{statistics.median(many):.2f} s, p95 {p95:.2f} s = {p95 / single:.1f} x alone"
        )
    quarter = len(sizes) // 4
    first, last = (statistics.mean(part) for part in (sizes[:quarter], sizes[-quarter:]))
    print(f"memory: {first:.0f} MB in the first quarter, {last:.0f} MB in the last", end="")
    print(f": {100 * (last / first - 1):+.1f} %")
    print(f"errors: {sum(wrong.values())}")
    for line, count in wrong.most_common():
        print(f"  {count} x {line}")
    print(f"files while it ran: {len(kept)}, {kept_size:.0f} MB; once it was ended: {len(left)}")
    print(*(line for line in metrics.splitlines() if line.startswith("musegen_sounds")), sep="\n")


if __name__ == "__main__":
    main()
