"""Describes the timing of notes between the steps: swing, triplets, a player's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musegen.music.notes import STEPS_PER_BEAT

__all__ = ["Rhythm", "describe_rhythm"]

_FEWEST = 8  # onsets: fewer between the steps are ornaments
_SWING = (
    0.56,
    0.715,
)  # shares of a beat: later than the straight eighth, before the last sixteenth
_STRAIGHT = (0.46, 0.54)
_TRIPLET = (0.303, 0.363)  # around the second triplet, which swing never plays
_BESIDE_TRIPLET = (0.28, 0.386)  # loose sixteenths and triplets are spread over this
_NEAR_BEAT = 0.12  # of a beat: notes that are less off it are on it, early or late


@dataclass(frozen=True)
class Rhythm:
    """How the beats of a file are divided.

    Attributes
    ----------
    swing : float, optional
        Where in the beat, from 0 to 1, swung offbeats are; None if they are not swung.
    triplets : bool
        Whether there are triplets.
    """

    swing: float | None = None
    triplets: bool = False


def describe_rhythm(positions: np.ndarray) -> Rhythm:
    """Find swing and triplets.

    Parameters
    ----------
    positions : numpy.ndarray
        Onsets in fractional steps, shape ``(n,)``.
    """
    beat = positions / STEPS_PER_BEAT
    late = (beat + 0.5) % 1 - 0.5  # after the nearest beat
    on_beat = late[np.abs(late) < _NEAR_BEAT]
    # Offbeats that are as late as the beats are straight.
    beat = (beat - (np.median(on_beat) if len(on_beat) else 0)) % 1

    def count(low: float, high: float) -> int:
        return int(np.sum((beat >= low) & (beat <= high)))

    triplets = count(*_TRIPLET)
    beside = count(*_BESIDE_TRIPLET) - triplets
    swung, straight = count(*_SWING), count(*_STRAIGHT)
    least = max(_FEWEST, len(beat) // 20)
    if triplets >= least // 2 and triplets > 2 * beside and triplets * 3 > swung:
        return Rhythm(triplets=True)
    if swung >= least and swung > 2 * straight:
        low, high = _SWING
        return Rhythm(swing=float(np.median(beat[(beat >= low) & (beat <= high)])))
    return Rhythm()
