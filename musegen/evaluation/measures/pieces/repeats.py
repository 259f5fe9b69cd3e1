"""How often parts come back note for note, and how alike the rhythms of neighbouring bars are."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.statistics import Measure, Tally, bootstrap
from musegen.evaluation.samples import PHRASES_PER_PIECE, Samples, sixteen_bars
from musegen.music.instruments import drum_classes
from musegen.music.notes import (
    BARS_PER_PHRASE,
    DRUMS,
    STEPS_PER_BAR,
    IntArray,
    NoteArray,
    part_index,
)
from musegen.music.phrase import Phrase

__all__ = ["measure", "repeat_tallies"]


def measure(samples: Samples) -> dict[str, Measure]:
    """Compare random pieces of 16 bars with those of held-out songs."""
    rows = sixteen_bars(samples.held_out)
    if not len(rows):
        return {}
    theirs = [[samples.originals[i] for i in row] for row in rows]
    starts = range(0, len(samples.drawn), PHRASES_PER_PIECE)
    ours = [samples.drawn[i : i + PHRASES_PER_PIECE] for i in starts]
    songs = samples.held_out.source[rows[:, 0]]
    found: dict[str, Measure] = {}
    for part in samples.space.parts:
        people = repeat_tallies(theirs, part)
        for name, tally in repeat_tallies(ours, part).items():
            own = bootstrap(*tally, np.arange(len(ours)))
            usual = bootstrap(*people[name], songs)
            found[f"random pieces: {name}, {part}"] = own.with_baseline(usual, "held-out phrases")
    return found


def repeat_tallies(pieces: Sequence[Sequence[Phrase]], part: str) -> dict[str, Tally]:
    """Count repetitions of a part in pieces.

    Returns
    -------
    dict of str to tuple of numpy.ndarray
        The terms of the two sums of a ratio, by piece. ``exact returns``: of the phrases with notes
        of the part after the first one, those that have the notes of an earlier phrase, onset and
        pitch. ``a bar like the next``: the mean F1 of the steps on which notes begin (of drums,
        also which drums) in a bar and in the next one, of pairs that are not both silent.
    """
    returns = [_returns(piece, part) for piece in pieces]
    likeness = [_likeness(piece, part) for piece in pieces]
    return {
        name: (np.array([top for top, _ in rows], float), np.array([n for _, n in rows], float))
        for name, rows in (("exact returns", returns), ("a bar like the next", likeness))
    }


def _returns(phrases: Sequence[Phrase], part: str) -> tuple[int, int]:
    cells = [_of_part(phrase, part) for phrase in phrases]
    keys = [(cell["onset"].tobytes(), cell["pitch"].tobytes()) for cell in cells]
    heard = [i for i, cell in enumerate(cells) if i and len(cell)]
    return sum(keys[i] in keys[:i] for i in heard), len(heard)


def _likeness(phrases: Sequence[Phrase], part: str) -> tuple[float, int]:
    bars: list[IntArray] = []
    for phrase in phrases:
        notes = _of_part(phrase, part)
        kind = drum_classes(notes["pitch"]) if part_index(part) == DRUMS else 0
        onset = notes["onset"].astype(np.int64)
        code = onset % STEPS_PER_BAR + STEPS_PER_BAR * kind
        bars += [np.unique(code[onset // STEPS_PER_BAR == bar]) for bar in range(BARS_PER_PHRASE)]
    shares = [
        2 * len(np.intersect1d(a, b)) / (len(a) + len(b))
        for a, b in itertools.pairwise(bars)
        if len(a) or len(b)
    ]
    return sum(shares), len(shares)


def _of_part(phrase: Phrase, part: str) -> NoteArray:
    return phrase.notes[phrase.notes["part"] == part_index(part)]
