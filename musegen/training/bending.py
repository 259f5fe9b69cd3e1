"""Bends music on purpose, so that a VAE becomes a code for any music and not for one style.

What is typical of music is learnt by the prior; the VAE is to keep whatever it is given: any key
and register, notes left out or doubled, other dynamics, a swing or a player's own timing.
"""

from __future__ import annotations

import numpy as np

from musegen.model.codecs.song import HIGHEST, LOWEST
from musegen.model.config import BendingConfig
from musegen.music.notes import STEPS_PER_PHRASE, IntArray, NoteArray

__all__ = ["bend_cells"]

_INTERVALS = np.array([-12, -7, -5, -4, 4, 5, 7, 12])  # between a note and the one that doubles it
_LENGTHS = np.array([0.25, 0.5, 1.5, 2.0])  # factors of durations


def bend_cells(
    notes: NoteArray, cell: IntArray, count: int, rng: np.random.Generator, config: BendingConfig
) -> tuple[NoteArray, IntArray]:
    """Bend some of the cells, each at random.

    Parameters
    ----------
    notes : numpy.ndarray
        Dtype `NOTE`, onsets within the phrase.
    cell : numpy.ndarray
        The cell that each note belongs to, 0 to ``count - 1``.
    count : int
    rng : numpy.random.Generator
    config : BendingConfig

    Returns
    -------
    notes, cell : numpy.ndarray
        Without notes left out and with doubled ones. No cell has a pitch twice at once.
    """
    notes = notes.copy()

    def chosen(share: float) -> np.ndarray:
        return rng.random(count) < share

    keys = np.where(chosen(config.transposed), rng.integers(-6, 7, count), 0)
    octaves = np.where(chosen(config.moved_by_octaves), rng.choice([-2, -1, 1, 2], count), 0)
    pitch = _into_range(notes["pitch"] + (keys + 12 * octaves)[cell])
    notes["pitch"] = pitch
    steps = np.where(chosen(config.rotated), rng.integers(1, STEPS_PER_PHRASE, count), 0)
    notes["onset"] = (notes["onset"] + steps[cell]) % STEPS_PER_PHRASE
    factor = np.where(chosen(config.lengthened)[cell], rng.choice(_LENGTHS, len(notes)), 1.0)
    notes["duration"] = np.maximum(1, np.rint(notes["duration"] * factor))
    notes["velocity"] = _bend_velocities(notes, cell, count, rng, config)
    notes["offset"] = _bend_offsets(notes, cell, count, rng, config)

    kept = ~(chosen(config.thinned)[cell] & (rng.random(len(notes)) < 0.4))
    doubled = np.flatnonzero(chosen(config.doubled)[cell] & (rng.random(len(notes)) < 0.5))
    extra = notes[doubled]
    extra["pitch"] = _into_range(extra["pitch"] + rng.choice(_INTERVALS, len(doubled)))
    notes = np.concatenate([notes[kept], extra])
    return _tidy_cells(notes, np.concatenate([cell[kept], cell[doubled]]))


def _bend_velocities(
    notes: NoteArray, cell: IntArray, count: int, rng: np.random.Generator, config: BendingConfig
) -> np.ndarray:
    chosen = rng.random(count) < config.dynamics
    contrast = np.where(chosen, 1 + 0.25 * rng.standard_normal(count), 1.0)
    louder = np.where(chosen, 12 * rng.standard_normal(count), 0.0)
    uneven = (rng.random(count) < config.uneven)[cell] * 6 * rng.standard_normal(len(notes))
    middle = 76.0
    velocity = (notes["velocity"] - middle) * contrast[cell] + middle + louder[cell] + uneven
    return np.clip(np.rint(velocity), 1, 127)


def _bend_offsets(
    notes: NoteArray, cell: IntArray, count: int, rng: np.random.Generator, config: BendingConfig
) -> np.ndarray:
    onset, amount = notes["onset"], rng.uniform(0.1, 0.4, count)

    def amounts(share: float) -> np.ndarray:
        return np.where(rng.random(count) < share, amount, 0.0)[cell]

    offset = notes["offset"].astype(np.float64)
    offset += amounts(config.swung_sixteenths) * (onset % 2 == 1)
    offset += amounts(config.swung_eighths) * (onset % 4 == 2)
    offset += amounts(config.loose) * 0.4 * rng.standard_normal(len(notes))
    is_late = (rng.random(count) < config.late)[cell]
    offset += np.where(is_late, amount[cell] - 0.25, 0.0)
    return np.clip(offset, -0.5, 0.5)


def _into_range(pitch: np.ndarray) -> np.ndarray:
    """Move pitches by octaves to the keys of a piano."""
    pitch = np.where(pitch < LOWEST, LOWEST + (pitch - LOWEST) % 12, pitch)
    highest = HIGHEST - 11
    return np.where(pitch > HIGHEST, highest + (pitch - highest) % 12, pitch)


def _tidy_cells(notes: NoteArray, cell: IntArray) -> tuple[NoteArray, IntArray]:
    """As `musegen.music.notes.tidy_notes`, for many cells at once. Sorted by cell."""
    voice = cell.astype(np.int64) * 128 + notes["pitch"]
    order = np.lexsort((-notes["duration"], notes["onset"], voice))
    notes, cell, voice = notes[order], cell[order], voice[order]
    again = np.zeros(len(notes), np.bool_)
    again[1:] = (voice[1:] == voice[:-1]) & (notes["onset"][1:] == notes["onset"][:-1])
    notes, cell, voice = notes[~again], cell[~again], voice[~again]
    same = voice[1:] == voice[:-1]
    gap = np.diff(notes["onset"])
    notes["duration"][:-1][same] = np.minimum(notes["duration"][:-1], gap)[same]
    return notes, cell
