"""How similarly random and held-out phrases are distributed, by nine features.

After Yang and Lerch 2018, *On the evaluation of generative models in music*: for each feature, the
distances between held-out phrases are compared with those from random to held-out phrases. The
overlapping area of their densities is 1 if they are the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.distance import cdist

from musegen.evaluation.measures.statistics import Measure
from musegen.evaluation.measures.tokens import pitch_class
from musegen.evaluation.samples import Samples, sample_evenly
from musegen.music.notes import DRUMS, STEPS_PER_PHRASE
from musegen.music.phrase import Phrase

__all__ = ["FEATURES", "lerch_features", "measure", "overlapping_areas"]

FEATURES = (
    "pitch count",
    "pitch range",
    "pitch interval",
    "note count",
    "inter-onset interval",
    "pitch class histogram",
    "pitch class transitions",
    "note length histogram",
    "note length transitions",
)
_PHRASES = 320  # of each kind: 100,000 distances
_BINS = 512
_RESAMPLES = 200
# Classes of note lengths in steps: those of the paper that are whole sixteenths.
_LENGTHS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32])


def measure(samples: Samples) -> dict[str, Measure]:
    """The overlapping area of each feature, and their mean."""
    source = samples.held_out.source
    rows = sample_evenly(source, 2 * _PHRASES)
    features = lerch_features([samples.originals[i] for i in rows])
    piece = samples.piece_of_drawn
    chosen = sample_evenly(piece, _PHRASES)
    ours = lerch_features([samples.drawn[i] for i in chosen])
    held = [feature[:_PHRASES] for feature in features]
    found = overlapping_areas(held, source[rows[:_PHRASES]], ours, piece[chosen])
    if found is None:
        return {}
    songs = np.unique(source)
    first = np.isin(source[rows], np.random.default_rng(0).permutation(songs)[: len(songs) // 2])
    halves = [([f[half] for f in features], source[rows[half]]) for half in (first, ~first)]
    floor = overlapping_areas(*halves[0], *halves[1])
    what = "held-out music split in two"
    return {
        f"random: overlapping area, {name}": area.with_baseline(
            floor[name] if floor else None, what
        )
        for name, area in found.items()
    }


def lerch_features(phrases: Sequence[Phrase]) -> list[np.ndarray]:
    """Return the nine features of phrases: for each of `FEATURES` float64 ``(n, size)``.

    Notes are ordered part by part. The pitch of a drum is its class, and a hit lasts until the
    next one.
    """
    rows = [_nine(phrase) for phrase in phrases]
    return [np.array(column, float).reshape(len(rows), -1) for column in zip(*rows, strict=True)]


def _nine(phrase: Phrase) -> list[object]:
    notes = phrase.notes
    onset = notes["onset"].astype(np.int64)
    kind = pitch_class(notes)
    drums = notes["part"] == DRUMS
    pitch = np.where(drums, kind, notes["pitch"]).astype(np.int64)
    starts = np.unique(onset)
    until_next = np.append(starts[1:], STEPS_PER_PHRASE)[np.searchsorted(starts, onset)] - onset
    length = np.where(drums, until_next, np.minimum(notes["duration"], STEPS_PER_PHRASE - onset))
    length = np.abs(np.log2(np.maximum(length, 1)[:, None] / _LENGTHS)).argmin(1)
    order = np.lexsort((pitch, onset, notes["part"]))
    kind, pitch, length = kind[order], pitch[order], length[order]
    n = max(1, len(notes))
    return [
        len(np.unique(pitch)),
        np.ptp(pitch) if len(pitch) else 0,
        np.abs(np.diff(pitch)).mean() if len(pitch) > 1 else 0,
        len(notes),
        np.diff(starts).mean() if len(starts) > 1 else 0,
        np.bincount(kind, minlength=12) / n,
        _transitions(kind, 12),
        np.bincount(length, minlength=len(_LENGTHS)) / n,
        _transitions(length, len(_LENGTHS)),
    ]


def _transitions(kind: np.ndarray, kinds: int) -> np.ndarray:
    return np.bincount(kind[:-1] * kinds + kind[1:], minlength=kinds * kinds)


def overlapping_areas(
    held: Sequence[np.ndarray],
    song: np.ndarray,
    ours: Sequence[np.ndarray],
    piece: np.ndarray,
) -> dict[str, Measure] | None:
    """Return the areas of the nine features, and their mean, with intervals.

    Parameters
    ----------
    held, ours : sequence of numpy.ndarray
        As from `lerch_features`.
    song, piece : numpy.ndarray
        The song or piece of each phrase: these are resampled.

    Returns
    -------
    dict of str to Measure, or None
        ``mean``, then `FEATURES`. None if there are too few phrases for distances.
    """
    songs, song = np.unique(song, return_inverse=True)
    pieces, piece = np.unique(piece, return_inverse=True)
    if len(song) < 2 or not len(piece):
        return None
    rng = np.random.default_rng(0)
    of_song, of_piece = (_weights(rng, len(names)) for names in (songs, pieces))
    areas = np.stack(
        [
            _areas(cdist(a, a), cdist(a, b), song, piece, of_song, of_piece)
            for a, b in zip(held, ours, strict=True)
        ]
    )
    areas = np.concatenate([areas.mean(0, keepdims=True), areas])
    found = {}
    for name, row in zip(("mean", *FEATURES), areas, strict=True):
        # Resampling makes any two densities differ more, which is corrected here.
        low, high = np.percentile(row[1:], [2.5, 97.5]) + row[0] - np.median(row[1:])
        found[name] = Measure(float(row[0]), float(low), min(1.0, float(high)))
    return found


def _weights(rng: np.random.Generator, groups: int) -> np.ndarray:
    """Return how often each resample has each group; the first has each group once."""
    drawn = rng.integers(0, groups, (_RESAMPLES, groups))
    times = [np.bincount(row, minlength=groups) for row in drawn]
    return np.stack([np.ones(groups), *times]).astype(np.float32)


def _areas(
    within: np.ndarray,
    across: np.ndarray,
    song: np.ndarray,
    piece: np.ndarray,
    of_song: np.ndarray,
    of_piece: np.ndarray,
) -> np.ndarray:
    """Return the overlapping area of two tables of distances, for each resample."""
    top = max(within.max(), across.max(), 1e-9)
    # From -.25 to 1.25 of the largest distance, because smoothed densities go past their data.
    bins = [((d / top + 0.25) / 1.5 * _BINS).astype(np.int64) for d in (within, across)]
    # Distances of phrases to themselves do not count.
    other = ~np.eye(len(within), dtype=bool)
    densities = [
        _densities(bins[0], song, song, of_song, of_song, other),
        _densities(bins[1], song, piece, of_song, of_piece, np.ones_like(across, bool)),
    ]
    return np.minimum(*densities).sum(1)


def _densities(
    bins: np.ndarray,
    row: np.ndarray,
    column: np.ndarray,
    of_row: np.ndarray,
    of_column: np.ndarray,
    counted: np.ndarray,
) -> np.ndarray:
    """Return kernel densities with Scott's bandwidth, ``(resamples, bins)``; each sums to 1."""
    rows, columns = of_row.shape[1], of_column.shape[1]
    pair = row[:, None] * columns + column
    table = np.bincount((pair * _BINS + bins)[counted], minlength=rows * columns * _BINS)
    weight = of_row[:, :, None] * of_column[:, None, :]
    counts = weight.reshape(len(weight), -1) @ table.reshape(-1, _BINS).astype(np.float32)
    place = np.arange(_BINS)
    densities = []
    for count in counts.astype(float):
        total = max(count.sum(), 1)
        mean = (count * place).sum() / total
        deviation = np.sqrt((count * (place - mean) ** 2).sum() / total)
        smooth = gaussian_filter1d(count, max(deviation * total**-0.2, 0.5), mode="constant")
        densities.append(smooth / max(smooth.sum(), 1e-12))
    return np.stack(densities)
