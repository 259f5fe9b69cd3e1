"""A piece into an array of sound."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musegen.audio.errors import AudioError, disk_error
from musegen.audio.loudness import level, trim
from musegen.audio.renderers import RATE, fluidsynth_problem, play
from musegen.audio.soundfonts import choose_soundfont

if TYPE_CHECKING:
    from musegen.music.piece import Piece

__all__ = ["render"]

_NOTHING = 3e-7  # of full scale: FluidSynth's reverb alone makes 3e-8, a note at velocity 1 3e-6


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
    embedded = fluidsynth_problem() is not None
    path = choose_soundfont(soundfont, embedded)
    samples = round(piece.seconds * RATE)
    if not len(piece.notes):
        return np.zeros((samples, 2), np.float32), RATE
    if timeout is None:
        timeout = 60 + piece.seconds
    try:
        with tempfile.TemporaryDirectory(prefix="musegen-") as folder:
            audio = play(piece, path, embedded, Path(folder), timeout)
    except OSError as error:
        raise disk_error("a temporary file", error) from None
    if not np.abs(audio).max(initial=0) > _NOTHING:
        raise AudioError(f"{path.name} has no sound for this piece: choose another soundfont")
    return level(trim(audio, samples)), RATE
