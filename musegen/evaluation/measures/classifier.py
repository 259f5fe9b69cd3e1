"""How well a classifier tells two kinds of phrases apart: an accuracy of .5 is chance."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import ArrayLike
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.music.instruments import drum_classes
from musegen.music.notes import DRUMS, STEPS_PER_BAR, STEPS_PER_PHRASE, FloatArray, NoteArray
from musegen.music.phrase import Phrase
from musegen.music.similarity import f1_score

__all__ = ["FEATURE_GROUPS", "features", "tell_apart"]

FEATURE_GROUPS = ("notes", "velocities", "lengths", "timing")
_MAX_DURATION = 16  # steps: longer notes count as these
_WIDEST_STEP = 13  # semitones between two notes of a line: wider steps count as these
_FOLDS = 5
_ROUNDS = 150
_MIN_ROWS_IN_LEAF = 20  # scikit-learn's own; fewer if there are few rows


def features(
    phrases: Sequence[Phrase],
    groups: Collection[str] = ("notes", "velocities", "lengths"),
) -> FloatArray:
    """Return what the classifier sees of phrases in C.

    Tempo is left out, because decoded phrases have none of their own.

    Parameters
    ----------
    phrases : sequence of Phrase
        Phrases with drums alone, or all without drums: drums have classes instead of pitches.
    groups : collection of str
        Some of `FEATURE_GROUPS`. ``notes``: which pitches and onsets there are, the steps of the
        highest notes, the intervals of notes that start together, how much of the first bar is in
        the second; ``velocities``: their mean and deviation; ``lengths``: a histogram of the
        durations and their mean; ``timing``: mean and deviation of the offsets.

    Returns
    -------
    numpy.ndarray
        Float64, shape ``(len(phrases), features)``.
    """
    rows: list[list[float]] = []
    for phrase in phrases:
        notes = phrase.notes
        row: list[float] = []
        if "notes" in groups:
            row += _drum_kinds(notes) if (notes["part"] == DRUMS).any() else _pitch_classes(notes)
            row += _describe_notes(notes)
        if "velocities" in groups:
            row += _mean_and_deviation(notes["velocity"])
        if "lengths" in groups:
            length = np.minimum(notes["duration"], _MAX_DURATION)
            row += [*_counts(length, _MAX_DURATION + 1), _mean_and_deviation(notes["duration"])[0]]
        if "timing" in groups:
            row += _mean_and_deviation(notes["offset"])
        rows.append(row)
    return np.array(rows, np.float64)


def _pitch_classes(notes: NoteArray) -> list[float]:
    """Count the notes of each pitch class, upwards from the commonest."""
    count = _counts(notes["pitch"] % 12, 12)
    return np.roll(count, -int(count.argmax())).tolist()


def _drum_kinds(notes: NoteArray) -> list[float]:
    # As many numbers as there are pitch classes, which phrases without a note have.
    return _counts(drum_classes(notes["pitch"]), 12).tolist()


def _describe_notes(notes: NoteArray) -> list[float]:
    pitch = notes["pitch"].astype(np.int64)
    onset = notes["onset"].astype(np.int64)
    by_pitch = np.lexsort((pitch, onset))
    onsets, first, count = np.unique(onset[by_pitch], return_index=True, return_counts=True)
    bottom = pitch[by_pitch][first]
    top = pitch[by_pitch][first + count - 1]
    step = np.minimum(np.abs(np.diff(top)), _WIDEST_STEP)
    together = np.triu(onset[:, None] == onset, 1)
    interval = np.abs(pitch[:, None] - pitch)[together] % 12
    code = (onset % STEPS_PER_BAR) * 128 + pitch
    first_bar, second_bar = (np.unique(code[onset // STEPS_PER_BAR == bar]) for bar in (0, 1))
    shared = len(np.intersect1d(first_bar, second_bar))
    return [
        *_counts(onset, STEPS_PER_PHRASE),
        *_counts(step, _WIDEST_STEP + 1),
        *_counts(interval, 12),
        float(f1_score(shared, len(first_bar), len(second_bar))),
        len(notes),
        *_mean_and_deviation(pitch),
        float(pitch.max(initial=0)),
        float(pitch.min(initial=127)),
        *_mean_and_deviation(top),
        *_mean_and_deviation(bottom),
        len(onsets),
        len(notes) / max(1, len(onsets)),
    ]


def _counts(values: np.ndarray, kinds: int) -> FloatArray:
    return np.bincount(values, minlength=kinds).astype(np.float64)


def _mean_and_deviation(values: np.ndarray) -> list[float]:
    return [float(values.mean()), float(values.std())] if len(values) else [0.0, 0.0]


def tell_apart(
    ours: np.ndarray, our_group: ArrayLike, theirs: np.ndarray, their_group: ArrayLike
) -> Measure | None:
    """Return the accuracy of gradient-boosted trees (Friedman 2001) on groups not trained on.

    Parameters
    ----------
    ours, theirs : numpy.ndarray
        Features of two classes, ``(n, features)``; the longer one is cut.
    our_group, their_group : sequence
        The song, piece or stretch of each row, which is either trained or tested on.

    Returns
    -------
    Measure or None
        None if a class has fewer groups than there are folds.
    """
    n = min(len(ours), len(theirs))
    groups = [np.asarray(group).astype(str)[:n] for group in (our_group, their_group)]
    if min(len(set(group)) for group in groups) < _FOLDS:
        return None
    x = np.concatenate([ours[:n], theirs[:n]])
    y = np.repeat([0, 1], n)
    group = np.concatenate(groups)
    right = np.zeros(2 * n)
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(x, y, group):
        trees = HistGradientBoostingClassifier(
            max_iter=_ROUNDS,
            min_samples_leaf=min(_MIN_ROWS_IN_LEAF, max(1, len(train) // 10)),
            random_state=0,
        )
        # For a thousand rows, threads wait for each other longer than they work.
        with threadpool_limits(1, "openmp"):
            right[test] = trees.fit(x[train], y[train]).predict(x[test]) == y[test]
    return bootstrap(right, np.ones(2 * n), group)
