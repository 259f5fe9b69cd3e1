"""Whether pieces hang together over 16 bars: a classifier on features of their structure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.classifier import tell_apart
from musegen.evaluation.measures.statistics import Measure
from musegen.evaluation.measures.tokens import pitch_class
from musegen.evaluation.samples import PHRASES_PER_PIECE, Samples, spread, stretches
from musegen.music.notes import (
    BARS_PER_PHRASE,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_PHRASE,
)
from musegen.music.phrase import Phrase

__all__ = ["measure", "structure_features"]

_BARS = PHRASES_PER_PIECE * BARS_PER_PHRASE
_PER_SONG = 6  # stretches of 16 bars: more than most songs have
_LAGS = (1, 2, 4, 8)
_BASS = PARTS.index("bass")
_LEAD = PARTS.index("lead")


def measure(samples: Samples) -> dict[str, Measure]:
    """Random 16 bars against held-out ones."""
    source = samples.held.source
    rows = stretches(samples.held)
    if not len(rows):
        return {}
    rows = rows[spread(source[rows[:, 0]], len(rows), _PER_SONG)]
    truth = samples.truth
    held = _features_of([truth[i] for i in rows.ravel()])
    song = source[rows[:, 0]]
    pieces = samples.drawn_piece[::PHRASES_PER_PIECE]
    found = tell_apart(_features_of(samples.drawn), pieces, held, song)
    if found is None:
        return {}
    shuffled = [truth[i] for i in _shuffled(source, len(rows)).ravel()]
    baseline = tell_apart(_features_of(shuffled), np.arange(len(rows)), held, song)
    return {"structure: classifier": found.beside(baseline, "phrases shuffled")}


def _shuffled(source: np.ndarray, count: int) -> np.ndarray:
    """Rows of phrases of different songs in a row, ``(count, 8)``; of few songs, of any."""
    rng = np.random.default_rng(1)
    names, song = np.unique(source, return_inverse=True)
    rows = []
    for _ in range(count):
        few = len(names) < PHRASES_PER_PIECE
        chosen = rng.choice(len(names), PHRASES_PER_PIECE, replace=few)
        rows.append([rng.choice(np.flatnonzero(song == one)) for one in chosen])
    return np.array(rows, np.int64).reshape(count, PHRASES_PER_PIECE)


def _features_of(phrases: Sequence[Phrase]) -> np.ndarray:
    starts = range(0, len(phrases), PHRASES_PER_PIECE)
    return np.array([structure_features(phrases[i : i + PHRASES_PER_PIECE]) for i in starts])


def structure_features(phrases: Sequence[Phrase]) -> np.ndarray:
    """Which bars repeat, how harmony moves, and what changes from phrase to phrase.

    Parameters
    ----------
    phrases : sequence of Phrase
        Eight in a row, all in C.

    Returns
    -------
    numpy.ndarray
        Float64: likeness of bars (notes, and rhythm alone) to those 1, 2, 4 and 8 before and of
        phrases to each other, with the shares repeated exactly; how far the pitch classes of all
        parts and of the bass alone move over the same distances, how often the bass's main one
        changes, and their entropy; spread and mean change of notes, register, velocity and
        lead's register of phrases.
    """
    notes = np.concatenate([phrase.notes for phrase in phrases])
    place = np.repeat(np.arange(len(phrases)), [len(phrase) for phrase in phrases])
    step = notes["onset"] % STEPS_PER_BAR
    bar = place * BARS_PER_PHRASE + notes["onset"] // STEPS_PER_BAR
    part, pitch = notes["part"].astype(np.int64), notes["pitch"].astype(np.int64)
    rhythm = part * STEPS_PER_BAR + step
    same_note = _alike(bar, rhythm * 128 + pitch, _BARS)
    same_rhythm = _alike(bar, rhythm, _BARS)
    phrase_rhythm = part * STEPS_PER_PHRASE + notes["onset"]
    same_phrase = _alike(place, phrase_rhythm * 128 + pitch, PHRASES_PER_PIECE)
    return np.concatenate(
        [
            _repeats(same_note),
            _repeats(same_rhythm),
            _repeats(same_phrase),
            [np.sort(same_phrase[np.triu_indices(PHRASES_PER_PIECE, 1)])[-k] for k in (1, 4, 8)],
            _harmony(notes, bar),
            _changes(notes, place),
        ]
    )


def _alike(group: np.ndarray, code: np.ndarray, count: int) -> np.ndarray:
    """F1 of what bars (or phrases) have in common, ``(count, count)``; 1 for two empty ones."""
    kinds, column = np.unique(code, return_inverse=True)
    has = np.zeros((count, len(kinds)))
    has[group, column] = 1
    size = has.sum(1)
    total = size[:, None] + size
    return np.divide(2 * has @ has.T, total, out=np.ones((count, count)), where=total > 0)


def _repeats(alike: np.ndarray) -> list[float]:
    """Likeness at each distance, the best before each, and how many are there exactly again."""
    lags = [lag for lag in _LAGS if lag < len(alike)]
    before = np.tril(alike, -1)[1:].max(1)
    return [*(np.diag(alike, lag).mean() for lag in lags), before.mean(), (before == 1).mean()]


def _harmony(notes: np.ndarray, bar: np.ndarray) -> list[float]:
    length = np.minimum(notes["duration"], STEPS_PER_PHRASE - notes["onset"])
    found: list[float] = []
    for only in (np.ones(len(notes), bool), notes["part"] == _BASS):
        heard = np.zeros((_BARS, 12))
        np.add.at(heard, (bar[only], pitch_class(notes[only])), length[only])
        size = np.linalg.norm(heard, axis=1, keepdims=True)
        way = heard / np.maximum(size, 1e-12)
        found += [1 - np.diag(way @ way.T, lag).mean() for lag in _LAGS]
        root = heard.argmax(1)
        share = np.bincount(root, minlength=12) / _BARS
        found += [
            (np.diff(root) != 0).mean(),
            (np.diff(root[::2]) != 0).mean(),
            -(share[share > 0] * np.log2(share[share > 0])).sum(),
            float((share > 0).sum()),
        ]
    return found


def _changes(notes: np.ndarray, place: np.ndarray) -> list[float]:
    count = np.bincount(place, minlength=PHRASES_PER_PIECE).astype(float)
    lead = notes["part"] == _LEAD
    rows = [
        count,
        _mean(notes["pitch"], place),
        _mean(notes["velocity"], place),
        _mean(notes["pitch"][lead], place[lead]),
    ]
    found: list[float] = []
    for row in rows:
        found += [row.std(), np.abs(np.diff(row)).mean(), np.abs(row[4:] - row[:4]).mean()]
    return found


def _mean(value: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Mean of each phrase; where it has none, of all."""
    if not len(value):
        return np.zeros(PHRASES_PER_PIECE)
    count = np.bincount(place, minlength=PHRASES_PER_PIECE)
    total = np.bincount(place, value, minlength=PHRASES_PER_PIECE)
    return np.where(count > 0, total / np.maximum(count, 1), value.mean())
