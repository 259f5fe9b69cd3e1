"""A piece into arrays of sound: all of it in one, its parts apart, or one after the other."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musegen.audio.loudness import mastering, shape
from musegen.audio.renderers import RATE, fluidsynth_problem, play
from musegen.audio.soundfonts import choose_soundfont
from musegen.errors import AudioError, Cancelled, write_failure

if TYPE_CHECKING:
    from musegen.music.piece import Piece

__all__ = ["MIX", "Stems", "render", "render_stages", "render_stems"]

MIX = "mix"
"""What all parts in one sound are called where a part's name is expected."""


_NOTHING = 3e-7  # of full scale: FluidSynth's reverb alone makes 3e-8, a note at velocity 1 3e-6
_TELL = 0.2  # seconds between two times that progress is told
_SHARED = 2  # cores at most for a sound by itself: FluidSynth gains little from more, often less

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Stems:
    """The parts of a piece, each a sound of its own. Played together they are the piece.

    Or all of it in one sound, named `MIX`, where `render_stages` says so.

    Attributes
    ----------
    sounds : mapping of str to numpy.ndarray
        By part, shape ``(samples, 2)``, float32, all equally long.
    rate : int
        Samples a second.
    missing : mapping of str to str
        Parts that could not be played, and why, in one line.
    """

    sounds: Mapping[str, np.ndarray]
    rate: int
    missing: Mapping[str, str]

    @property
    def mix(self) -> np.ndarray:
        """All of them together, shape ``(samples, 2)``, float32 in [-1, 1]."""
        return _sum(list(self.sounds.values()))


def render(
    piece: Piece,
    soundfont: str | Path | None = None,
    *,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
) -> tuple[np.ndarray, int]:
    """Play a piece into an array.

    FluidSynth plays it, called through `midi2audio`; where it is not installed
    (`fluidsynth_problem` says so), `midirenderer` does.

    Parameters
    ----------
    piece : Piece
        What is played.
    soundfont : str or Path, optional
        A ``.sf2`` or ``.sf3`` file; the first of `find_soundfonts` if not given.
    timeout : float, optional
        Seconds after which the renderer is ended; a minute more than the piece lasts if not given.
    cancel : threading.Event, optional
        Once it is set, the renderer is ended and `Cancelled` is raised.
    progress : callable, optional
        Called some times a second, in the caller's thread, with the share that is done, 0 to 1.

    Returns
    -------
    audio : numpy.ndarray
        Shape ``(samples, 2)``, float32 in [-1, 1]: the piece and the release of its last notes,
        up to 4 s. A piece with notes peaks between -3 and -0.5 dBFS, and pieces are brought near
        one loudness (-16 LUFS). A piece without notes is silence of its own length.
    rate : int
        Samples a second: 44100.

    Raises
    ------
    AudioError
        If the soundfont is missing, damaged or has no sound for the piece; if FluidSynth fails or
        runs out of time; if the disk is full.
    Cancelled
        If `cancel` was set.
    """
    player = _Player(piece, soundfont, timeout, cancel, progress)
    if not piece.parts:
        return np.zeros((player.samples, 2), np.float32), RATE
    audio = player.whole()
    return shape(audio, mastering(audio, player.samples)), RATE


def render_stems(
    piece: Piece,
    soundfont: str | Path | None = None,
    *,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
) -> Stems:
    """Play each part of a piece by itself, several at once where there are several cores.

    Parameters
    ----------
    piece, soundfont, cancel, progress
        As in `render`.
    timeout : float, optional
        As in `render`, for each part.

    Returns
    -------
    Stems
        As loud, as long and as well ended as what `render` returns, once they sound together.

    Raises
    ------
    AudioError
        As `render` does, where no part at all can be played.
    """
    player = _Player(piece, soundfont, timeout, cancel, progress)
    if not piece.parts:
        return Stems({}, RATE, {})
    played, missing = player.apart()
    return _shaped(played, mastering(_sum(list(played.values())), player.samples), missing)


def render_stages(
    piece: Piece,
    soundfont: str | Path | None = None,
    *,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
) -> Iterator[Stems]:
    """Play a piece as a whole, to be heard soon, and then its parts apart, to be mixed.

    Both are equally loud and long, and in time to the sample: who plays the one can go over to the
    other in the middle. They differ by less than is heard, some 35 to 50 dB under the music:
    FluidSynth lets the first 64 samples of a note rise from where the voice that plays it was left,
    and in the whole piece a note may get another voice than in its part.

    Parameters
    ----------
    piece, soundfont, timeout, cancel
        As in `render_stems`.
    progress : callable, optional
        As in `render`; for each stage it goes from 0 to 1 anew.

    Yields
    ------
    Stems
        First with the one sound `MIX`, then with the parts. A piece of one part comes as its
        parts only, as does one without notes, which has none.

    Raises
    ------
    AudioError
        As `render` does; after the first stage, where no part at all can be played.
    """
    player = _Player(piece, soundfont, timeout, cancel, progress)
    if not piece.parts:
        yield Stems({}, RATE, {})
        return
    audio = player.whole()
    gain = mastering(audio, player.samples)
    if len(piece.parts) == 1:
        yield _shaped({piece.parts[0]: audio}, gain, {})
        return
    stages = [_shaped({MIX: audio}, gain, {})]
    del audio
    yield stages.pop()  # no sound is held here until the parts are asked for: that may take long
    played, missing = player.apart()
    yield _shaped(played, gain, missing)


class _Player:
    """Plays a piece or its parts, several at once; tells how far it is and stops when asked to."""

    def __init__(
        self,
        piece: Piece,
        soundfont: str | Path | None,
        timeout: float | None,
        cancel: threading.Event | None,
        progress: Progress | None,
    ) -> None:
        self.piece = piece
        self.samples = round(piece.seconds * RATE)  # without the release
        self.embedded = fluidsynth_problem() is not None
        self.soundfont = choose_soundfont(soundfont, self.embedded)
        self.timeout = 60 + piece.seconds if timeout is None else timeout
        self.cancel = cancel or threading.Event()
        self.progress = progress or (lambda share: None)

    def whole(self) -> np.ndarray:
        """All parts in one sound, with as many cores as help."""
        cores = min(_SHARED, os.cpu_count() or 1)
        return self._play(_mixers(), {MIX: self.piece}, cores)[MIX]()

    def apart(self) -> tuple[dict[str, np.ndarray], dict[str, str]]:
        """Each part's sound, and why others have none; one at least has."""
        parts = {name: self.piece.only([name]) for name in self.piece.parts}
        results = self._play(_workers(), parts, 1)
        played: dict[str, np.ndarray] = {}
        missing: dict[str, str] = {}
        for name in parts:
            try:
                played[name] = results[name]()
            except AudioError as error:
                missing[name] = str(error)
        if not played:
            raise AudioError(missing[self.piece.parts[0]])
        return played, missing

    def _play(
        self, workers: ThreadPoolExecutor, pieces: dict[str, Piece], cores: int
    ) -> dict[str, Callable[[], np.ndarray]]:
        """Play pieces and wait for all. What comes back gives a sound, or raises why not."""
        gone = threading.Event()  # nobody waits any more
        shares = dict.fromkeys(pieces, 0.0)

        def play_one(name: str) -> np.ndarray:
            def watch(share: float) -> None:
                shares[name] = share
                if gone.is_set() or self.cancel.is_set():
                    raise Cancelled

            watch(0.0)
            sound = self._sound(pieces[name], cores, watch)
            shares[name] = 1.0
            return sound

        # What takes longest begins first: the cores then end at about the same time.
        order = sorted(pieces, key=lambda name: -len(pieces[name].notes))
        futures = {name: workers.submit(play_one, name) for name in order}
        try:
            waiting = set(futures.values())
            while waiting:
                self.progress(sum(shares.values()) / len(shares))
                waiting = wait(waiting, _TELL).not_done
                if self.cancel.is_set():
                    raise Cancelled
            self.progress(1.0)
        finally:
            gone.set()
            # Those that play end their renderers and remove their files.
            wait([future for future in futures.values() if not future.cancel()])
        return {name: future.result for name, future in futures.items()}

    def _sound(self, part: Piece, cores: int, watch: Progress) -> np.ndarray:
        try:
            with tempfile.TemporaryDirectory(prefix="musegen-") as folder:
                audio = play(
                    part, self.soundfont, self.embedded, Path(folder), self.timeout, watch, cores
                )
        except OSError as error:
            raise AudioError(str(write_failure("a temporary file", error))) from None
        if not np.abs(audio).max(initial=0) > _NOTHING:
            what = "this piece" if part is self.piece else f"the {part.parts[0]}"
            raise AudioError(
                f"{self.soundfont.name} has no sound for {what}: choose another soundfont"
            )
        return audio


# One pool for all: two visitors' parts together start no more renderers than there are cores. A
# piece that somebody wants to hear does not wait for the parts of another.
@lru_cache(maxsize=1)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="musegen-parts")


@lru_cache(maxsize=1)
def _mixers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="musegen-mix")


def _shaped(sounds: dict[str, np.ndarray], gain: np.ndarray, missing: dict[str, str]) -> Stems:
    """Shape sounds, which are taken away one by one: together they are large."""
    return Stems({name: shape(sounds.pop(name), gain) for name in list(sounds)}, RATE, missing)


def _sum(sounds: list[np.ndarray]) -> np.ndarray:
    total = np.zeros((max(map(len, sounds)), 2), np.float32)
    for sound in sounds:
        total[: len(sound)] += sound
    return total
