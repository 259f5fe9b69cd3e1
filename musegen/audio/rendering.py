"""A piece into arrays of sound: all of it in one, or its parts apart."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musegen.audio.errors import AudioError, disk_error
from musegen.audio.loudness import mastering, shape
from musegen.audio.renderers import RATE, fluidsynth_problem, play
from musegen.audio.soundfonts import choose_soundfont

if TYPE_CHECKING:
    from musegen.music.piece import Piece

__all__ = ["Stems", "render", "render_stems"]

_NOTHING = 3e-7  # of full scale: FluidSynth's reverb alone makes 3e-8, a note at velocity 1 3e-6


@dataclass(frozen=True)
class Stems:
    """The parts of a piece, each a sound of its own. Played together they are the piece.

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
    piece: Piece, soundfont: str | Path | None = None, *, timeout: float | None = None
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
    """
    play_one, samples = _player(piece, soundfont, timeout)
    if not len(piece.notes):
        return np.zeros((samples, 2), np.float32), RATE
    audio = play_one(piece)
    return shape(audio, mastering(audio, samples)), RATE


def render_stems(
    piece: Piece, soundfont: str | Path | None = None, *, timeout: float | None = None
) -> Stems:
    """Play each part of a piece by itself, several at once where there are several cores.

    Parameters
    ----------
    piece, soundfont
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
    play_one, samples = _player(piece, soundfont, timeout)
    if not piece.parts:
        return Stems({}, RATE, {})
    # What takes longest begins first: the cores then end at about the same time.
    notes = {name: piece.only([name]) for name in piece.parts}
    order = sorted(notes, key=lambda name: -len(notes[name].notes))
    waiting = {name: _workers().submit(play_one, notes[name]) for name in order}
    played: dict[str, np.ndarray] = {}
    missing: dict[str, str] = {}
    for name in piece.parts:
        try:
            played[name] = waiting[name].result()
        except AudioError as error:
            missing[name] = str(error)
    if not played:
        raise AudioError(missing[piece.parts[0]])
    gain = mastering(_sum(list(played.values())), samples)
    return Stems({name: shape(audio, gain) for name, audio in played.items()}, RATE, missing)


def _player(piece: Piece, soundfont: str | Path | None, timeout: float | None) -> tuple:
    """What plays a part or the whole of a piece, and the samples that the piece lasts."""
    embedded = fluidsynth_problem() is not None
    path = choose_soundfont(soundfont, embedded)
    limit = 60 + piece.seconds if timeout is None else timeout

    def play_one(part: Piece) -> np.ndarray:
        try:
            with tempfile.TemporaryDirectory(prefix="musegen-") as folder:
                audio = play(part, path, embedded, Path(folder), limit)
        except OSError as error:
            raise disk_error("a temporary file", error) from None
        if not np.abs(audio).max(initial=0) > _NOTHING:
            what = "this piece" if part is piece else f"the {part.parts[0]}"
            raise AudioError(f"{path.name} has no sound for {what}: choose another soundfont")
        return audio

    return play_one, round(piece.seconds * RATE)


@lru_cache(maxsize=1)
def _workers() -> ThreadPoolExecutor:
    # One for all: two visitors' pieces together start no more renderers than there are cores.
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="musegen-render")


def _sum(sounds: list[np.ndarray]) -> np.ndarray:
    total = np.zeros((max(map(len, sounds)), 2), np.float32)
    for sound in sounds:
        total[: len(sound)] += sound
    return total
