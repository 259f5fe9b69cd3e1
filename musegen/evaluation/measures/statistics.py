"""Measures with 95 % intervals, found by resampling songs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from musegen.music.notes import PARTS, STEPS_PER_BEAT, NoteArray
from musegen.music.phrase import Phrase
from musegen.music.similarity import drum_steps_exact, matched_notes, note_count

__all__ = [
    "Measure",
    "Tally",
    "bootstrap",
    "drum_tallies",
    "player_tallies",
    "quantile_of_songs",
    "reconstruction_tallies",
    "resample",
]

_RESAMPLES = 1000
_EXACT = ("onset", "part", "pitch")
_ON_STEP = 0.05  # of a step, 6 ms at 120 beats a minute: a note that is no farther off is on it
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
        parts, of each part), the share of correct durations, the velocity error of 127, and the
        timing error in milliseconds: of all matched notes, and of those that people play beside
        their steps (triplets, swing, a player's own timing).
    """
    tallies = {"note F1": _f1(truth, again), "note F1, onset and pitch": _f1(truth, again, ())}
    if len(parts) > 1:
        for part in parts:
            ours, theirs = ([p.only([part]) for p in phrases] for phrases in (again, truth))
            tallies[f"note F1, {part}"] = _f1(theirs, ours)
    rows = [_matched(*pair) for pair in zip(again, truth, strict=True)]
    count = np.array([len(ours) for ours, _ in rows], float)
    if len(parts) > 1:
        right = [(ours["duration"] == theirs["duration"]).sum() for ours, theirs in rows]
        tallies["durations right, of matched"] = (np.array(right, float), count)
    error = [np.abs(a["velocity"].astype(float) - b["velocity"]).sum() for a, b in rows]
    tallies["velocity error, of matched"] = (np.array(error), count)
    late = [np.abs(a["offset"].astype(float) - b["offset"]) for a, b in rows]
    step = 60_000 / np.array([phrase.tempo for phrase in truth]) / STEPS_PER_BEAT
    beside = [np.abs(theirs["offset"]) > _ON_STEP for _, theirs in rows]
    tallies["timing error, ms, of matched"] = (step * [one.sum() for one in late], count)
    tallies["timing error, ms, of matched beside their steps"] = (
        step * [one[off].sum() for one, off in zip(late, beside, strict=True)],
        np.array([off.sum() for off in beside], float),
    )
    return tallies


def player_tallies(phrases: Sequence[Phrase], parts: Sequence[str]) -> dict[str, Tally]:
    """Describe how phrases are played: the same measures for people's and for generated ones.

    Returns
    -------
    dict of str to tuple of numpy.ndarray
        By measure, the terms of the two sums of a ratio: the standard deviation of the velocities
        of notes that a part starts together, and the mean length of bass notes in steps.
    """
    if "bass" not in parts:
        return {}
    spread, chords, length, notes = [], [], [], []
    for phrase in phrases:
        place = phrase.notes["onset"] * len(PARTS) + phrase.notes["part"]
        _, chord, count = np.unique(place, return_inverse=True, return_counts=True)
        velocity = phrase.notes["velocity"].astype(float)
        mean = np.bincount(chord, velocity) / count
        square = np.bincount(chord, (velocity - mean[chord]) ** 2) / count
        spread.append(float(np.sqrt(square[count > 1]).sum()))
        chords.append(float((count > 1).sum()))
        bass = phrase.only(["bass"]).notes
        length.append(float(bass["duration"].sum()))
        notes.append(float(len(bass)))
    return {
        "deviation of velocities in a chord": (np.array(spread), np.array(chords)),
        "bass notes, mean length in steps": (np.array(length), np.array(notes)),
    }


def drum_tallies(truth: Sequence[Phrase], again: Sequence[Phrase]) -> dict[str, Tally]:
    """Count the steps with all nine drum classes exact."""
    exact = [drum_steps_exact([a], [b]) for a, b in zip(again, truth, strict=True)]
    return {"steps with all nine drums exact": (np.array(exact), np.ones(len(exact)))}


def quantile_of_songs(tally: Tally, group: np.ndarray, quantile: float) -> Measure:
    """Return a quantile of a ratio of sums over each song, with an interval as in `bootstrap`."""
    names, index = np.unique(group, return_inverse=True)
    top, bottom = (np.bincount(index, weights=one) for one in tally)
    ratio = top / np.maximum(bottom, 1e-12)
    drawn = np.random.default_rng(0).integers(0, len(names), (_RESAMPLES, len(names)))
    low, high = np.percentile(np.quantile(ratio[drawn], quantile, axis=1), [2.5, 97.5])
    return Measure(float(np.quantile(ratio, quantile)), float(low), float(high))


def _matched(ours: Phrase, theirs: Phrase) -> tuple[NoteArray, NoteArray]:
    i, j = matched_notes(ours, theirs, _EXACT)
    return ours.notes[i], theirs.notes[j]


def _f1(truth: Sequence[Phrase], again: Sequence[Phrase], fields: Sequence[str] = _EXACT) -> Tally:
    pairs = list(zip(again, truth, strict=True))
    matched = [2.0 * len(matched_notes(a, b, fields)[0]) for a, b in pairs]
    total = [float(note_count(a, fields) + note_count(b, fields)) for a, b in pairs]
    return np.array(matched), np.array(total)
