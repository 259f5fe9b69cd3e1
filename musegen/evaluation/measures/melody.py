"""How closely a melody without other parts is decoded, as MusicVAE was measured."""

from __future__ import annotations

import numpy as np

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.measures.tokens import melody_line
from musegen.evaluation.samples import PHRASES_PER_PIECE, Samples, sixteen_bars
from musegen.music.notes import STEPS_PER_PHRASE
from musegen.music.phrase_set import PhraseSet

__all__ = ["measure", "steps_exact"]

# Roberts et al. 2018, table 1; trained on 1.5 million files, sampled.
_PUBLISHED = (0.812, "MusicVAE, as published")


def measure(samples: Samples) -> dict[str, Measure]:
    """Share of steps that are decoded exactly, in 16 bars with melody in each phrase."""
    if "lead" not in samples.space.parts:
        return {}
    held = samples.held_out.only(["lead"])
    rows = sixteen_bars(held)
    if not len(rows):
        return {}
    truth = held.take(rows.ravel())
    space = samples.space
    again = PhraseSet.from_phrases(space.decode(space.encode(list(truth))))
    exact = steps_exact(truth, again)
    return {
        "melody alone, 16 bars, steps exact": bootstrap(
            exact, np.ones(len(exact)), held.source[rows[:, 0]]
        ).with_baseline(*_PUBLISHED)
    }


def steps_exact(truth: PhraseSet, again: PhraseSet) -> np.ndarray:
    """Return the share of equal steps in each 16 bars."""
    return (_lines(truth) == _lines(again)).mean(1)


def _lines(phrases: PhraseSet) -> np.ndarray:
    """Return each 16 bars as one line, in which notes may last into the next phrase."""
    place = phrases.rows % PHRASES_PER_PIECE
    notes = phrases.notes.copy()
    notes["onset"] += (place * STEPS_PER_PHRASE).astype(np.int32)
    count = len(phrases) // PHRASES_PER_PIECE
    steps = PHRASES_PER_PIECE * STEPS_PER_PHRASE
    return melody_line(notes, phrases.rows // PHRASES_PER_PIECE, count, steps)
