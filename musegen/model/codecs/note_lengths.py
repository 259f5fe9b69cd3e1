"""Chooses how long the notes of a phrase last, so that they agree with each other.

A network that is unsure writes for each step by itself whether a pitch goes on, and is surer of it
than it is right. People hold a melody's note to the next one, longer before a long pause, and end
the notes of a chord together: tables add to the log odds of each length, as those of
`musegen.model.codecs.agreement` do to onsets. Among likely lengths, one number for all notes of a
part that are as far from the next one chooses: who plays one of them short plays all of them short.
"""

# NumPy's types do not know what an indexed array is.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from musegen.model.codecs.tables import Tables, no_tables
from musegen.music.notes import SONG_PARTS, STEPS_PER_PHRASE

__all__ = ["LENGTH_CHANCES", "LENGTH_TABLES", "choose_lengths", "count_lengths"]

_PARTS = len(SONG_PARTS)
# Where a note ends: before the next onset of its part, with it, between it and the one after, with
# that one, later; or, as no onset follows, with the phrase.
_BEFORE, _NEXT, _BETWEEN, _AFTER_NEXT, _LATER, _WITH_PHRASE = range(6)
# Steps up to which spans of time count as one length; all others are longer.
_SPANS = np.array([1, 2, 3, 4, 6, 8, 12, 16])
LENGTH_CHANCES = 2 * (len(_SPANS) + 1)  # numbers of each part that choose among likely lengths
# Log odds that a note goes on, or ends, count as much at most in draws. The network's, of 10 to 50,
# left melodies with pauses of 4.3 steps at the longest, where people's have 3.0.
_SUREST = 3.0
_LEAST_DOUBT = 1e-3  # with less, the likeliest length is chosen

# The tables of the song for lengths: what is added to the log odds, or how often they are.
#
# length  the note lasts so many steps; at 0, to the end of the phrase
# end     where the note ends among the onsets of its part
# until   by whether an onset of its part follows or none does, and how far it or the end of the
#         phrase is: how long the note lasts
# alike   of a chord, the note is as long as the next lower one: no, yes
LENGTH_TABLES = {
    "length": (_PARTS, STEPS_PER_PHRASE + 1),
    "end": (_PARTS, _WITH_PHRASE + 1),
    "until": (_PARTS, 2, len(_SPANS) + 1, len(_SPANS) + 1),
    "alike": (_PARTS, 2),
}


@dataclass(frozen=True, eq=False)
class _Notes:
    """Notes in the order of ``np.nonzero(begins)``, and what follows each in its part.

    Attributes
    ----------
    row, part, step, pitch : numpy.ndarray
        Indices into ``begins``.
    to_next, to_second : numpy.ndarray
        Steps to the next onset of the part and to the one after it; if none follows, to the end.
    number : numpy.ndarray
        Of the note in its chord, from the lowest.
    """

    row: np.ndarray
    part: np.ndarray
    step: np.ndarray
    pitch: np.ndarray
    to_next: np.ndarray
    to_second: np.ndarray
    number: np.ndarray

    @classmethod
    def that_begin(cls, begins: np.ndarray) -> _Notes:
        """Find the notes of phrases, bool ``(n, parts, 32, 88)``."""
        row, part, step, pitch = np.nonzero(begins)
        to_next, to_second = (x[row, part, step] - step for x in _next_onsets(begins))
        chord = np.ravel_multi_index((row, part, step), begins.shape[:3])
        number = np.arange(len(chord)) - np.searchsorted(chord, chord)
        return cls(row, part, step, pitch, to_next, to_second, number)

    def __len__(self) -> int:
        return len(self.row)

    @property
    def to_end(self) -> np.ndarray:
        """Steps to the end of the phrase."""
        return STEPS_PER_PHRASE - self.step

    def take(self, index: np.ndarray) -> _Notes:
        return _Notes(*(getattr(self, field.name)[index] for field in fields(self)))

    @property
    def none_follows(self) -> np.ndarray:
        """Whether the part begins no note after it."""
        return self.to_next == self.to_end

    def until_next(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether no onset follows, and how far it or the end is, as the tables count it."""
        return self.none_follows.astype(np.int64), np.searchsorted(_SPANS, self.to_next)

    def ends(self, length: np.ndarray | int) -> np.ndarray:
        """Where notes of a length end, as the tables count it."""
        later = np.where(length < self.to_second, _BETWEEN, _LATER)
        later = np.where(length == self.to_second, _AFTER_NEXT, later)
        found = np.where(length < self.to_next, _BEFORE, later)
        found = np.where(length == self.to_next, _NEXT, found)
        return np.where(self.none_follows & (length == self.to_end), _WITH_PHRASE, found)


def _next_onsets(begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The next onset of each part after each step, and the one after that; 32 if none follows."""
    following = np.full((2, *begins.shape[:3]), STEPS_PER_PHRASE)
    for step in reversed(range(1, STEPS_PER_PHRASE)):
        onset = begins[:, :, step].any(2)
        after = following[..., step]
        following[0, ..., step - 1] = np.where(onset, step, after[0])
        following[1, ..., step - 1] = np.where(onset, after[0], after[1])
    return following[0], following[1]


def choose_lengths(
    begins: np.ndarray,
    goes_on: np.ndarray,
    longer: np.ndarray,
    doubt: np.ndarray,
    tables: Tables,
    chances: np.ndarray,
) -> np.ndarray:
    """Choose how long notes last inside the phrase, those of a chord from the lowest upwards.

    Where there is no doubt, the most likely run of steps that all go on, if steps are independent:
    it bridges an unlikely one if later ones make up for it. A run ends where the pitch begins
    again. Where there is doubt, `chances` says up to which share of their probability all runs,
    from the shortest on, are too short.

    Parameters
    ----------
    begins : numpy.ndarray
        Bool, ``(n, parts, 32, 88)``.
    goes_on : numpy.ndarray
        Log odds that a pitch that sounded before goes on, in the same shape.
    longer : numpy.ndarray
        What is added to these odds in each part, ``(n, parts)``.
    doubt : numpy.ndarray
        How much the tables count in each part, 0 to 1, ``(n, parts)``.
    tables : dict of str to numpy.ndarray
        Of `LENGTH_TABLES`.
    chances : numpy.ndarray
        Numbers from 0 to 1, ``(n, parts, LENGTH_CHANCES)``: of each part, one for all notes that
        are as far from the next onset, as `LENGTH_TABLES` counts it in ``until``.

    Returns
    -------
    numpy.ndarray
        Steps, 1 or more, of each note in the order of ``np.nonzero(begins)``.
    """
    notes = _Notes.that_begin(begins)
    length = np.ones(len(notes), np.int64)
    for number in range(notes.number.max(initial=-1) + 1):
        own = np.flatnonzero(notes.number == number)
        some = notes.take(own)
        lower = length[own - 1] if number else None
        odds = _log_odds(some, lower, begins, goes_on, longer, doubt, tables)
        none_follows, span = some.until_next()
        chance = chances[some.row, some.part, none_follows * (len(_SPANS) + 1) + span]
        length[own] = _choose(odds, doubt[some.row, some.part], chance)
    return length


def _choose(odds: np.ndarray, doubt: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Choose from log odds ``(notes, lengths)``: the likeliest, or in doubt by chance."""
    odds = odds - odds.max(1, keepdims=True)
    so_far = np.cumsum(np.exp(odds / np.maximum(doubt, _LEAST_DOUBT)[:, None]), axis=1)
    drawn = (so_far <= (chance * so_far[:, -1])[:, None]).sum(1)
    longest = odds.shape[1] - 1 - np.isfinite(odds)[:, ::-1].argmax(1)  # that is possible
    drawn = np.minimum(drawn, longest)
    return np.where(doubt > _LEAST_DOUBT, drawn, odds.argmax(1))


def _log_odds(
    notes: _Notes,
    lower: np.ndarray | None,
    begins: np.ndarray,
    goes_on: np.ndarray,
    longer: np.ndarray,
    doubt: np.ndarray,
    tables: Tables,
) -> np.ndarray:
    """The log odds of each length, 0 to 32; `lower` are those of the next lower notes of chords."""
    of_length, of_end = tables["length"][notes.part], tables["end"][notes.part]
    of_alike = tables["alike"][notes.part]
    of_until = tables["until"][(notes.part, *notes.until_next())]
    to_end = notes.to_end
    share = doubt[notes.row, notes.part]
    index = np.arange(len(notes))
    odds = np.zeros(len(notes), np.float32)
    lasts = np.ones(len(notes), bool)
    found = np.full((len(notes), STEPS_PER_PHRASE + 1), -np.inf)
    for steps in range(1, STEPS_PER_PHRASE + 1):
        if steps > 1:
            step = np.minimum(notes.step + steps - 1, STEPS_PER_PHRASE - 1)
            place = notes.row, notes.part, step, notes.pitch
            lasts &= (steps <= to_end) & ~begins[place]
            if not lasts.any():
                break
            network = goes_on[place]
            odds += (1 - share) * network + share * network.clip(-_SUREST, _SUREST)
            odds += longer[notes.row, notes.part]
        tilt = of_length[index, np.where(to_end == steps, 0, steps)]
        tilt = tilt + of_end[index, notes.ends(steps)]
        tilt += of_until[:, np.searchsorted(_SPANS, steps)]
        if lower is not None:
            tilt += of_alike[index, (lower == steps).astype(np.int64)]
        found[:, steps] = np.where(lasts, odds + share * tilt, -np.inf)
    return found


def count_lengths(begins: np.ndarray, sounding: np.ndarray) -> Tables:
    """Count in phrases what the tables are about.

    Parameters
    ----------
    begins, sounding : numpy.ndarray
        Bool, ``(n, parts, 32, 88)``.

    Returns
    -------
    dict of str to numpy.ndarray
        Of `LENGTH_TABLES`: sums over the phrases.
    """
    counts = no_tables(LENGTH_TABLES)
    certain, none = np.where(sounding, 1.0, -np.inf), np.zeros(begins.shape[:2])
    chances = np.zeros((*none.shape, LENGTH_CHANCES))
    notes = _Notes.that_begin(begins)
    length = choose_lengths(begins, certain, none, none, counts, chances)
    in_table = np.where(length == notes.to_end, 0, length)
    np.add.at(counts["length"], (notes.part, in_table), 1)
    np.add.at(counts["end"], (notes.part, notes.ends(length)), 1)
    spans = (*notes.until_next(), np.searchsorted(_SPANS, length))
    np.add.at(counts["until"], (notes.part, *spans), 1)
    higher = np.flatnonzero(notes.number > 0)
    alike = (length[higher] == length[higher - 1]).astype(np.int64)
    np.add.at(counts["alike"], (notes.part[higher], alike), 1)
    return counts
