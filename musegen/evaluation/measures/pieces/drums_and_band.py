"""Whether drums play with the band: the kick with the bass, more where the band plays more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.conditions.stretches import with_parts_of
from musegen.evaluation.measures.statistics import Measure, bootstrap, resample
from musegen.evaluation.samples import Samples
from musegen.music.instruments import DRUM_CLASSES, drum_classes
from musegen.music.notes import DRUMS, PARTS
from musegen.music.phrase import Phrase

__all__ = ["density_correlation", "kick_with_bass", "measure"]

_BASS = PARTS.index("bass")
_KICK = DRUM_CLASSES.index("kick")


def measure(samples: Samples) -> dict[str, Measure]:
    """Compare drums and band of random pieces with those of held-out bands, and of two songs."""
    if samples.other is None:
        return {}
    ours = [phrase for piece in samples.random_pieces for phrase in piece.phrases]
    piece = samples.piece_of_drawn
    strangers = np.roll(np.arange(len(ours)), len(ours) // len(samples.random_pieces))
    exchanged = with_parts_of(ours, [ours[i] for i in strangers], ["drums"])
    people: list[Measure | None] = [None, None]
    bands = samples.bands
    if bands is not None:
        bands = bands.take(bands.has_any(["bass"]) & bands.has_any(["drums"]))
        if len(bands):
            theirs = list(bands)
            people = [f(theirs, bands.source) for f in (kick_with_bass, density_correlation)]
    what = "held-out phrases"
    return {
        "random pieces: kick with bass, F1": kick_with_bass(ours, piece).with_baseline(
            people[0], what
        ),
        "random pieces: kick with bass, F1, chance": kick_with_bass(exchanged, piece),
        "random pieces: density of drums with the band's, r": density_correlation(
            ours, piece
        ).with_baseline(people[1], what),
        "random pieces: density of drums with the band's, r, chance": density_correlation(
            exchanged, piece
        ),
    }


def kick_with_bass(phrases: Sequence[Phrase], group: np.ndarray) -> Measure:
    """Return the F1 of the steps on which the kick is hit and those on which the bass begins."""
    shared, total = [], []
    for phrase in phrases:
        notes = phrase.notes
        bass = np.unique(notes["onset"][notes["part"] == _BASS])
        drums = notes[notes["part"] == DRUMS]
        kick = np.unique(drums["onset"][drum_classes(drums["pitch"]) == _KICK])
        shared.append(2 * len(np.intersect1d(bass, kick)))
        total.append(len(bass) + len(kick))
    return bootstrap(np.array(shared), np.array(total), group)


def density_correlation(phrases: Sequence[Phrase], group: np.ndarray) -> Measure:
    """Return Pearson's correlation of the notes of drums and of band in phrases."""
    is_drum = [phrase.notes["part"] == DRUMS for phrase in phrases]
    x = np.array([own.sum() for own in is_drum], float)
    y = np.array([(~own).sum() for own in is_drum], float)
    rows = np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y], axis=1)

    def correlation(sums: np.ndarray) -> np.ndarray:
        n, x1, y1, xx, yy, xy = np.moveaxis(sums, -1, 0)
        covariance = xy - x1 * y1 / n
        return covariance / np.sqrt(np.maximum((xx - x1 * x1 / n) * (yy - y1 * y1 / n), 1e-12))

    return resample(rows, group, correlation)
