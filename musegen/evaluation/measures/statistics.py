"""Measures with 95 % intervals, found by resampling songs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

__all__ = [
    "Measure",
    "Tally",
    "bootstrap",
    "quantile_of_songs",
    "resample",
]

_RESAMPLES = 1000
Tally = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Measure:
    """A number, with a 95 % interval and a baseline if it has them.

    Attributes
    ----------
    value, low, high : float
    baseline : float, optional
        The same measure of something that it can be compared with.
    baseline_is : str
        What the baseline measures.
    """

    value: float
    low: float | None
    high: float | None
    baseline: float | None = None
    baseline_is: str = ""

    def with_baseline(self, baseline: Measure | float | None, what: str) -> Measure:
        """Return the measure with a baseline; unchanged if the baseline is None."""
        if isinstance(baseline, Measure):
            baseline = baseline.value
        return self if baseline is None else replace(self, baseline=baseline, baseline_is=what)

    def __str__(self) -> str:
        text = f"{self.value:.3f}"
        if self.low is not None:
            text += f" ({self.low:.3f} to {self.high:.3f})"
        if self.baseline is not None:
            text += f"; {self.baseline_is}: {self.baseline:.3f}"
        return text


def bootstrap(top: np.ndarray, bottom: np.ndarray, group: np.ndarray) -> Measure:
    """Return the ratio of two sums, with a 95 % interval.

    Phrases of a song resemble each other, so whole songs are resampled (the cluster bootstrap,
    Field and Welsh 2007).

    Parameters
    ----------
    top, bottom : numpy.ndarray
        Shape ``(n,)``: what each phrase adds to the two sums.
    group : numpy.ndarray
        Shape ``(n,)``: the song of each phrase.
    """
    rows = np.stack([np.asarray(top, float), np.asarray(bottom, float)], axis=1)
    return resample(rows, group, lambda sums: sums[..., 0] / np.maximum(sums[..., 1], 1e-12))


def resample(
    rows: np.ndarray, group: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray]
) -> Measure:
    """Return a statistic of sums over phrases, with an interval as in `bootstrap`.

    Parameters
    ----------
    rows : numpy.ndarray
        Shape ``(n, k)``: what each phrase adds to `k` sums.
    group : numpy.ndarray
        Shape ``(n,)``: the song of each phrase.
    statistic : callable
        From sums of shape ``(..., k)`` to numbers of shape ``(...)``.
    """
    names, index = np.unique(group, return_inverse=True)
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, index, rows)
    drawn = np.random.default_rng(0).integers(0, len(names), (_RESAMPLES, len(names)))
    low, high = np.percentile(statistic(sums[drawn].sum(1)), [2.5, 97.5])
    return Measure(float(statistic(sums.sum(0))), float(low), float(high))


def quantile_of_songs(tally: Tally, group: np.ndarray, quantile: float) -> Measure:
    """Return a quantile of a ratio of sums over each song, with an interval as in `bootstrap`."""
    names, index = np.unique(group, return_inverse=True)
    top, bottom = (np.bincount(index, weights=one) for one in tally)
    ratio = top / np.maximum(bottom, 1e-12)
    drawn = np.random.default_rng(0).integers(0, len(names), (_RESAMPLES, len(names)))
    low, high = np.percentile(np.quantile(ratio[drawn], quantile, axis=1), [2.5, 97.5])
    return Measure(float(np.quantile(ratio, quantile)), float(low), float(high))
