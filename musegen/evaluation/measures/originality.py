"""Whether random phrases are new, or copies of training phrases."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.samples import Samples, sample_evenly
from musegen.music.notes import PARTS, STEPS_PER_PHRASE
from musegen.music.phrase_set import PhraseSet
from musegen.music.similarity import f1_score

__all__ = ["closest", "measure"]

_PHRASES = 1000
_COPY = 0.9
_AT_ONCE = 50  # phrases compared with all training phrases: some 10 MB


def measure(samples: Samples) -> dict[str, Measure]:
    """The share of random phrases that have a note F1 over .9 with a training phrase."""
    if samples.train is None:
        return {}
    piece, source = samples.piece_of_drawn, samples.held_out.source
    rows, chosen = sample_evenly(piece, _PHRASES), sample_evenly(source, _PHRASES)
    drawn = PhraseSet.from_phrases([samples.drawn[i] for i in rows])
    ours = closest(drawn, samples.train) > _COPY
    theirs = closest(samples.held_out.take(chosen), samples.train) > _COPY
    return {
        "random: copies of training phrases": bootstrap(
            ours, np.ones(len(ours)), piece[rows]
        ).with_baseline(float(theirs.mean()), "held-out phrases")
    }


def closest(phrases: PhraseSet, among: PhraseSet) -> np.ndarray:
    """Return the note F1 (onset, part, pitch) of each phrase with the most similar of others."""
    ours, theirs = _notes_of(phrases), _notes_of(among)
    size = theirs.sum(1)
    best = np.zeros(len(phrases))
    for start in range(0, len(phrases), _AT_ONCE):
        some = ours[start : start + _AT_ONCE]
        shared = (some @ theirs.T).toarray()
        f1 = f1_score(shared, some.sum(1)[:, None], size)
        best[start : start + _AT_ONCE] = f1.max(1)
    return best


def _notes_of(phrases: PhraseSet) -> csr_array:
    """Return a row for each phrase, with a one for each of its notes."""
    notes = phrases.notes
    code = (notes["onset"].astype(np.int64) * len(PARTS) + notes["part"]) * 128 + notes["pitch"]
    places = STEPS_PER_PHRASE * len(PARTS) * 128
    cell = np.unique(phrases.rows * places + code)
    ones = np.ones(len(cell), np.float32)
    return csr_array((ones, (cell // places, cell % places)), (len(phrases), places))
