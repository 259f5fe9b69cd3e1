"""How alike phrases are, note by note."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from musegen.music.instruments import DRUM_PITCHES
from musegen.music.notes import DRUMS, PARTS, STEPS_PER_PHRASE
from musegen.music.phrase import Phrase

__all__ = ["drum_steps_exact", "matched_notes", "note_count", "note_f1"]


def _codes(phrase: Phrase, fields: Collection[str]) -> np.ndarray:
    """One number for each note: its onset and pitch, and its part where asked."""
    notes = phrase.notes
    code = notes["onset"].astype(np.int64) * 128 + notes["pitch"]
    if "part" in fields:
        code = code * len(PARTS) + notes["part"]
    return code


def matched_notes(
    ours: Phrase, theirs: Phrase, fields: Collection[str] = ("onset", "part", "pitch")
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the notes that both phrases have.

    Parameters
    ----------
    ours, theirs : Phrase
    fields : collection of str
        What has to be the same: onset and pitch always, ``part`` if named.

    Returns
    -------
    tuple of numpy.ndarray
        Row numbers in ``ours.notes`` and in ``theirs.notes``, pair by pair.
    """
    _, i, j = np.intersect1d(_codes(ours, fields), _codes(theirs, fields), return_indices=True)
    return i, j


def note_count(phrase: Phrase, fields: Collection[str]) -> int:
    """Notes of a phrase, those that are the same in `fields` counted once."""
    return len(np.unique(_codes(phrase, fields)))


def note_f1(
    ours: Sequence[Phrase],
    theirs: Sequence[Phrase],
    fields: Collection[str] = ("onset", "part", "pitch"),
) -> float:
    """F1 of the notes, counted over all phrases together: 0 to 1.

    Parameters
    ----------
    ours, theirs : sequence of Phrase
        Pairs of phrases, in the same key.
    fields : collection of str
        As in `matched_notes`.
    """
    matched = sum(len(matched_notes(a, b, fields)[0]) for a, b in zip(ours, theirs, strict=True))
    total = sum(note_count(phrase, fields) for phrase in (*ours, *theirs))
    return 2 * matched / total if total else 1.0


def drum_steps_exact(ours: Sequence[Phrase], theirs: Sequence[Phrase]) -> float:
    """Share of steps on which exactly the same of the nine drum classes are hit: 0 to 1."""
    grids = [_drum_grid(phrases) for phrases in (ours, theirs)]
    return float((grids[0] == grids[1]).all(-1).mean())


def _drum_grid(phrases: Sequence[Phrase]) -> np.ndarray:
    grid = np.zeros((len(phrases), STEPS_PER_PHRASE, len(DRUM_PITCHES)), bool)
    for i, phrase in enumerate(phrases):
        notes = phrase.notes[phrase.notes["part"] == DRUMS]
        grid[i, notes["onset"], np.searchsorted(np.sort(DRUM_PITCHES), notes["pitch"])] = True
    return grid
