"""Sounds of pieces for the player, kept on disk."""

from __future__ import annotations

import secrets
import tempfile
import threading
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from musegen import audio
from musegen.errors import AudioError
from musegen.music import Piece
from musegen.server.caches.files import FileCache, KeyLock

__all__ = ["SoundCache", "SoundFile"]

_GRACE_SECONDS = 120  # that a player has to fetch a file whatever else is asked for


@dataclass(frozen=True)
class SoundFile:
    """The sound of a piece, written for the player.

    Attributes
    ----------
    path : Path
        The file, which is there for two minutes at least.
    stream : dict
        What `musegen.audio.write_stream` returned: the layout of the file.
    """

    path: Path
    stream: dict


class SoundCache:
    """Renders sounds of pieces for the player, each once, and keeps them on disk.

    The least recently used sounds are removed first. All files are in a temporary folder, which
    is removed with this object, or when Python ends.

    Parameters
    ----------
    limit_bytes : int
        Size of the files that are kept.
    extra_seconds : float
        Time that a renderer gets beyond the length of the piece before it is stopped.
    folder : Path, optional
        Where to make the temporary folder; the system's place for such folders if not given.

    Attributes
    ----------
    requested, rendered : int
        Number of sounds that were asked for, and of those that a renderer had to play.
    """

    def __init__(
        self,
        limit_bytes: int = 500_000_000,
        extra_seconds: float = 60,
        folder: Path | None = None,
    ) -> None:
        self.requested = 0
        self.rendered = 0
        self._extra_seconds = extra_seconds
        self._folder = tempfile.TemporaryDirectory(prefix="musegen-sounds-", dir=folder)
        self._files: FileCache[tuple[SoundFile, int | None]] = FileCache(
            limit_bytes, _GRACE_SECONDS
        )
        self._locks = KeyLock()

    def render(
        self,
        piece: Piece,
        key: str,
        soundfont: Path | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
        slot: Callable[[], AbstractContextManager] = nullcontext,
    ) -> SoundFile:
        """Return the sound of a piece; render it if it is not in the cache.

        Equal requests at the same time are rendered once; if that request is cancelled, another
        one renders.

        Parameters
        ----------
        piece : Piece
        key : str
            Text that is equal for equal pieces.
        soundfont, cancel, progress
            As in `musegen.audio.render`.
        slot : callable, optional
            Returns a context in which a renderer runs.

        Raises
        ------
        AudioError, FileError
            As `musegen.audio.render` does, and if the piece has no notes.
        Cancelled
            If `cancel` was set.
        """
        self.requested += 1
        self.sweep()
        if not piece.parts:
            raise AudioError("this piece has no notes: there is nothing to play")
        with self._locks.hold((key, soundfont), cancel):
            sound = self._find((key, soundfont))
            if sound is None:
                self.rendered += 1
                with slot():
                    mix, rate = audio.render(
                        piece,
                        soundfont,
                        timeout=piece.seconds + self._extra_seconds,
                        cancel=cancel,
                        progress=progress,
                    )
                stems = audio.Stems({audio.MIX: mix}, rate, {})
                path = Path(self._folder.name) / f"{secrets.token_hex(8)}.flacs"
                path.parent.mkdir(exist_ok=True)  # an empty folder may have been removed
                sound = SoundFile(path, audio.write_stream(path, stems))
                self._files.put((key, soundfont), (sound, _checksum(path)), path)
        return sound

    def _find(self, key: tuple[str, Path | None]) -> SoundFile | None:
        """Return the sound in the cache, if its file is undamaged."""
        found = self._files.get(key)
        if found is None:
            return None
        sound, checksum = found
        if _checksum(sound.path) != checksum:
            self._files.discard(key)
            return None
        return sound

    def sweep(self) -> None:
        """Remove the files that no player can be fetching any more."""
        self._files.sweep()


def _checksum(path: Path) -> int | None:
    """CRC of a file, None if it is not there. Seven megabytes take a few milliseconds."""
    try:
        return zlib.crc32(path.read_bytes())
    except OSError:
        return None
