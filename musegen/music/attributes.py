"""Attributes: the few features of a phrase that can be asked for by name.

===============  =================  ==========================================================
name             feature            what more of it is
===============  =================  ==========================================================
``density``      ``density``        more notes
``register``     ``pitch_mean``     higher notes
``range``        ``pitch_range``    farther from the lowest note to the highest
``syncopation``  ``syncopation``    more notes off the beat that are held over it
``harmony``      ``pitch_entropy``  more pitch classes, and more evenly used
``contour``      ``contour``        a line that rises; less, one that falls
``loudness``     ``velocity_mean``  played harder
===============  =================  ==========================================================

The features are those of `musegen.music.features`. Of drums there are density, syncopation and
loudness.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from musegen.music.features import phrase_features
from musegen.music.notes import DRUMS
from musegen.music.phrase import Phrase

__all__ = ["ATTRIBUTES", "MAX_ATTRIBUTE_CHANGE", "attributes_of", "measure_attributes"]

ATTRIBUTES = {
    "density": "density",
    "register": "pitch_mean",
    "range": "pitch_range",
    "syncopation": "syncopation",
    "harmony": "pitch_entropy",
    "contour": "contour",
    "loudness": "velocity_mean",
}
# Standard deviations of the training phrases, up or down: hardly any phrase lies beyond.
MAX_ATTRIBUTE_CHANGE = 3.0
_OF_PITCH = ("register", "range", "harmony", "contour")


def attributes_of(parts: Collection[str]) -> tuple[str, ...]:
    """Names of the attributes that music of some parts has, in the order of `ATTRIBUTES`."""
    pitched = set(parts) - {"drums"}
    return tuple(name for name in ATTRIBUTES if pitched or name not in _OF_PITCH)


def measure_attributes(phrases: Sequence[Phrase], names: Sequence[str]) -> np.ndarray:
    """Measure phrases, each moved to C first.

    Parameters
    ----------
    phrases : sequence of Phrase
    names : sequence of str
        Of `ATTRIBUTES`.

    Returns
    -------
    numpy.ndarray
        Float64 ``(n, len(names))``, in the features' units. NaN where it is not defined: of pitch
        without a pitched note; of silence all but the density, which is 0.
    """
    rows = np.empty((len(phrases), len(names)))
    for row, phrase in zip(rows, phrases, strict=True):
        features = phrase_features(phrase.to_key(0))
        row[:] = [features[ATTRIBUTES[name]] for name in names]
        pitched = (phrase.notes["part"] != DRUMS).any()
        for i, name in enumerate(names):
            if (name in _OF_PITCH and not pitched) or (not len(phrase) and name != "density"):
                row[i] = np.nan
    return rows
