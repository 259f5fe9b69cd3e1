"""A bare melody through its path: MusicVAE's own measure."""

from __future__ import annotations

import numpy as np

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.measures.tokens import melody_line
from musegen.evaluation.samples import PHRASES_PER_PIECE, Samples, stretches
from musegen.music.notes import STEPS_PER_PHRASE
from musegen.music.phrase_set import PhraseSet

__all__ = ["measure", "steps_exact"]

# Sampled, after 1.5 million files: Roberts et al. 2018, table 1.
_PUBLISHED = (0.812, "MusicVAE, as published")


def measure(samples: Samples) -> dict[str, Measure]:
    """Steps of a melody that come back exactly, over 16 bars that all have some of it.

    Every other part is taken away before the phrases are encoded.
    """
    if "lead" not in samples.space.parts:
        return {}
    held = samples.held.only(["lead"])
    rows = stretches(held)
    if not len(rows):
        return {}
    truth = held.take(rows.ravel())
    space = samples.space
    again = PhraseSet.from_phrases(space.decode(space.encode(list(truth))))
    exact = steps_exact(truth, again)
    return {
        "melody alone, 16 bars, steps exact": bootstrap(
            exact, np.ones(len(exact)), held.source[rows[:, 0]]
        ).beside(*_PUBLISHED)
    }


def steps_exact(truth: PhraseSet, again: PhraseSet) -> np.ndarray:
    """Share of the steps of each 16 bars, of as many phrases as it takes, that are the same."""
    return (_lines(truth) == _lines(again)).mean(1)


def _lines(phrases: PhraseSet) -> np.ndarray:
    """Each 16 bars as one line: a note may go on into the next phrase."""
    place = phrases.rows % PHRASES_PER_PIECE
    notes = phrases.notes.copy()
    notes["onset"] += (place * STEPS_PER_PHRASE).astype(np.int32)
    count = len(phrases) // PHRASES_PER_PIECE
    steps = PHRASES_PER_PIECE * STEPS_PER_PHRASE
    return melody_line(notes, phrases.rows // PHRASES_PER_PIECE, count, steps)
