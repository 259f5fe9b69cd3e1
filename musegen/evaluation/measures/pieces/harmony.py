"""Whether the accompaniment is in harmony: chords that fit a triad, a bass that fits the chords."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.statistics import Measure, Tally, bootstrap
from musegen.evaluation.samples import Samples
from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_PHRASE, FloatArray
from musegen.music.phrase import Phrase

__all__ = ["bass_in_chords", "measure", "triads_fit"]

_STEPS = STEPS_PER_BAR // 2  # a half bar: chords seldom change sooner
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
_TRIADS = np.array(
    [
        [(pc - root) % 12 in kind for pc in range(12)]
        for kind in (_MAJOR, _MINOR)
        for root in range(12)
    ],
    np.float64,
)


def measure(samples: Samples) -> dict[str, Measure]:
    """Compare random pieces with held-out songs."""
    if "chords" not in samples.space.parts:
        return {}
    found: dict[str, Measure] = {}
    for name, tally in (
        ("chords that fit a triad", triads_fit),
        ("bass in the chords", bass_in_chords),
    ):
        own = bootstrap(*tally(samples.drawn), samples.piece_of_drawn)
        usual = bootstrap(*tally(samples.originals), samples.held_out.source)
        found[f"random pieces: {name}, half bars"] = own.with_baseline(usual, "held-out phrases")
    return found


def triads_fit(phrases: Sequence[Phrase]) -> Tally:
    """How long the chords sound in the major or minor triad that fits them best, and in all.

    Returns
    -------
    tuple of numpy.ndarray
        Steps, by phrase; the triad is chosen anew for each half bar.
    """
    sounding = np.array([_sounding(phrase, ("chords",)) for phrase in phrases])
    return (sounding @ _TRIADS.T).max(2).sum(1), sounding.sum((1, 2))


def bass_in_chords(phrases: Sequence[Phrase]) -> Tally:
    """How long the bass has a pitch class of chords or counter in the same half bar, and sounds.

    Half bars without chords are left out. Steps, by phrase.
    """
    chords = np.array([_sounding(phrase, ("chords", "counter")) for phrase in phrases]) > 0
    bass = np.array([_sounding(phrase, ("bass",)) for phrase in phrases])
    heard = chords.any(2, keepdims=True)
    return (bass * chords).sum((1, 2)), (bass * heard).sum((1, 2))


def _sounding(phrase: Phrase, parts: tuple[str, ...]) -> FloatArray:
    """For how many steps each pitch class sounds in each half bar, ``(4, 12)``."""
    notes = phrase.only(parts).notes
    onset = notes["onset"].astype(np.int64)
    end = np.minimum(onset + notes["duration"], STEPS_PER_PHRASE)
    found = np.zeros((STEPS_PER_PHRASE // _STEPS, 12))
    for half in range(len(found)):
        start = half * _STEPS
        steps = np.minimum(end, start + _STEPS) - np.maximum(onset, start)
        np.add.at(found[half], notes["pitch"] % 12, np.maximum(steps, 0))
    return found
