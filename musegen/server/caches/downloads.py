"""Files of pieces for visitors to download: each is written once, and removed after a while."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from musegen.server.caches.files import FileCache, KeyLock
from musegen.server.versions import SHEET_FILES, SOUND_FILES, VIDEO, MidiSound, Version

__all__ = ["DownloadCache"]

_GRACE_SECONDS = 60  # that a visitor has to fetch a file whatever else is asked for


class DownloadCache:
    """Writes files of versions; equal requests get the same file while it is kept.

    Equal requests at the same time write one file. If the first of them is cancelled or fails,
    the next one tries.

    Parameters
    ----------
    limit_bytes : int
        Size of the files that are kept. The least recently used are removed first.
    keep_seconds : float
        Age at which the server removes files of visitors: a file that was not asked for in so long
        is no longer given out.
    extra_seconds : float
        Time that a renderer gets beyond the length of the music before it is stopped.
    """

    def __init__(
        self,
        limit_bytes: int = 1_000_000_000,
        keep_seconds: float = 3600,
        extra_seconds: float = 60,
    ) -> None:
        # A file that is about to be removed is not given out.
        self._files: FileCache[Path] = FileCache(
            limit_bytes, _GRACE_SECONDS, max(0, keep_seconds - _GRACE_SECONDS)
        )
        self._locks = KeyLock()
        self._extra_seconds = extra_seconds

    def make(
        self,
        version: Version | MidiSound,
        kind: str,
        soundfont: Path | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
        slot: Callable[[], AbstractContextManager] = nullcontext,
    ) -> Path:
        """Return a file of a version; write it if there is none.

        Parameters
        ----------
        version : Version or MidiSound
        kind : str
            As in `Version.write_file`.
        soundfont : Path, optional
            As in `musegen.audio.render`.
        cancel, progress
            As in `musegen.audio.render`.
        slot : callable, optional
            Returns a context in which a renderer or an engraver runs.

        Raises
        ------
        AudioError, Cancelled, FileError, MusicError
            As `Version.write_file` does.
        """
        self.sweep()
        is_sound = kind in (*SOUND_FILES, VIDEO)
        key = (version.key, kind, soundfont if is_sound else None)
        with self._locks.hold(key, cancel):
            path = self._files.get(key)
            if path is None:
                with slot() if is_sound or kind in SHEET_FILES else nullcontext():
                    path = version.write_file(
                        kind,
                        soundfont,
                        timeout=version.seconds + self._extra_seconds,
                        cancel=cancel,
                        progress=progress,
                    )
                self._files.put(key, path, path)
        return path

    def sweep(self) -> None:
        """Remove the files that were kept long enough, or are too many."""
        self._files.sweep()
