"""The bars of a file: where each begins, and how it is laid into the bars of a piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pretty_midi
from numpy.typing import ArrayLike

from musegen.limits import MAX_FILE_BARS
from musegen.music.meters import COMMON_TIME, Meter, lay_out_bar, signatures
from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_BEAT
from musegen.reading.grid import Grid

__all__ = ["Bars", "find_bars", "lost_meters"]


@dataclass(frozen=True, eq=False)
class Bars:
    """Where the bars of a piece are in its file.

    Attributes
    ----------
    starts : numpy.ndarray
        The step of the grid that each bar of the piece begins at, and the end of the last, int64.
        After it bars of 4/4 follow.
    meters : tuple of Meter
        One for each bar of the piece; none if all are in 4/4.
    """

    starts: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64))
    meters: tuple[Meter, ...] = ()

    def lay_out(self, steps: ArrayLike) -> np.ndarray:
        """Convert whole steps of the grid, from 0, to steps of the piece."""
        steps = np.asarray(steps, np.int64)
        bar = np.searchsorted(self.starts, steps, side="right") - 1
        return bar * STEPS_PER_BAR + steps - self.starts[bar]

    def bar_starts(self, bars: int) -> np.ndarray:
        """Return the step of the grid that each bar begins at, for any number of bars."""
        more = np.arange(1, max(1, bars + 1 - len(self.starts))) * STEPS_PER_BAR
        return np.concatenate([self.starts, self.starts[-1] + more])[:bars]

    def beat_starts(self, bars: int) -> np.ndarray:
        """Return the step of the grid that each quarter of so many bars begins at, ``(4 bars,)``.

        Quarters that a meter does not use begin at the end of the bar.
        """
        edges = self.bar_starts(bars + 1)
        quarters = edges[:-1, None] + np.arange(0, STEPS_PER_BAR, STEPS_PER_BEAT)
        return np.minimum(quarters, edges[1:, None]).ravel()

    def count(self, bars: int) -> int:
        """Return how many bars of the file are in so many bars of the piece."""
        meters = [*self.meters, *[COMMON_TIME] * (bars - len(self.meters))][:bars]
        return sum(meters[i].bars for i, *_ in signatures(meters))

    def bar_at(self, step: int) -> int:
        """Return the bar of the piece in which a step of the grid is, or the first of its parts."""
        bar = int(self.lay_out(step)) // STEPS_PER_BAR
        while 0 < bar < len(self.meters) and self.meters[bar].part:
            bar -= 1
        return bar

    def without_first(self, bars: int) -> Bars:
        """Return the bars with the first ones left out, so that the next begins at step 0."""
        starts = self.bar_starts(max(bars + 1, len(self.starts)))[bars:]
        return Bars(starts - starts[0], self.meters[bars:])


def find_bars(
    midi: pretty_midi.PrettyMIDI, grid: Grid, pickup: int, end: float
) -> tuple[Bars, int]:
    """Return the bars of a file by its time signatures.

    Signatures without whole sixteenths, or longer than four bars of 4/4, count as 4/4.

    Parameters
    ----------
    midi : pretty_midi.PrettyMIDI
    grid : Grid
    pickup : int
        Steps of an incomplete first bar.
    end : float
        The position in steps until which bars are needed.

    Returns
    -------
    bars : Bars
    late : int
        By how many steps the grid has to be moved, to fill up an incomplete first bar with rests.
    """
    late = -pickup % STEPS_PER_BAR
    found = sorted(midi.time_signature_changes, key=lambda change: change.time)
    steps = np.rint(grid.positions([change.time for change in found])).astype(int).tolist()
    changes: dict[int, tuple[int, int]] = {}
    for step, change in zip(steps, found, strict=True):
        changes[max(0, step)] = (change.numerator, change.denominator)
    if pickup and lay_out_bar(*changes[pickup]):
        late = -pickup % sum(lay_out_bar(*changes[pickup]))
        later = {step + late: meter for step, meter in changes.items() if step > pickup}
        changes = {0: changes[pickup], **later}
    if all(meter == (4, 4) or not lay_out_bar(*meter) for meter in changes.values()):
        return Bars(), late
    bars = list(_cut_into_bars(sorted(changes.items()), end + late))
    if len(bars) > MAX_FILE_BARS:
        return Bars(), late
    meters = tuple(_share_steps(bars))
    return Bars(np.cumsum([0, *(meter.steps for meter in meters)]), meters), late


def lost_meters(meters: Sequence[str], bars: Bars) -> tuple[str, ...]:
    """Return those of a file's time signatures, such as ``3/4``, that its bars do not have."""
    kept = {"4/4"}
    if bars.meters:
        kept |= {meter for meter in meters if lay_out_bar(*map(int, meter.split("/")))}
    return tuple(meter for meter in meters if meter not in kept)


def _cut_into_bars(
    changes: Sequence[tuple[int, tuple[int, int]]], end: float
) -> Iterator[tuple[int, int]]:
    """Yield the meter of each bar. A bar that the next change interrupts has a shorter one."""
    edges = [*(step for step, _ in changes), end]
    if edges[0] > 0:  # the first signature is late
        yield from _cut_into_bars([(0, (4, 4)), (edges[0], (4, 4))], edges[0])
    for (step, meter), following in zip(changes, edges[1:], strict=True):
        meter = meter if lay_out_bar(*meter) else (4, 4)
        length = sum(lay_out_bar(*meter))
        at = step
        while at + length <= following or (at < following and following == end):
            yield meter
            at += length
            if (at - step) // length > MAX_FILE_BARS:
                return
        if at < following:
            rest = int(following) - at
            unit = next(u for u in (4, 8, 16) if rest * u % STEPS_PER_BAR == 0)
            yield rest * unit // STEPS_PER_BAR, unit


def _share_steps(bars: Sequence[tuple[int, int]]) -> Iterator[Meter]:
    """Yield the meters of a piece with these bars: two equal short ones share the same steps."""
    i = 0
    while i < len(bars):
        meter = Meter(*bars[i])
        is_short = 2 * sum(lay_out_bar(*bars[i])) <= STEPS_PER_BAR
        if is_short and list(bars[i : i + 2]) == [bars[i]] * 2:
            yield replace(meter, bars=2)
            i += 2
            continue
        for part in range(len(lay_out_bar(*bars[i]))):
            yield replace(meter, part=part)
        i += 1
