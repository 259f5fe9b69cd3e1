"""Note by note similarity of phrases."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from musegen.music.instruments import DRUM_CLASSES, drum_classes
from musegen.music.notes import (
    DRUMS,
    PARTS,
    STEPS_PER_PHRASE,
    BoolArray,
    FloatArray,
    IntArray,
    NoteArray,
)
from musegen.music.phrase import Phrase

__all__ = [
    "describe_likeness",
    "drum_steps_exact",
    "f1_score",
    "matched_notes",
    "note_count",
    "note_f1",
    "pairwise_f1",
]


def f1_score(
    shared: FloatArray | float, ours: FloatArray | float, theirs: FloatArray | float
) -> FloatArray:
    """Return the F1 of sets, 0 to 1: twice what they share over the sum of their sizes.

    Parameters
    ----------
    shared, ours, theirs : float or numpy.ndarray
        The number of shared elements, and the sizes of the two sets; shapes must broadcast. The
        F1 of two empty sets is 1.
    """
    total = np.add(ours, theirs)
    return np.where(total > 0, np.multiply(2, shared) / np.maximum(total, 1), 1.0)


def pairwise_f1(group: IntArray, code: IntArray, count: int) -> FloatArray:
    """Return the F1 of the elements of each pair of groups.

    Parameters
    ----------
    group, code : numpy.ndarray
        Shape ``(n,)``, int: the group of each element, 0 to ``count - 1``, and a number that is
        equal for equal elements. An element that a group has twice counts once.
    count : int
        The number of groups, some of which may be empty.

    Returns
    -------
    numpy.ndarray
        Shape ``(count, count)``, float64.
    """
    kinds, column = np.unique(code, return_inverse=True)
    has = np.zeros((count, len(kinds)))
    has[group, column] = 1
    size = has.sum(1)
    return f1_score(has @ np.transpose(has), size[:, None], size)


def matched_notes(
    ours: Phrase, theirs: Phrase, fields: Collection[str] = ("onset", "part", "pitch")
) -> tuple[IntArray, IntArray]:
    """Find the notes that both phrases have.

    Parameters
    ----------
    ours, theirs : Phrase
    fields : collection of str
        What must be equal: onset and pitch always, the part if ``"part"`` is named.

    Returns
    -------
    tuple of numpy.ndarray
        Indices into ``ours.notes`` and ``theirs.notes``, pair by pair.
    """
    codes = _codes(ours.notes, fields), _codes(theirs.notes, fields)
    _, i, j = np.intersect1d(*codes, return_indices=True)
    return i, j


def note_count(phrase: Phrase, fields: Collection[str]) -> int:
    """Count the notes of a phrase; notes that are equal in `fields` count once."""
    return len(np.unique(_codes(phrase.notes, fields)))


def note_f1(
    ours: Sequence[Phrase],
    theirs: Sequence[Phrase],
    fields: Collection[str] = ("onset", "part", "pitch"),
) -> float:
    """Return the F1 of the notes over all pairs of phrases together, 0 to 1.

    Parameters
    ----------
    ours, theirs : sequence of Phrase
        Pairs of phrases, in the same key.
    fields : collection of str
        As in `matched_notes`.
    """
    return float(f1_score(*_count_notes(ours, theirs, fields)))


def _count_notes(
    ours: Sequence[Phrase], theirs: Sequence[Phrase], fields: Collection[str]
) -> tuple[int, int, int]:
    """Count the notes that pairs of phrases share, those of `ours` and those of `theirs`."""
    shared = sum(len(matched_notes(a, b, fields)[0]) for a, b in zip(ours, theirs, strict=True))
    made, given = (sum(note_count(phrase, fields) for phrase in side) for side in (ours, theirs))
    return shared, made, given


def describe_likeness(ours: Sequence[Phrase], theirs: Sequence[Phrase]) -> str:
    """Say how many notes of some music come back in other music, such as a reconstruction.

    Parameters
    ----------
    ours, theirs : sequence of Phrase
        Pairs of phrases, in the same key.

    Returns
    -------
    str
        Such as ``94 % of the notes come back, and 3 % are new``: notes of `theirs` that `ours` has
        at the same step, in the same part and at the same pitch, and notes of `ours` alone.
    """
    shared, made, given = _count_notes(ours, theirs, ("onset", "part", "pitch"))
    back, new = shared / max(given, 1), (made - shared) / max(made, 1)
    return f"{_percent(back)} of the notes come back, and {_percent(new)} are new"


def _percent(share: float) -> str:
    """Write a share so that only all is 100 % and only nothing is 0 %."""
    nearest = round(100 * share)
    if share not in (0, 1):
        nearest = min(max(nearest, 1), 99)
    return f"{nearest} %"


def drum_steps_exact(ours: Sequence[Phrase], theirs: Sequence[Phrase]) -> float:
    """Return the share of steps on which exactly the same drum classes are hit, 0 to 1."""
    return float((_drum_grid(ours) == _drum_grid(theirs)).all(-1).mean())


def _codes(notes: NoteArray, fields: Collection[str]) -> IntArray:
    """Return a number for each note that is equal for notes that are equal in `fields`."""
    code = notes["onset"].astype(np.int64) * 128 + notes["pitch"]
    return code * len(PARTS) + notes["part"] if "part" in fields else code


def _drum_grid(phrases: Sequence[Phrase]) -> BoolArray:
    grid = np.zeros((len(phrases), STEPS_PER_PHRASE, len(DRUM_CLASSES)), np.bool_)
    for i, phrase in enumerate(phrases):
        notes = phrase.notes[phrase.notes["part"] == DRUMS]
        grid[i, notes["onset"], drum_classes(notes["pitch"])] = True
    return grid
