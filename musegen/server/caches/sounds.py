"""Sounds of pieces for the player, kept on disk."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import threading
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from musegen import audio
from musegen.errors import AudioError, Cancelled
from musegen.music import Piece
from musegen.server.caches.files import FileCache

__all__ = ["SoundCache", "SoundFile"]

_GRACE_SECONDS = 120  # that a player has to fetch a file whatever else is asked for
_POLL_SECONDS = 0.2  # between two looks at a rendering that goes on in another thread

Key = tuple[str, Path | None]  # of a piece, and of a soundfont


@dataclass(frozen=True)
class SoundFile:
    """A sound of a piece, written for the player.

    Attributes
    ----------
    path : Path
        The file, which is there for two minutes at least.
    stream : dict
        What `musegen.audio.write_stream` returned: the layout of the file. ``stream["parts"]`` is
        ``["mix"]`` for a sound of all parts together.
    problem : str, optional
        One line about a part that could not be rendered.
    """

    path: Path
    stream: dict
    problem: str | None = None


@dataclass
class _Rendering:
    """A rendering that goes on, and what other requests can take from it."""

    sounds: list[SoundFile] = field(default_factory=list)
    progress: float = 0.0
    error: AudioError | None = None
    is_over: bool = False
    is_complete: bool = False


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
        self._changed = threading.Condition()  # guards all that follows
        self._renderings: dict[Key, _Rendering] = {}

    def render(
        self,
        piece: Piece,
        key: str,
        soundfont: Path | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
        slot: Callable[[str], AbstractContextManager] = nullcontext,
    ) -> Iterator[SoundFile]:
        """Yield the sounds of a piece: the mix, as soon as possible, and then the parts.

        Parts that are in the cache are yielded at once, without the mix. Equal requests at the
        same time are rendered once; if that request is cancelled, another one goes on with it.

        Parameters
        ----------
        piece : Piece
        key : str
            Text that is equal for equal pieces.
        soundfont : Path, optional
            As in `musegen.audio.render`.
        cancel : threading.Event, optional
            Once it is set, the rendering is cancelled.
        progress : callable, optional
            As in `musegen.audio.render_stages`: goes from 0 to 1 for each sound.
        slot : callable, optional
            Returns a context in which a renderer runs: of the queue for ``"mix"``, what is to be
            heard first, or of that for ``"parts"``.

        Yields
        ------
        SoundFile
            Other requests may wait for the next one, so the caller should not linger.

        Raises
        ------
        AudioError, FileError
            As `musegen.audio.render_stages` does, and if the piece has no notes.
        Cancelled
            If `cancel` was set.
        """
        cancel = cancel or threading.Event()
        progress = progress or (lambda share: None)
        cache_key = (key, soundfont)
        with self._changed:
            self.requested += 1
        given = 0
        while True:
            self.sweep()
            if (sound := self._find(cache_key)) is not None:
                yield sound
                return
            with self._changed:
                rendering = self._renderings.get(cache_key)
                is_own = rendering is None
                if rendering is None:
                    rendering = self._renderings[cache_key] = _Rendering()
                    self.rendered += 1
            if is_own:
                sounds = self._render(
                    cache_key, rendering, piece, soundfont, cancel, progress, slot
                )
            else:
                sounds = self._follow(rendering, cancel, progress)
            with contextlib.closing(sounds):
                for i, sound in enumerate(sounds):
                    if i >= given:
                        given += 1
                        yield sound
            if rendering.is_complete:
                return

    def _render(
        self,
        key: Key,
        rendering: _Rendering,
        piece: Piece,
        soundfont: Path | None,
        cancel: threading.Event,
        progress: Callable[[float], None],
        slot: Callable[[str], AbstractContextManager],
    ) -> Generator[SoundFile, None, None]:
        def report(share: float) -> None:
            rendering.progress = share
            progress(share)

        kept: SoundFile | None = None
        try:
            stages = audio.render_stages(
                piece,
                soundfont,
                timeout=piece.seconds + self._extra_seconds,
                cancel=cancel,
                progress=report,
            )
            while not rendering.is_complete:
                with slot("parts" if rendering.sounds else "mix"):
                    stems = next(stages)
                sound, checksum = self._write(stems)
                is_complete = audio.MIX not in stems.sounds
                if is_complete and not stems.missing:  # a part that failed is tried again
                    self._files.put(key, (sound, checksum), sound.path)
                    kept = sound
                with self._changed:
                    rendering.sounds.append(sound)
                    rendering.is_complete = is_complete
                    self._changed.notify_all()
                del stems  # takes 14 MB, and the parts may have to wait for a slot
                yield sound
        except AudioError as error:
            rendering.error = error
            raise
        finally:
            with self._changed:
                del self._renderings[key]
                rendering.is_over = True
                self._changed.notify_all()
            for sound in rendering.sounds:
                if sound is not kept:
                    self._files.retire(sound.path)

    def _follow(
        self,
        rendering: _Rendering,
        cancel: threading.Event,
        progress: Callable[[float], None],
    ) -> Generator[SoundFile, None, None]:
        """Yield the sounds that another request renders."""
        given = 0
        while True:
            with self._changed:
                if len(rendering.sounds) == given and not rendering.is_over:
                    self._changed.wait(_POLL_SECONDS)
                new, is_over = rendering.sounds[given:], rendering.is_over
            if cancel.is_set():
                raise Cancelled
            yield from new
            given += len(new)
            if is_over:
                if rendering.error is not None:
                    raise AudioError(str(rendering.error))
                return
            progress(rendering.progress)

    def _write(self, stems: audio.Stems) -> tuple[SoundFile, int | None]:
        if not stems.sounds:
            raise AudioError("this piece has no notes: there is nothing to play")
        path = Path(self._folder.name) / f"{secrets.token_hex(8)}.flacs"
        path.parent.mkdir(exist_ok=True)  # an empty folder may have been removed
        stream = audio.write_stream(path, stems)
        problems = [f"No sound of the {part}: {why}" for part, why in stems.missing.items()]
        return SoundFile(path, stream, problems[0] if problems else None), _checksum(path)

    def _find(self, key: Key) -> SoundFile | None:
        """Return the parts in the cache, if their file is undamaged."""
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
