"""The memory of a server that works in many threads, kept level."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["level_memory"]

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of malloc.h
_ARENAS = 2
_LARGE = 4_000_000  # bytes: all arrays of sound are larger


def level_memory() -> None:
    """Let what was used for a sound go back to the system, whichever thread used it.

    Else the GNU C library gives each thread a place of its own to take memory from, and keeps more
    and more of it there as arrays come and go: the page grew by a fifth in two minutes of sixteen
    visitors. With other C libraries nothing is done. To be called before there are threads.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)
            mallopt(_M_MMAP_THRESHOLD, _LARGE)
