"""Keys: their names, and estimating the key of some notes with Krumhansl and Kessler's profiles."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musegen.errors import MusicError
from musegen.music.notes import DRUMS, STEPS_PER_PHRASE, FloatArray, NoteArray

__all__ = ["KEY_NAMES", "estimate_key", "key_fits", "key_named", "tonic_named", "wrap_key"]

# Indexed by `Phrase.key` + 5: the name of the major key.
KEY_NAMES = ("G", "Ab", "A", "Bb", "B", "C", "Db", "D", "Eb", "E", "F", "F#")

_SHARPS, _FLATS = ("#", "♯", "sharp"), ("b", "♭", "flat")
_MAJORS, _MINORS = ("M", "maj", "major", "Major"), ("m", "min", "minor", "Minor")
_KEY = re.compile(f"([A-G]) ?({'|'.join(_SHARPS + _FLATS)})? ?({'|'.join(_MAJORS + _MINORS)})?")

# Krumhansl, C. (1990), Cognitive Foundations of Musical Pitch, p. 30: how well each pitch class
# fits C major, and A minor rotated so that it has C major's signature.
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.roll([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17], 9)


def wrap_key(semitones: int) -> int:
    """Return the key, -5 to 6 as in `Phrase.key`, whose tonic is so many semitones from C."""
    return (semitones + 5) % 12 - 5


def key_named(name: str) -> int:
    """Return the key, as in `Phrase.key`, with the name of a major or minor key.

    ``Eb``, ``E♭`` and ``E flat major`` are one key, ``Cm`` and ``C minor`` another.

    Raises
    ------
    MusicError
        If there is no such key.
    """
    tonic, is_minor = tonic_named(name)
    return wrap_key(tonic + 3 * is_minor)


def tonic_named(name: str) -> tuple[int, bool]:
    """Return the pitch class of the tonic of a key, and whether the key is minor.

    Raises
    ------
    MusicError
        If there is no key of this name; see `key_named`.
    """
    found = _KEY.fullmatch(" ".join(unicodedata.normalize("NFKC", name).split()))
    if not found:
        raise MusicError(f"there is no key {name[:20]!r}: write one like C, F#, Bb, Am or A minor")
    tonic, sign, mode = found.groups()
    semitones = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[tonic]
    semitones += 1 if sign in _SHARPS else -1 if sign else 0
    return semitones % 12, mode in _MINORS


def key_fits(notes: NoteArray) -> FloatArray:
    """Return how well each key fits: the higher correlation of its major and its relative minor.

    Parameters
    ----------
    notes : numpy.ndarray
        Dtype `NOTE`. Drums are ignored. Each note counts by its duration, two bars at most.

    Returns
    -------
    numpy.ndarray
        Shape ``(12,)``, float64: the correlations of the keys from -5 to 6.
    """
    pitched = notes[notes["part"] != DRUMS]
    weights = np.minimum(pitched["duration"], STEPS_PER_PHRASE)
    total = np.bincount(pitched["pitch"] % 12, weights, minlength=12)
    if total.std() == 0:
        return np.zeros(12)
    fits = np.zeros(12)
    for row, key in enumerate(range(-5, 7)):
        moved = np.roll(total, -key)
        fits[row] = max(_correlation(moved, profile) for profile in (_MAJOR, _MINOR))
    return fits


def _correlation(x: NDArray[Any], y: NDArray[Any]) -> float:
    return float(np.corrcoef(x, y)[0, 1])  # pyright: ignore[reportUnknownMemberType]


def estimate_key(notes: NoteArray) -> int:
    """Return the key, as in `Phrase.key`, that fits the notes best; 0 if all fit equally."""
    fits = key_fits(notes)
    return int(np.argmax(fits)) - 5 if fits.any() else 0
