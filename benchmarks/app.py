"""Starts the app for benchmarks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["serve"]

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def serve(
    settings: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[tuple[str, int]]:
    """Run ``app.py`` until the block ends.

    Parameters
    ----------
    settings : mapping of str to str, optional
        Environment variables.
    log : Path, optional
        File for its output.

    Yields
    ------
    url : str
        Its address, which ends in a slash.
    pid : int
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    with (log or Path(os.devnull)).open("wb") as output:
        app = subprocess.Popen(
            [sys.executable, "app.py", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, **(settings or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while not _answers(url):
            if app.poll() is not None:
                sys.exit("app.py ended: run it by itself to see why")
            time.sleep(0.05)
        yield url, app.pid
    finally:
        app.terminate()
        app.wait(120)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
