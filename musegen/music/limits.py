"""Ranges and defaults of what users can ask for; everything that checks or shows them imports them.

A range is a pair of the lowest and the highest value that is allowed.
"""

from __future__ import annotations

__all__ = [
    "DEFAULT_BARS",
    "DEFAULT_SIMILARITY",
    "DEFAULT_TEMPERATURE",
    "DEFAULT_TEMPO",
    "KEYS",
    "MAX_BARS",
    "MAX_SEED",
    "MAX_STEPS",
    "TEMPERATURES",
    "TEMPOS",
]

MAX_SEED = 2**53  # the largest whole number that JavaScript holds exactly
DEFAULT_BARS = 16
MAX_BARS = 256  # 8 minutes at 120 beats a minute
MAX_STEPS = 64  # sections of an interpolation, its two ends included
KEYS = (-5, 6)  # semitones from C; see `Phrase.key`
# Quarter notes a minute. The default lies between the medians of the training songs (78) and of
# the drum performances (110).
TEMPOS = (20, 300)
DEFAULT_TEMPO = 96.0
TEMPERATURES = (0.0, 2.0)
DEFAULT_TEMPERATURE = 1.0  # the noise that the prior was trained with
DEFAULT_SIMILARITY = 0.8
