"""Instruments cut out of the soundfonts, for the page to play."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from cachetools import LRUCache

from musegen.audio import DRUM_BANK, cut_soundfont, find_soundfonts, soundfont_digest
from musegen.errors import AudioError
from musegen.music.instruments import DRUM_PITCHES

__all__ = ["SoundfontCache"]

_NONE = "0" * 16
_AT_ONCE = 2  # instruments that are cut; each is encoded on all cores

Key = tuple[str, int, int]  # digest of the soundfont, bank, program


class SoundfontCache:
    """Cuts instruments out of soundfonts, each once, and keeps them in memory.

    Parameters
    ----------
    limit_bytes : int
        Size of the instruments that are kept. All of FluidR3 GM are 20 MB.
    """

    def __init__(self, limit_bytes: int = 64_000_000) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="musegen-soundfonts")
        self._lock = threading.Lock()  # guards all that follows
        self._paths: dict[str, Path] = {}  # by digest
        self._cut: LRUCache[Key, bytes] = LRUCache(limit_bytes, getsizeof=len)
        self._cutting: dict[Key, Future[bytes]] = {}

    def digests(self) -> dict[str, str]:
        """Return the digests of the soundfonts by their names, best first.

        That of a damaged one is of none: the page then asks the server, which says what is wrong.
        """
        digests: dict[str, str] = {}
        try:
            fonts = find_soundfonts()
        except AudioError:  # visitors are told when the server renders
            return {}
        for font in fonts:
            try:
                digests[font.name] = soundfont_digest(font.path)
            except AudioError:
                digests[font.name] = _NONE
                continue
            with self._lock:
                self._paths.setdefault(digests[font.name], font.path)
        return digests

    def get(self, digest: str, bank: int, program: int) -> Future[bytes]:
        """Return the file of an instrument, ``.sf3``, or that of the nine drums of a kit.

        The result raises an `AudioError` if the soundfont is damaged or has no such sound.

        Raises
        ------
        KeyError
            If the soundfont is not one of `digests`.
        """
        key = (digest, bank, program)
        with self._lock:
            path = self._paths[digest]
            if (content := self._cut.get(key)) is not None:
                done: Future[bytes] = Future()
                done.set_result(content)
                return done
            if key not in self._cutting:
                self._cutting[key] = self._threads.submit(self._make, path, key)
            return self._cutting[key]

    def _make(self, path: Path, key: Key) -> bytes:
        _, bank, program = key
        keys = DRUM_PITCHES if bank == DRUM_BANK else None
        try:
            content = cut_soundfont(path, {(bank, program): keys})
            with self._lock:
                if len(content) <= self._cut.maxsize:
                    self._cut[key] = content
            return content
        finally:
            with self._lock:
                del self._cutting[key]
