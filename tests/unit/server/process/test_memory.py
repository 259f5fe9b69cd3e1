"""Threads share a few arenas of memory, and free memory goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, re, sys, threading
from musegen.server.process.memory import configure_malloc

if sys.argv[1] == "configured":
    configure_malloc()
barrier = threading.Barrier(12)

def work():
    ctypes.CDLL(None).malloc(1000)
    barrier.wait()

threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
# The C library keeps 64 MB of addresses for each arena, most of them not yet in use.
ends = [map(lambda x: int(x, 16), line.split()[0].split("-")) for line in open("/proc/self/maps")
        if " ---p " in line]
print(sum(60e6 < high - low < 68e6 for low, high in ends))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this is about the GNU C library")
def test_threads_share_few_arenas() -> None:
    def arenas(setting: str) -> int:
        command = [sys.executable, "-c", PROGRAM, setting]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert arenas("configured") <= 2 < arenas("default")


HOLES = """
from pathlib import Path
from musegen.server.process.memory import trim_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

pieces = [bytes(4000) for _ in range(50_000)]
pieces = pieces[::500]  # leaves 200 MB of holes
before = resident()
trim_memory()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this is about the GNU C library")
def test_free_memory_goes_back() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", HOLES], check=True, capture_output=True, text=True
    )
    assert int(printed.stdout) > 100e6
