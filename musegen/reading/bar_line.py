"""Finds which step the bars of a file begin on, from its notes."""

from __future__ import annotations

import numpy as np

from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_BEAT
from musegen.reading.onsets import Onsets

__all__ = ["find_bar_line"]

# How long the notes that start on each step of a bar sound, all notes and bass notes, relative to
# the mean of the steps; logarithms. From 160 songs of POP909-CL, smoothed.
_LENGTHS = np.log([3.55, 0.31, 1.16, 0.30, 1.91, 0.26, 1.05, 0.31,
                   2.33, 0.29, 0.98, 0.32, 1.82, 0.26, 0.88, 0.27])  # fmt: skip
_BASS_LENGTHS = np.log([5.24, 0.39, 1.30, 0.16, 1.69, 0.24, 0.52, 0.14,
                        2.93, 0.31, 0.91, 0.19, 1.40, 0.24, 0.37, 0.14])  # fmt: skip
_BASS_TOP = 52
_KICKS, _CRASHES = (35, 36), (49, 52, 55, 57)


def find_bar_line(start: np.ndarray, end: np.ndarray, onsets: Onsets) -> int:
    """Return by how many steps to move the notes so that bars begin at step 0.

    Long notes, and most of all long bass notes and kick drums, are usually on the first beat, then
    on the third.

    Parameters
    ----------
    start, end : numpy.ndarray
        Of the notes, in fractional steps.
    onsets : Onsets
        The same notes.

    Returns
    -------
    int
        From -8 to 7.
    """
    length = np.clip(end - start, 0.5, STEPS_PER_BAR)
    length[onsets.is_drum] = 1.0
    length[onsets.is_drum & np.isin(onsets.pitch, _CRASHES)] = STEPS_PER_BAR
    kick = onsets.is_drum & np.isin(onsets.pitch, _KICKS)
    length[kick] = STEPS_PER_BEAT
    bass = kick | (~onsets.is_drum & (onsets.pitch < _BASS_TOP))
    step = np.floor(start + 0.5).astype(int) % STEPS_PER_BAR
    lengths = np.bincount(step, length, STEPS_PER_BAR)
    bass_lengths = np.bincount(step[bass], length[bass], STEPS_PER_BAR)
    scores = [
        np.roll(lengths, move) @ _LENGTHS / max(lengths.sum(), 1e-9)
        + np.roll(bass_lengths, move) @ _BASS_LENGTHS / max(bass_lengths.sum(), 1e-9)
        for move in range(STEPS_PER_BAR)
    ]
    return (int(np.argmax(scores)) + 8) % STEPS_PER_BAR - 8
