"""Settings of the C library that keep the memory of a server with many threads from growing."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

__all__ = ["configure_malloc", "trim_memory"]

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of malloc.h
_ARENAS = 2
_MMAP_BYTES = 4_000_000  # all arrays of sound are larger


def configure_malloc() -> None:
    """Make the C library return the memory of sounds to the system, from all threads.

    By default the GNU C library gives each thread an arena of its own, and the arenas grow as
    arrays come and go: the page grew by a fifth in two minutes of sixteen visitors. This has to be
    called before there are threads. It does nothing with other C libraries.
    """
    mallopt = _glibc_function("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)
        mallopt(_M_MMAP_THRESHOLD, _MMAP_BYTES)


def trim_memory() -> None:
    """Return free memory between used blocks to the system. Does nothing without glibc."""
    trim = _glibc_function("malloc_trim")
    if trim is not None:
        trim(0)


def _glibc_function(name: str) -> Callable | None:
    """Return a function of the GNU C library; None if another library is used."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
