"""Attributes: the features of a phrase that users can change with a slider.

===============  =================  ==========================================================
name             feature            what a higher value means
===============  =================  ==========================================================
``density``      ``density``        more notes
``register``     ``pitch_mean``     higher notes
``range``        ``pitch_range``    a larger interval from the lowest note to the highest
``syncopation``  ``syncopation``    more notes that start off the beat and last over it
``harmony``      ``pitch_entropy``  more pitch classes, used more evenly
``contour``      ``contour``        a melody that rises; lower: one that falls
``loudness``     ``velocity_mean``  played harder
===============  =================  ==========================================================

The features are those of `musegen.music.features`. Drums have density, syncopation and loudness.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from musegen.limits import check_choice, check_range
from musegen.music.features import phrase_features
from musegen.music.notes import DRUMS, FloatArray
from musegen.music.phrase import Phrase

__all__ = [
    "ATTRIBUTES",
    "MAX_ATTRIBUTE_CHANGE",
    "attributes_of",
    "check_attributes",
    "measure_attributes",
]

ATTRIBUTES = {
    "density": "density",
    "register": "pitch_mean",
    "range": "pitch_range",
    "syncopation": "syncopation",
    "harmony": "pitch_entropy",
    "contour": "contour",
    "loudness": "velocity_mean",
}
# Standard deviations of the training phrases, up or down; few phrases lie outside.
MAX_ATTRIBUTE_CHANGE = 3.0
_PITCH_ATTRIBUTES = ("register", "range", "harmony", "contour")


def check_attributes(changes: Mapping[str, float]) -> None:
    """Raise a `MusicError` if there is no such attribute, or a change is out of range."""
    for name, change in changes.items():
        check_choice(name, "attribute", ATTRIBUTES)
        check_range(change, name, -MAX_ATTRIBUTE_CHANGE, MAX_ATTRIBUTE_CHANGE)


def attributes_of(parts: Collection[str]) -> tuple[str, ...]:
    """Return the attributes that music of some parts has, in the order of `ATTRIBUTES`."""
    pitched = set(parts) - {"drums"}
    return tuple(name for name in ATTRIBUTES if pitched or name not in _PITCH_ATTRIBUTES)


def measure_attributes(phrases: Sequence[Phrase], names: Sequence[str]) -> FloatArray:
    """Measure attributes of phrases, each transposed to C first.

    Parameters
    ----------
    phrases : sequence of Phrase
    names : sequence of str
        Keys of `ATTRIBUTES`.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, len(names))``, float64, in the units of the features. NaN where an attribute is
        not defined: attributes of pitch without a pitched note, and of silence all but density.
    """
    rows = np.empty((len(phrases), len(names)))
    for row, phrase in zip(rows, phrases, strict=True):
        features = phrase_features(phrase.to_key(0))
        row[:] = [features[ATTRIBUTES[name]] for name in names]
        pitched = (phrase.notes["part"] != DRUMS).any()
        for i, name in enumerate(names):
            if (name in _PITCH_ATTRIBUTES and not pitched) or (
                not len(phrase) and name != "density"
            ):
                row[i] = np.nan
    return rows
