"""Sends many visitors at once: ``python -m benchmarks.load``. Linux; needs the ``dev`` extra.

Starts ``app.py``. First one visitor draws pieces of 16 bars and hears them, one after the other;
then many visitors do so at the same time, each as fast as the answers come. A visitor asks for what
the page asks for, and fetches the sounds. Prints how long they waited, what went wrong, how the
memory of the app grew, and which files were left after it ended.
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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from gradio_client.utils import apply_diff

from benchmarks.app import serve

BARS = 16


@dataclass
class Waits:
    """Seconds from a click until the picture, the mix and the parts are there."""

    picture: list[float] = field(default_factory=list)
    sound: list[float] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)

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
        self.sound = next(
            f
            for f in functions.values()
            if f["trigger_after"] == self.draw["id"] and f["backend_fn"]
        )
        values = {one["id"]: one["props"].get("value") for one in config["components"]}
        self.settings = [values[id] for id in self.draw["inputs"]]
        self.font = values[self.sound["inputs"][1]]

    def hear(self, waited: Waits) -> None:
        """Draw a piece and fetch its sounds."""
        start = time.perf_counter()
        settings = [secrets.randbelow(10**9), True, BARS, *self.settings[3:]]
        (*_, drawn) = self.ask(self.draw, settings)
        waited.picture.append(time.perf_counter() - start)
        state = drawn[self.draw["outputs"].index(self.sound["inputs"][0])]
        heard = ""
        for stage, _ in self.ask(self.sound, [state, self.font]):
            sound = stage.get("sound") if isinstance(stage, dict) else None
            if sound and sound["path"] != heard:
                heard = sound["path"]
                self.http.get(f"gradio_api/file={heard}").raise_for_status()
                is_mix = stage["stream"]["parts"] == ["mix"]
                (waited.sound if is_mix else waited.parts).append(time.perf_counter() - start)
            if isinstance(stage, dict) and stage.get("problem"):
                raise RuntimeError(stage["problem"])

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


def alone(url: str, pieces: int) -> Waits:
    """Return how long one visitor waits."""
    visitor, waited = Visitor(url), Waits()
    visitor.hear(Waits())  # the first one waits for TensorFlow
    for _ in range(pieces):
        visitor.hear(waited)
    return waited


def together(url: str, visitors: int, until: float) -> tuple[Waits, Counter[str]]:
    """Return how long many visitors wait, and the errors that they read."""

    def visit(_: int) -> tuple[Waits, Counter[str]]:
        visitor, waited, wrong = Visitor(url), Waits(), Counter()
        while time.monotonic() < until:
            try:
                visitor.hear(waited)
            except Exception as error:  # counts any error
                wrong[f"{type(error).__name__}: {error}"[:100]] += 1
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
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"TMPDIR": folder, "GRADIO_TEMP_DIR": f"{folder}/gradio"}
        with serve(settings) as (url, pid):
            base = alone(url, 8)
            times, sizes, over = [], [], threading.Event()
            watcher = threading.Thread(target=watch, args=(pid, times, sizes, over))
            watcher.start()
            start = time.monotonic()
            waited, wrong = together(url, options.visitors, start + options.seconds)
            took = time.monotonic() - start
            over.set()
            watcher.join()
            kept = [path for path in Path(folder).rglob("*") if path.is_file()]
            kept_size = sum(path.stat().st_size for path in kept) / 1e6
            metrics = httpx.get(url + "metrics").text
        left = [path for path in Path(folder).rglob("*") if path.is_file()]

    print(f"{options.visitors} visitors for {took:.0f} s: {len(waited.parts)} pieces")
    for name in vars(waited):
        one, many = getattr(base, name), getattr(waited, name)
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
