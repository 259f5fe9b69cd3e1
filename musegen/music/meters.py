"""Meters: how bars of any meter are laid into phrases, whose two bars have 16 steps each.

A step is a sixteenth in every meter. A bar of 3/4 takes the first 12 of 16 steps, and the other
four are neither shown nor played. A bar that is longer than 16 steps goes on in the next 16: 12/8
is laid as 12 and 12 steps, 5/4 as 12 and 8. Two bars of at most 8 steps share 16: 2/4 fills them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_BEAT

__all__ = ["COMMON_TIME", "Meter", "lay_out_bar", "signatures"]

_UNITS = (1, 2, 4, 8, 16)
_LONGEST = 4 * STEPS_PER_BAR  # steps: a longer bar is an error of the file


@dataclass(frozen=True)
class Meter:
    """What the 16 steps of half a phrase are used for.

    Attributes
    ----------
    beats, unit : int
        The time signature: 3 and 4 in 3/4.
    part : int
        Which part of the bar these steps have, from 0, if it is longer than 16 steps.
    bars : int
        How many bars they have, 1 or 2.
    """

    beats: int = 4
    unit: int = 4
    part: int = 0
    bars: int = 1

    def __post_init__(self) -> None:
        parts = lay_out_bar(self.beats, self.unit)
        fits = self.bars == 1 or (self.bars == 2 and 2 * sum(parts) <= STEPS_PER_BAR)
        if not 0 <= self.part < len(parts) or not fits:
            raise ValueError(f"{self} does not fit {STEPS_PER_BAR} steps")

    @property
    def steps(self) -> int:
        """How many of the 16 steps are used, 1 to 16."""
        return self.bars * lay_out_bar(self.beats, self.unit)[self.part]

    @property
    def beat(self) -> int:
        """Length of a beat in steps; in 6/8, 9/8 and 12/8 it is a dotted quarter."""
        return _beat(self.beats, self.unit)

    @property
    def has_quarter_beats(self) -> bool:
        """Whether the steps are whole beats of a quarter, which can be swung."""
        return self.beat >= STEPS_PER_BEAT and self.beat % STEPS_PER_BEAT == 0

    @property
    def following(self) -> Meter:
        """The next 16 steps if the meter stays."""
        return replace(self, part=(self.part + 1) % len(lay_out_bar(self.beats, self.unit)))


def _beat(beats: int, unit: int) -> int:
    is_compound = unit >= 8 and beats > 3 and beats % 3 == 0
    return STEPS_PER_BAR // unit * (3 if is_compound else 1)


@lru_cache
def lay_out_bar(beats: int, unit: int) -> tuple[int, ...]:
    """Return into how many steps of each 16 a bar is laid; nothing for a meter that cannot be.

    A long bar is parted between beats, into as few and as equal parts as possible, with the longer
    ones first.

    Examples
    --------
    >>> lay_out_bar(3, 4), lay_out_bar(12, 8), lay_out_bar(5, 4)
    ((12,), (12, 12), (12, 8))
    """
    if unit not in _UNITS or not 0 < beats * STEPS_PER_BAR <= _LONGEST * unit:
        return ()
    beat = _beat(beats, unit)
    total = beats * STEPS_PER_BAR // unit // beat
    for count in range(math.ceil(total * beat / STEPS_PER_BAR), total + 1):
        parts = tuple(beat * -(-(total - i) // count) for i in range(count))
        if max(parts) <= STEPS_PER_BAR:
            return parts
    return ()


COMMON_TIME = Meter()


def signatures(meters: Sequence[Meter]) -> list[tuple[int, int, int]]:
    """Return the bars of a piece: where each begins, and its time signature.

    Parameters
    ----------
    meters : sequence of Meter
        For each 16 steps of the piece. A bar that misses a part, because the piece is cut there,
        gets the signature of what is left.

    Returns
    -------
    list of (int, int, int)
        The index of the `Meter` with the bar's first step, beats and unit. Two bars in one `Meter`
        have one entry.
    """
    bars: list[tuple[int, int, int]] = []
    i = 0
    while i < len(meters):
        first = meters[i]
        parts = lay_out_bar(first.beats, first.unit)[first.part :]
        rest = [replace(first, part=first.part + k) for k in range(len(parts))]
        if first.part == 0 and list(meters[i : i + len(parts)]) == rest:
            bars.append((i, first.beats, first.unit))
            i += len(parts)
        else:
            steps = first.steps
            unit = next(u for u in (4, 8, 16) if steps * u % STEPS_PER_BAR == 0)
            bars.append((i, steps * unit // STEPS_PER_BAR, unit))
            i += 1
    return bars
