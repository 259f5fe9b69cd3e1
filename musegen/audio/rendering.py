"""Renders pieces, as a whole or as stems, and MIDI files as they are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musegen.audio.loudness import apply_gain, master_gain
from musegen.audio.render_jobs import RenderJob, play_piece
from musegen.audio.renderers import RATE
from musegen.audio.stems import Stems, mix_sounds
from musegen.midi import Playable

if TYPE_CHECKING:
    from musegen.music import Piece

__all__ = ["render", "render_file", "render_stems"]


def render(
    piece: Piece,
    soundfont: str | Path | None = None,
    *,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[npt.NDArray[np.float32], int]:
    """Render a piece.

    FluidSynth is the renderer, called through `midi2audio`. Where it is not installed
    (`fluidsynth_problem` says so), it is `midirenderer`.

    Parameters
    ----------
    piece : Piece
    soundfont : str or Path, optional
        A ``.sf2`` or ``.sf3`` file; the first of `find_soundfonts` if not given.
    timeout : float, optional
        Seconds after which the renderer is stopped; a minute more than the length of the piece if
        not given.
    cancel : threading.Event, optional
        Once it is set, the renderer is stopped and `Cancelled` is raised.
    progress : callable, optional
        Called several times a second, in the caller's thread, with the share that is done, 0 to 1.

    Returns
    -------
    audio : numpy.ndarray
        Shape ``(samples, 2)``, float32 in [-1, 1]: the piece and the release of its last notes,
        up to 4 s. Pieces are brought near one loudness (-16 LUFS) and peak between -3 and -0.5
        dBFS. A piece without notes is silence of its own length.
    rate : int
        Samples a second: 44100.

    Raises
    ------
    AudioError
        If the soundfont is missing, damaged or has no sound for the piece, if the renderer fails
        or takes too long, or if the disk is full.
    Cancelled
        If `cancel` was set.
    """
    if not piece.parts:
        job = RenderJob(piece.seconds, soundfont, timeout, cancel, progress)
        return np.zeros((job.samples, 2), np.float32), RATE
    return render_file(
        play_piece(piece), soundfont, timeout=timeout, cancel=cancel, progress=progress
    )


def render_file(
    file: Playable,
    soundfont: str | Path | None = None,
    *,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[npt.NDArray[np.float32], int]:
    """Render a MIDI file as it is: all of its tracks, programs, controllers and pitch bends.

    Parameters
    ----------
    file : Playable
    soundfont, timeout, cancel, progress
        As in `render`.

    Returns
    -------
    audio : numpy.ndarray
        As `render` returns it, of the same loudness.
    rate : int
        Samples a second: 44100.

    Raises
    ------
    AudioError, Cancelled
        As `render` does.
    """
    job = RenderJob(file.seconds, soundfont, timeout, cancel, progress)
    audio = job.render_whole(file)
    return apply_gain(audio, master_gain(audio, job.samples)), RATE


def render_stems(
    piece: Piece,
    soundfont: str | Path | None = None,
    *,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
    progress: Callable[[float], None] | None = None,
) -> Stems:
    """Render each part of a piece by itself, several at once on several cores.

    Parameters
    ----------
    piece, soundfont, cancel, progress
        As in `render`.
    timeout : float, optional
        As in `render`, for each part.

    Returns
    -------
    Stems
        Played together they have the loudness, the length and the ending that `render` gives.

    Raises
    ------
    AudioError
        As `render` does, if no part can be rendered.
    Cancelled
        If `cancel` was set.
    """
    job = RenderJob(piece.seconds, soundfont, timeout, cancel, progress)
    if not piece.parts:
        return Stems({}, RATE, {})
    parts = {part: play_piece(piece.only([part])) for part in piece.parts}
    sounds, missing = job.render_parts(parts)
    gain = master_gain(mix_sounds(sounds.values()), job.samples)
    # One by one, since all together take much memory.
    return Stems({name: apply_gain(sounds.pop(name), gain) for name in list(sounds)}, RATE, missing)
