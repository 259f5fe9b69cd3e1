"""Whether 16 bars are structured like people's: a classifier on features of repetition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.classifier import tell_apart
from musegen.evaluation.measures.statistics import Measure
from musegen.evaluation.measures.tokens import pitch_class
from musegen.evaluation.samples import PHRASES_PER_PIECE, Samples, sample_evenly, sixteen_bars
from musegen.music.notes import (
    BARS_PER_PHRASE,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_PHRASE,
)
from musegen.music.phrase import Phrase
from musegen.music.similarity import pairwise_f1

__all__ = ["measure", "structure_features"]

_BARS = PHRASES_PER_PIECE * BARS_PER_PHRASE
_PER_SONG = 6  # times 16 bars: more than most songs have
_LAGS = (1, 2, 4, 8)
_BASS = PARTS.index("bass")
_LEAD = PARTS.index("lead")


def measure(samples: Samples) -> dict[str, Measure]:
    """Tell random 16 bars from held-out ones."""
    source = samples.held_out.source
    rows = sixteen_bars(samples.held_out)
    if not len(rows):
        return {}
    rows = rows[sample_evenly(source[rows[:, 0]], len(rows), _PER_SONG)]
    truth = samples.originals
    held = _features_of([truth[i] for i in rows.ravel()])
    song = source[rows[:, 0]]
    pieces = samples.piece_of_drawn[::PHRASES_PER_PIECE]
    found = tell_apart(_features_of(samples.drawn), pieces, held, song)
    if found is None:
        return {}
    shuffled = [truth[i] for i in _shuffled(source, len(rows)).ravel()]
    baseline = tell_apart(_features_of(shuffled), np.arange(len(rows)), held, song)
    return {"structure: classifier": found.with_baseline(baseline, "phrases shuffled")}


def _shuffled(source: np.ndarray, count: int) -> np.ndarray:
    """Choose eight phrases of different songs (if there are so many) each: rows ``(count, 8)``."""
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
    """Describe which bars repeat, how harmony moves, and what changes between phrases.

    Parameters
    ----------
    phrases : sequence of Phrase
        Eight in a row, all in C.

    Returns
    -------
    numpy.ndarray
        Float64: the similarity of bars (notes, and rhythm alone) to those 1, 2, 4 and 8 before
        and of phrases to each other, with the shares that repeat exactly; how far the pitch
        classes of all parts and of the bass move over these distances, how often the main one
        changes, and their entropy; deviation and mean change of the phrases' note counts,
        pitches, velocities and lead pitches.
    """
    notes = np.concatenate([phrase.notes for phrase in phrases])
    place = np.repeat(np.arange(len(phrases)), [len(phrase) for phrase in phrases])
    step = notes["onset"] % STEPS_PER_BAR
    bar = place * BARS_PER_PHRASE + notes["onset"] // STEPS_PER_BAR
    part, pitch = notes["part"].astype(np.int64), notes["pitch"].astype(np.int64)
    rhythm = part * STEPS_PER_BAR + step
    same_note = pairwise_f1(bar, rhythm * 128 + pitch, _BARS)
    same_rhythm = pairwise_f1(bar, rhythm, _BARS)
    phrase_rhythm = part * STEPS_PER_PHRASE + notes["onset"]
    same_phrase = pairwise_f1(place, phrase_rhythm * 128 + pitch, PHRASES_PER_PIECE)
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


def _repeats(similarity: np.ndarray) -> list[float]:
    """Return the similarity at each distance, the best earlier one, and the share of repeats."""
    lags = [lag for lag in _LAGS if lag < len(similarity)]
    before = np.tril(similarity, -1)[1:].max(1)
    return [*(np.diag(similarity, lag).mean() for lag in lags), before.mean(), (before == 1).mean()]


def _harmony(notes: np.ndarray, bar: np.ndarray) -> list[float]:
    length = np.minimum(notes["duration"], STEPS_PER_PHRASE - notes["onset"])
    found: list[float] = []
    for only in (np.ones(len(notes), bool), notes["part"] == _BASS):
        heard = np.zeros((_BARS, 12))
        np.add.at(heard, (bar[only], pitch_class(notes[only])), length[only])
        size = np.linalg.norm(heard, axis=1, keepdims=True)
        unit = heard / np.maximum(size, 1e-12)
        found += [1 - np.diag(unit @ unit.T, lag).mean() for lag in _LAGS]
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
    """Return the mean of each phrase; of all notes for a phrase without any."""
    if not len(value):
        return np.zeros(PHRASES_PER_PIECE)
    count = np.bincount(place, minlength=PHRASES_PER_PIECE)
    total = np.bincount(place, value, minlength=PHRASES_PER_PIECE)
    return np.where(count > 0, total / np.maximum(count, 1), value.mean())
