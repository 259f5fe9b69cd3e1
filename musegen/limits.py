"""Ranges and defaults of what users can ask for; everything that checks or shows them imports them.

A range is a pair of the lowest and the highest value that is allowed.
"""

from __future__ import annotations

from collections.abc import Collection
from numbers import Integral, Real

import numpy as np

from musegen.errors import MusicError

__all__ = [
    "DEFAULT_BARS",
    "DEFAULT_SIMILARITY",
    "DEFAULT_STEPS",
    "DEFAULT_TEMPERATURE",
    "DEFAULT_TEMPO",
    "GUIDANCES",
    "KEYS",
    "MAX_BARS",
    "MAX_CHORDS",
    "MAX_FILE_BARS",
    "MAX_LINE_PHRASES",
    "MAX_MORPH_BARS",
    "MAX_SEED",
    "MAX_STEPS",
    "MAX_STYLE_WEIGHT",
    "TEMPERATURES",
    "TEMPOS",
    "check_choice",
    "check_range",
    "choose_seed",
]

MAX_SEED = 2**53  # the largest whole number that JavaScript holds exactly
DEFAULT_BARS = 16
MAX_BARS = 256  # 8 minutes at 120 beats a minute
MAX_FILE_BARS = 10_000  # an hour of short bars, as the longest file may have
MAX_CHORDS = 1000  # in a text of chords: more than the longest piece has bars
DEFAULT_STEPS = 9
MAX_LINE_PHRASES = 64  # of a line on the map
MAX_MORPH_BARS = 4096  # of an interpolation; a MIDI file that is written may have 5,200
MAX_STEPS = 64  # sections of an interpolation, its two ends included
KEYS = (-5, 6)  # semitones from C; see `Phrase.key`
# Quarter notes a minute. The default lies between the medians of the training songs (78) and of
# the drum performances (110).
TEMPOS = (20, 300)
DEFAULT_TEMPO = 96.0
TEMPERATURES = (0.0, 2.0)
DEFAULT_TEMPERATURE = 1.0  # the noise that the prior was trained with
DEFAULT_SIMILARITY = 0.8
MAX_STYLE_WEIGHT = 1000.0  # against the other styles of a mixture
GUIDANCES = (1.0, 5.0)  # beyond, chords are obeyed no better, and the music suffers


def check_range(value: float, name: str, low: float, high: float, whole: bool = False) -> None:
    """Raise a `MusicError` unless a number, `whole` or not, lies from `low` to `high` inclusive."""
    if not isinstance(value, Real) or not low <= value <= high:
        raise MusicError(f"{name} is {str(value)[:30]}; it goes from {low:.16g} to {high:.16g}")
    if whole and not isinstance(value, Integral):
        raise MusicError(f"{name} is {value}; it is a whole number")


def check_choice(value: str, kind: str, choices: Collection[str]) -> None:
    """Raise a `MusicError` unless a value is one of the choices; `kind` says what they are."""
    if value not in choices:
        raise MusicError(f"there is no {kind} {value!r}: choose from {', '.join(choices)}")


def choose_seed(seed: int | None) -> int:
    """Return a seed if it is from 0 to `MAX_SEED`, and a random one for None."""
    if seed is None:
        return int(np.random.default_rng().integers(2**31))
    check_range(seed, "seed", 0, MAX_SEED, whole=True)
    return seed
