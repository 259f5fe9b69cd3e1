"""Runs a program with a time limit; nothing that the program started outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

__all__ = ["run_process"]

_POLL_SECONDS = 0.1


def run_process(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: BinaryIO,
    timeout: float,
    poll: Callable[[], None],
) -> int | None:
    """Run a program and wait until it ends.

    Parameters
    ----------
    command : sequence of str
    folder : Path
        The program's working directory.
    environment : mapping of str to str
        Variables that are added to the environment.
    output : file
        For what the program writes to stdout and stderr.
    timeout : float
        Seconds after which it is stopped, with all that it started.
    poll : callable
        Called at first, then ten times a second. If it raises, the program does not run on.

    Returns
    -------
    int or None
        The exit status; None if the time was over.
    """
    poll()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # a process group, so that its children can be stopped with it
    )
    deadline = time.monotonic() + timeout
    ended = threading.Event()
    # `Popen.wait` with a timeout sleeps up to 50 ms too long; a thread notices the end at once.
    threading.Thread(target=lambda: (process.wait(), ended.set()), daemon=True).start()
    try:
        while not ended.wait(max(0.0, min(_POLL_SECONDS, deadline - time.monotonic()))):
            poll()
            if time.monotonic() >= deadline:
                return None
        return process.returncode
    finally:
        if not ended.is_set():
            _stop(process)


def _stop(process: subprocess.Popen) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
    process.wait()
