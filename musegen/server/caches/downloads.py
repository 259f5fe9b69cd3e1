"""Files of pieces for visitors to keep, each written once, and removed after a while."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from musegen.recipe.codec import write_recipe
from musegen.server.versions import SOUND_FILES, Version

__all__ = ["DownloadCache"]

# Seconds that a file stays whatever else is asked for: its visitor is told of it and fetches it.
_GRACE = 60


@dataclass(frozen=True)
class _Kept:
    path: Path
    size: int
    given: float  # when it was asked for last, by `time.monotonic`


class DownloadCache:
    """Writes files of versions; equal requests are given the same file as long as it is there.

    Parameters
    ----------
    limit_bytes : int
        That the files may take up: above it what was asked for longest ago goes first.
    keep_seconds : float
        After which a file goes that nobody asked for again.
    patience : float
        Seconds that a renderer may take longer than the piece lasts before it is ended.
    """

    def __init__(
        self,
        limit_bytes: int = 1_000_000_000,
        keep_seconds: float = 3600,
        patience: float = 60,
    ) -> None:
        self._limit = limit_bytes
        self._keep = keep_seconds
        self._patience = patience
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()  # the oldest first
        self._lock = threading.Lock()

    def make(
        self,
        version: Version,
        kind: str,
        soundfont: Path | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
        slot: Callable[[], AbstractContextManager] = nullcontext,
    ) -> Path:
        """Give a file of a version.

        Parameters
        ----------
        version : Version
        kind : str
            As in `Version.file`.
        soundfont : Path, optional
            As in `musegen.audio.render`.
        cancel, progress
            As in `musegen.audio.render`.
        slot : callable, optional
            Gives a context in which a renderer runs.

        Raises
        ------
        AudioError, MusicError
            As `Version.file` does.
        """
        self.sweep()
        is_sound = kind in SOUND_FILES
        name = (write_recipe(version.recipe), kind, *([str(soundfont)] if is_sound else []))
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None and kept.path.is_file():
                self._kept[name] = replace(kept, given=time.monotonic())
                self._kept.move_to_end(name)
                return kept.path
        with slot() if is_sound else nullcontext():
            timeout = version.piece.seconds + self._patience
            path = version.file(kind, soundfont, timeout=timeout, cancel=cancel, progress=progress)
        with self._lock:
            self._kept[name] = _Kept(path, path.stat().st_size, time.monotonic())
        return path

    def sweep(self) -> None:
        """Remove the files that were kept long enough, or are too many."""
        now = time.monotonic()
        with self._lock:
            size = sum(kept.size for kept in self._kept.values())
            for name, kept in list(self._kept.items()):
                age = now - kept.given
                if age > self._keep or (size > self._limit and age > _GRACE):
                    del self._kept[name]
                    size -= kept.size
                    kept.path.unlink(missing_ok=True)
                    with suppress(OSError):  # somebody else's files are in its folder
                        kept.path.parent.rmdir()
