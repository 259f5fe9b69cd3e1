"""Sounds of pieces, kept on disk for who asks for the same again."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from musegen import audio
from musegen.errors import AudioError, Cancelled
from musegen.music import Piece

__all__ = ["SoundCache", "Stage"]

# Seconds that a file stays after it was handed out for the last time: who was told of it fetches it
# at once.
_GRACE = 120
_TELL = 0.2  # seconds between two times that progress is told


@dataclass(frozen=True)
class Stage:
    """A sound of a piece, written for the page.

    Attributes
    ----------
    file : Path
        To be fetched within two minutes; who needs it later asks for it again.
    stream : dict
        What `musegen.audio.write_stream` says of it. ``stream["parts"]`` is ``["mix"]`` where all
        parts are in one sound, to be heard until they are there apart.
    problem : str, optional
        One line: which parts are not heard, and why.
    """

    file: Path
    stream: dict
    problem: str | None = None


@dataclass
class _Kept:
    stage: Stage
    size: int
    checksum: int


@dataclass
class _Rendering:
    """What one request renders and others may be waiting for."""

    stages: list[Stage] = field(default_factory=list)
    share: float = 0.0
    error: AudioError | None = None
    is_over: bool = False
    is_whole: bool = False  # all stages were made


class SoundCache:
    """Renders pieces for the page, each only once; what was not asked for longest goes first.

    Everything lies in a temporary folder of its own, which is removed with this object, at the
    latest when Python ends.

    Parameters
    ----------
    limit_bytes : int
        That the files may take up. What goes stays two minutes longer, for who was just told of it.
    patience : float
        Seconds that a renderer may take longer than the piece lasts before it is ended.
    folder : Path, optional
        Where to make the temporary folder; where the system has them if not given.

    Attributes
    ----------
    asked, rendered : int
        Sounds that were asked for, and those among them that had to be rendered.
    """

    def __init__(
        self,
        limit_bytes: int = 500_000_000,
        patience: float = 60,
        folder: Path | None = None,
    ) -> None:
        self.limit_bytes = limit_bytes
        self.asked = 0
        self.rendered = 0
        self._patience = patience
        self._folder = tempfile.TemporaryDirectory(prefix="musegen-sounds-", dir=folder)
        self._news = threading.Condition()  # guards all that follows
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()  # the oldest first
        self._renderings: dict[tuple[str, str], _Rendering] = {}
        self._retired: list[tuple[float, Path]] = []  # when, and which file

    def make(
        self,
        piece: Piece,
        key: str,
        soundfont: Path | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
        slot: Callable[[str], AbstractContextManager] = nullcontext,
    ) -> Iterator[Stage]:
        """Give a piece's sound: soon the mix, then the parts. What is kept comes as parts at once.

        Equal requests at a time are rendered once. If that one is cancelled, another goes on with it.
        Take the stages as they come: others may be waiting for the next.

        Parameters
        ----------
        piece : Piece
        key : str
            What the piece is made of: equal keys mean equal pieces.
        soundfont : Path, optional
            As in `musegen.audio.render`.
        cancel : threading.Event, optional
            Once it is set, this ends with `musegen.Cancelled`.
        progress : callable, optional
            As in `musegen.audio.render_stages`: goes from 0 to 1 for each stage.
        slot : callable, optional
            Gives a context in which a stage is rendered, by its name: ``"mix"``, what is to be
            heard first, or ``"parts"``. What is kept needs none.

        Yields
        ------
        Stage

        Raises
        ------
        AudioError
            As `musegen.audio.render_stages` does, and if the piece has no notes.
        """
        cancel = cancel or threading.Event()
        progress = progress or (lambda share: None)
        name = (key, str(soundfont))
        with self._news:
            self.asked += 1
        given = 0  # stages of this piece
        while True:
            self.sweep()
            if (stage := self._find(name)) is not None:
                yield stage
                return
            with self._news:
                rendering = self._renderings.get(name)
                is_ours = rendering is None
                if is_ours:
                    rendering = self._renderings[name] = _Rendering()
                    self.rendered += 1
            if is_ours:
                stages = self._render(name, rendering, piece, soundfont, cancel, progress, slot)
            else:
                stages = self._follow(rendering, cancel, progress)
            with contextlib.closing(stages):
                for i, stage in enumerate(stages):
                    if i >= given:
                        given += 1
                        yield stage
            if rendering.is_whole:
                return

    def _render(
        self,
        name: tuple[str, str],
        rendering: _Rendering,
        piece: Piece,
        soundfont: Path | None,
        cancel: threading.Event,
        progress: Callable[[float], None],
        slot: Callable[[str], AbstractContextManager],
    ) -> Iterator[Stage]:
        def tell(share: float) -> None:
            rendering.share = share
            progress(share)

        try:
            stages = audio.render_stages(
                piece,
                soundfont,
                timeout=piece.seconds + self._patience,
                cancel=cancel,
                progress=tell,
            )
            while not rendering.is_whole:
                with slot("parts" if rendering.stages else "mix"):
                    stems = next(stages)
                kept = self._write(stems)
                with self._news:
                    rendering.stages.append(kept.stage)
                    rendering.is_whole = audio.MIX not in stems.sounds
                    if rendering.is_whole and not stems.missing:  # what failed may yet succeed
                        self._keep(name, kept)
                    self._news.notify_all()
                del stems  # some 14 MB, and the parts may have to wait for their turn
                yield kept.stage
        except AudioError as error:
            rendering.error = error
            raise
        finally:
            with self._news:
                del self._renderings[name]
                rendering.is_over = True
                kept = self._kept.get(name)
                for stage in rendering.stages:
                    if kept is None or stage is not kept.stage:
                        self._retire(stage)
                self._news.notify_all()

    def _follow(
        self,
        rendering: _Rendering,
        cancel: threading.Event,
        progress: Callable[[float], None],
    ) -> Iterator[Stage]:
        """What another request renders."""
        given = 0
        while True:
            with self._news:
                if len(rendering.stages) == given and not rendering.is_over:
                    self._news.wait(_TELL)
                new, is_over = rendering.stages[given:], rendering.is_over
            if cancel.is_set():
                raise Cancelled
            yield from new
            given += len(new)
            if is_over:
                if rendering.error is not None:
                    raise AudioError(str(rendering.error))
                return
            progress(rendering.share)

    def _write(self, stems: audio.Stems) -> _Kept:
        if not stems.sounds:
            raise AudioError("this piece has no notes")
        path = Path(self._folder.name) / f"{secrets.token_hex(8)}.flacs"
        path.parent.mkdir(exist_ok=True)  # nothing was in it for long: it was cleared away
        stream = audio.write_stream(path, stems)
        silent = [f"No sound of the {part}: {why}" for part, why in stems.missing.items()]
        stage = Stage(path, stream, silent[0] if silent else None)
        return _Kept(stage, sum(map(sum, stream["bytes"])), _checksum(path))

    def _find(self, name: tuple[str, str]) -> Stage | None:
        """The parts that are kept, if they are there and whole."""
        with self._news:
            kept = self._kept.get(name)
        if kept is None:
            return None
        is_whole = _checksum(kept.stage.file) == kept.checksum
        with self._news:
            if is_whole and name in self._kept:
                self._kept.move_to_end(name)
            elif self._kept.get(name) is kept:
                self._retire(self._kept.pop(name).stage)
        return kept.stage if is_whole else None

    def _keep(self, name: tuple[str, str], kept: _Kept) -> None:
        self._kept[name] = kept
        while sum(other.size for other in self._kept.values()) > self.limit_bytes:
            self._retire(self._kept.popitem(last=False)[1].stage)

    def _retire(self, stage: Stage) -> None:
        self._retired.append((time.monotonic(), stage.file))

    def sweep(self) -> None:
        """Remove the files that nobody can be copying any more."""
        now = time.monotonic()
        with self._news:
            for when, path in list(self._retired):
                if now - when >= _GRACE:
                    path.unlink(missing_ok=True)
                    self._retired.remove((when, path))


def _checksum(path: Path) -> int | None:
    """CRC of a file: seven megabytes take a few milliseconds. None where there is no file."""
    try:
        return zlib.crc32(path.read_bytes())
    except OSError:
        return None
