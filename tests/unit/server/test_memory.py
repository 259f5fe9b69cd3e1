"""Threads share the places that they take memory from, and what is free goes back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, re, sys, threading
from musegen.server.process.memory import level_memory

if sys.argv[1] == "level":
    level_memory()
all_there = threading.Barrier(12)

def work():
    ctypes.CDLL(None).malloc(1000)
    all_there.wait()

threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
# The C library keeps 64 MB of addresses for each arena, most of them not yet in use.
ends = [map(lambda x: int(x, 16), line.split()[0].split("-")) for line in open("/proc/self/maps")
        if " ---p " in line]
print(sum(60e6 < high - low < 68e6 for low, high in ends))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this is about the GNU C library")
def test_few_arenas() -> None:
    def arenas(how: str) -> int:
        command = [sys.executable, "-c", PROGRAM, how]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert arenas("level") <= 2 < arenas("apart")


HOLES = """
from pathlib import Path
from musegen.server.process.memory import give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

pieces = [bytes(4000) for _ in range(50_000)]
pieces = pieces[::500]  # 200 MB of holes
before = resident()
give_back()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this is about the GNU C library")
def test_what_is_free_goes_back() -> None:
    got = subprocess.run([sys.executable, "-c", HOLES], check=True, capture_output=True, text=True)
    assert int(got.stdout) > 100e6
