"""Phrases as tokens, one for each step, as in MusicVAE (Roberts et al. 2018)."""

from __future__ import annotations

import numpy as np

from musegen.music.instruments import DRUM_CLASSES, drum_classes
from musegen.music.notes import DRUMS, PARTS, STEPS_PER_PHRASE
from musegen.music.phrase_set import PhraseSet

__all__ = [
    "DRUM_TOKENS",
    "MELODY_TOKENS",
    "drum_tokens",
    "melody_line",
    "melody_tokens",
    "pitch_class",
]

MELODY_TOKENS = 130  # rest, hold, and the onsets of 128 pitches
DRUM_TOKENS = 1 << len(DRUM_CLASSES)  # a token for each set of the nine classes
_REST, _HOLD, _FIRST_ONSET = 0, 1, 2
_LEAD = PARTS.index("lead")


def melody_tokens(phrases: PhraseSet) -> np.ndarray:
    """Return the lead of phrases, int64 ``(n, 32)``: 0 rest, 1 hold, 2 + pitch for an onset."""
    return melody_line(phrases.notes, phrases.rows, len(phrases), STEPS_PER_PHRASE)


def melody_line(notes: np.ndarray, rows: np.ndarray, count: int, steps: int) -> np.ndarray:
    """Return the lead as one voice: the highest note of each onset lasts until the next onset.

    Parameters
    ----------
    notes : numpy.ndarray
        Dtype `NOTE`; onsets from 0 to ``steps - 1``.
    rows : numpy.ndarray
        The number of the line of each note, 0 to ``count - 1``.
    count, steps : int
        How many lines, and how many steps each has.

    Returns
    -------
    numpy.ndarray
        Int64 ``(count, steps)``, as in `melody_tokens`.
    """
    lead = notes["part"] == _LEAD
    notes, rows = notes[lead], rows[lead]
    start = rows * steps + notes["onset"]  # all lines are laid end to end
    order = np.lexsort((notes["pitch"], start))
    notes, start, rows = notes[order], start[order], rows[order]
    highest = np.append(np.diff(start) > 0, True)[: len(start)]
    notes, start, rows = notes[highest], start[highest], rows[highest]
    end = np.minimum(start + notes["duration"], (rows + 1) * steps)
    end[:-1] = np.minimum(end[:-1], start[1:])
    change = np.zeros(count * steps + 1, np.int64)
    np.add.at(change, start, 1)
    np.add.at(change, end, -1)
    line = np.where(np.cumsum(change)[:-1] > 0, _HOLD, _REST)
    line[start] = _FIRST_ONSET + notes["pitch"]
    return line.reshape(count, steps)


def drum_tokens(phrases: PhraseSet) -> np.ndarray:
    """Return which drums are hit on each step, int64 ``(n, 32)``, a bit for each class."""
    drums = phrases.notes["part"] == DRUMS
    notes, rows = phrases.notes[drums], phrases.rows[drums]
    tokens = np.zeros((len(phrases), STEPS_PER_PHRASE), np.int64)
    np.bitwise_or.at(tokens, (rows, notes["onset"]), 1 << pitch_class(notes))
    return tokens


def pitch_class(notes: np.ndarray) -> np.ndarray:
    """Return the pitch class of each note, 0 to 11, or the class of a drum, 0 to 8."""
    kind = np.where(notes["part"] == DRUMS, drum_classes(notes["pitch"]), notes["pitch"] % 12)
    return kind.astype(np.int64)
