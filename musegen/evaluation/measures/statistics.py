"""Measures with 95 % intervals, found by resampling songs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from musegen.music.notes import STEPS_PER_BEAT, STEPS_PER_PHRASE
from musegen.music.phrase import Phrase
from musegen.music.similarity import drum_steps_exact, matched_notes, note_count

__all__ = ["Measure", "bootstrap", "drum_tallies", "reconstruction_tallies", "resample"]

_RESAMPLES = 1000
_EXACT = ("onset", "part", "pitch")
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


def reconstruction_tallies(
    truth: Sequence[Phrase], again: Sequence[Phrase], parts: Sequence[str]
) -> dict[str, Tally]:
    """Compare phrases with their reconstructions.

    Returns
    -------
    dict of str to tuple of numpy.ndarray
        By measure, the terms of the two sums of a ratio: note F1 (of all notes, without their
        parts, of each part), the share of correct durations, and the velocity error of 127.
    """
    tallies = {"note F1": _f1(truth, again), "note F1, onset and pitch": _f1(truth, again, ())}
    if len(parts) > 1:
        for part in parts:
            ours, theirs = ([p.only([part]) for p in phrases] for phrases in (again, truth))
            tallies[f"note F1, {part}"] = _f1(theirs, ours)
    rows = [
        (ours.notes[i], theirs.notes[j])
        for theirs, ours in zip(truth, again, strict=True)
        for i, j in [matched_notes(ours, theirs, _EXACT)]
    ]
    count = np.array([len(ours) for ours, _ in rows], float)
    if len(parts) > 1:
        tallies["durations right, of matched"] = (
            np.array([_durations_right(*pair) for pair in rows], float),
            count,
        )
    error = [np.abs(a["velocity"].astype(float) - b["velocity"]).sum() for a, b in rows]
    tallies["velocity error, of matched"] = (np.array(error), count)
    return tallies


def drum_tallies(truth: Sequence[Phrase], again: Sequence[Phrase]) -> dict[str, Tally]:
    """Compare drums: steps with all nine classes exact, and the timing error of matched hits."""
    exact = [drum_steps_exact([a], [b]) for a, b in zip(again, truth, strict=True)]
    error, count = [], []
    for ours, theirs in zip(again, truth, strict=True):
        i, j = matched_notes(ours, theirs, _EXACT)
        step = 60_000 / theirs.tempo / STEPS_PER_BEAT
        off = np.abs(ours.notes["offset"][i] - theirs.notes["offset"][j])
        error.append(float(off.sum()) * step)
        count.append(float(len(i)))
    return {
        "steps with all nine drums exact": (np.array(exact), np.ones(len(exact))),
        "timing error, ms, of matched": (np.array(error), np.array(count)),
    }


def _f1(truth: Sequence[Phrase], again: Sequence[Phrase], fields: Sequence[str] = _EXACT) -> Tally:
    pairs = list(zip(again, truth, strict=True))
    matched = [2.0 * len(matched_notes(a, b, fields)[0]) for a, b in pairs]
    total = [float(note_count(a, fields) + note_count(b, fields)) for a, b in pairs]
    return np.array(matched), np.array(total)


def _durations_right(ours: np.ndarray, theirs: np.ndarray) -> int:
    # The codec does not keep how far a note goes past the end of its phrase.
    ends = [np.minimum(n["onset"] + n["duration"], STEPS_PER_PHRASE) for n in (ours, theirs)]
    return int((ends[0] == ends[1]).sum())
