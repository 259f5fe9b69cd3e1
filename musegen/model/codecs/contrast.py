"""Makes pieces that are drawn differ from each other as much as people's do.

Some songs and grooves are played evenly and others with accents, some in short notes and others in
long ones, some in full chords and others in single notes. The likeliest notes of draws lie nearer
to the average. What is decided for a whole part is therefore moved away from the average, in
proportion to how unsure the network is of the part. How far a phrase lies from the average, its
*traits*, is read from its latent by a linear map, as the phrases of a piece agree on it: measured
in the likeliest notes, it would change from phrase to phrase. `musegen.training.note_tables` finds
all numbers.
"""

# NumPy's types do not know what a transposed or a reshaped array is.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import numpy as np

from musegen.music.notes import SONG_PARTS, STEPS_PER_PHRASE, FloatArray
from musegen.music.phrase_set import PhraseSet

__all__ = [
    "RANKED_TRAITS",
    "SONG_CONTRAST",
    "SONG_TRAITS",
    "deviations",
    "measure_song_traits",
    "scale_deviations",
]

_PARTS = len(SONG_PARTS)
_FEWEST = 3  # notes that a part has in a phrase, if it is measured
_MOST = 8.0  # times that something moves away from its mean, or nearer to it
SONG_TRAITS = 2 * _PARTS + 1
# Traits for which tables of deviations have values; others are like the ends.
RANKED_TRAITS = np.linspace(-3, 3, 49)

# The tables of the song. Traits are in standard deviations from the average of draws.
#
# fullness  by part: what is added to the log odds of all notes on a step but the first, for a trait
#           of 1
# sustain   by part: what is added to the log odds that notes go on
# dynamics  by the trait: the standard deviation of the velocities of the phrase
SONG_CONTRAST = {"fullness": (_PARTS,), "sustain": (_PARTS,), "dynamics": RANKED_TRAITS.shape}


def measure_song_traits(phrases: PhraseSet) -> FloatArray:
    """Measure the traits of phrases of the song.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, 9)``, NaN where there are too few notes. Of each part the logarithm of how many
        notes begin together and the mean logarithm of how many steps they last; of the phrase the
        standard deviation of its velocities.
    """
    notes, row, n = phrases.notes, phrases.rows, len(phrases)
    cell = row * _PARTS + notes["part"]
    cells = n * _PARTS
    count = np.bincount(cell, minlength=cells)
    onset = np.unique(cell * STEPS_PER_PHRASE + notes["onset"]) // STEPS_PER_PHRASE
    some = np.maximum(count, 1)
    fullness = np.log(some / np.maximum(np.bincount(onset, minlength=cells), 1))
    sustain = np.bincount(cell, np.log(notes["duration"]), cells) / some
    of_phrase = deviations(notes["velocity"].astype(np.float64), row, n)
    of_parts = np.stack([fullness, sustain]).reshape(2, n, _PARTS)
    of_parts = np.where(count.reshape(n, _PARTS) < _FEWEST, np.nan, of_parts)
    return np.concatenate([*of_parts, of_phrase[:, None]], axis=1)


def deviations(value: np.ndarray, row: np.ndarray, rows: int) -> FloatArray:
    """The standard deviation of what notes have in each phrase; NaN where there are too few notes.

    Parameters
    ----------
    value, row : numpy.ndarray
        Of each note: the value, and its phrase, 0 to ``rows - 1``.
    """
    few = np.bincount(row, minlength=rows) < _FEWEST
    return np.where(few, np.nan, _mean_and_deviation(value, row, rows)[1])


def scale_deviations(
    value: np.ndarray, row: np.ndarray, doubt: np.ndarray, trait: np.ndarray, table: np.ndarray
) -> FloatArray:
    """Move what the notes of phrases have, as velocities, away from its mean, or nearer to it.

    Parameters
    ----------
    value, row, doubt : numpy.ndarray
        Of each note: the value, its phrase, 0 or more, and how much the table counts, 0 to 1.
    trait : numpy.ndarray
        Of each phrase.
    table : numpy.ndarray
        The standard deviation for each of `RANKED_TRAITS`. Zeros change nothing.
    """
    if not table.any():
        return value
    mean, deviation = _mean_and_deviation(value, row, len(trait))
    wanted = np.interp(trait, RANKED_TRAITS, table)
    scale = (wanted / np.maximum(deviation, 1e-6)).clip(1 / _MOST, _MOST)
    return mean[row] + (value - mean[row]) * scale[row] ** doubt


def _mean_and_deviation(
    value: np.ndarray, row: np.ndarray, rows: int
) -> tuple[FloatArray, FloatArray]:
    count = np.maximum(np.bincount(row, minlength=rows), 1)
    mean = np.bincount(row, value, rows) / count
    return mean, np.sqrt(np.bincount(row, (value - mean[row]) ** 2, rows) / count)
