"""Whether the accompaniment is in harmony: chords that fit a triad, a bass that fits the chords."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.conditions.chords import sounding_in_halves
from musegen.evaluation.measures.statistics import Measure, Tally, bootstrap
from musegen.evaluation.samples import Samples
from musegen.music.harmony.qualities import quality_intervals
from musegen.music.notes import IntArray
from musegen.music.phrase import Phrase

__all__ = ["bass_in_chords", "measure", "triads_fit"]

_TRIADS = np.array(
    [
        np.isin(np.arange(12), (np.array(quality_intervals(quality)) + root) % 12)
        for quality in ("", "m")
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
    """How long the chords' pitch classes sound that are in the best triad, and all of them.

    Returns
    -------
    tuple of numpy.ndarray
        Steps, by phrase. The triad, major or minor, is chosen anew for each half bar.
    """
    heard = _steps_heard(phrases, ("chords",))
    return (heard @ _TRIADS.T).max(2).sum(1), heard.sum((1, 2))


def bass_in_chords(phrases: Sequence[Phrase]) -> Tally:
    """How long the bass sounds with a pitch class of chords or counter, and how long in all.

    Steps, by phrase. The pitch classes are those of its half bar; half bars without are left out.
    """
    chords = _steps_heard(phrases, ("chords", "counter")) > 0
    bass = _steps_heard(phrases, ("bass",))
    heard = chords.any(2, keepdims=True)
    return (bass * chords).sum((1, 2)), (bass * heard).sum((1, 2))


def _steps_heard(phrases: Sequence[Phrase], parts: Sequence[str]) -> IntArray:
    """As `sounding_in_halves`, ``(phrases, 4, 12)``."""
    return np.array([sounding_in_halves(phrase.notes, parts) for phrase in phrases])
