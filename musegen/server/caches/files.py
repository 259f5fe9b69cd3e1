"""Files by key: the least recently used are removed, and each is made by one thread at a time."""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from musegen.errors import Cancelled

__all__ = ["FileCache", "KeyLock"]

T = TypeVar("T")

_POLL_SECONDS = 0.2  # between two looks at whether a waiting request was cancelled


@dataclass
class _Entry(Generic[T]):
    value: T
    path: Path
    size: int
    used: float  # when it was asked for last, by `time.monotonic`


class FileCache(Generic[T]):
    """Keeps values that stand for files, and removes the least recently used files.

    The cache forgets a file when there is no room for it, but the file stays on disk for some
    time, because a visitor who was just given it may still be fetching it. Libraries do not offer
    that: `cachetools` knows no files, and `diskcache` keeps them in a folder of its own, which
    Gradio does not serve.

    Parameters
    ----------
    limit_bytes : int
        Size of the files that are kept.
    grace_seconds : float
        Time that a file stays on disk after the cache forgot it.
    keep_seconds : float, optional
        The cache forgets a file that was not asked for in so long.
    """

    def __init__(
        self, limit_bytes: int, grace_seconds: float, keep_seconds: float = math.inf
    ) -> None:
        self._limit_bytes = limit_bytes
        self._grace_seconds = grace_seconds
        self._keep_seconds = keep_seconds
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()  # oldest use first
        self._forgotten: list[tuple[float, Path]] = []  # when the cache forgot which file

    def get(self, key: Hashable) -> T | None:
        """Return the value of a key, and make its file as good as new; None if there is none."""
        now = time.monotonic()
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            try:
                # Whoever removes old files, Gradio too, goes by the time of the last change.
                os.utime(entry.path)
            except OSError:  # it was removed
                del self._entries[key]
                return None
            if now - entry.used > self._keep_seconds:
                self._forget(key)
                return None
            entry.used = now
            self._entries.move_to_end(key)
            return entry.value

    def put(self, key: Hashable, value: T, path: Path) -> None:
        """Keep a value and its file."""
        size = path.stat().st_size
        with self._lock:
            if key in self._entries:
                self._forget(key)
            self._entries[key] = _Entry(value, path, size, time.monotonic())
            total = sum(entry.size for entry in self._entries.values())
            while total > self._limit_bytes:
                oldest = next(iter(self._entries))
                total -= self._entries[oldest].size
                self._forget(oldest)

    def discard(self, key: Hashable) -> None:
        """Forget a key, if there is one."""
        with self._lock:
            if key in self._entries:
                self._forget(key)

    def sweep(self) -> None:
        """Remove the files whose grace time is over."""
        now = time.monotonic()
        with self._lock:
            for key, entry in list(self._entries.items()):
                if now - entry.used > self._keep_seconds:
                    self._forget(key)
            for when, path in list(self._forgotten):
                if time.monotonic() - when >= self._grace_seconds:
                    self._forgotten.remove((when, path))
                    path.unlink(missing_ok=True)
                    with contextlib.suppress(OSError):  # other files are in its folder
                        path.parent.rmdir()

    def _forget(self, key: Hashable) -> None:
        self._forgotten.append((time.monotonic(), self._entries.pop(key).path))


class KeyLock:
    """Lets one thread at a time work on each key, while threads with other keys go on."""

    def __init__(self) -> None:
        self._busy: set[Hashable] = set()
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, key: Hashable, cancel: threading.Event | None = None) -> Iterator[None]:
        """Wait until no other thread works on a key, and work on it while the block runs.

        Raises
        ------
        Cancelled
            If `cancel` was set while waiting.
        """
        with self._changed:
            while key in self._busy:
                if cancel is not None and cancel.is_set():
                    raise Cancelled
                self._changed.wait(_POLL_SECONDS if cancel else None)
            self._busy.add(key)
        try:
            yield
        finally:
            with self._changed:
                self._busy.remove(key)
                self._changed.notify_all()
