"""The memory of a server that works in many threads, kept level."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

__all__ = ["give_back", "level_memory"]

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of malloc.h
_ARENAS = 2
_LARGE = 4_000_000  # bytes: all arrays of sound are larger


def level_memory() -> None:
    """Let what was used for a sound go back to the system, whichever thread used it.

    Else the GNU C library gives each thread a place of its own to take memory from, and keeps more
    and more of it there as arrays come and go: the page grew by a fifth in two minutes of sixteen
    visitors. With other C libraries nothing is done. To be called before there are threads.
    """
    mallopt = _of_c_library("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
        mallopt(_M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give what is free between what is used back to the system."""
    trim = _of_c_library("malloc_trim")
    if trim is not None:
        trim(0)


def _of_c_library(name: str) -> Callable | None:
    """A function of the GNU C library; None of others, which do not have these."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
