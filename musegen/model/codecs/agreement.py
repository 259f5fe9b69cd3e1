"""Chooses the notes of a phrase one after the other, so that they agree with each other.

A network that is unsure writes what may happen at each pitch and step by itself: two notes of which
one is meant, a melody that leaps between them, a second beside a third. Here each note is chosen
given those before it and below it. The log odds of a note are changed by tables of what was
chosen already, in proportion to how unsure the network is of the part in this phrase: what
it is certain of stays as it is.

The tables are such that the notes of draws have the statistics of people's: an exponential tilt of
the network's distribution, which of all distributions with these statistics is the nearest to it
(Csiszar 1975, I-divergence geometry of probability distributions and minimization problems;
Khalifa et al. 2021, A distributional approach to controlled text generation, section 2).
`musegen.training.note_tables` finds them.
"""

# NumPy's types do not know what a transposed or a reshaped array is.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import numpy as np

from musegen.model.codecs.tables import Tables, no_tables
from musegen.music.notes import SONG_PARTS, STEPS_PER_PHRASE

__all__ = ["PITCHES", "TABLE_SHAPES", "choose_lengths", "choose_onsets", "count_notes"]

PITCHES = 88  # the keys of a piano
_PARTS = len(SONG_PARTS)
# On a step the bass is chosen first, as chords stand on it and the melody over both.
_ORDER = tuple(SONG_PARTS.index(part) for part in ("bass", "lead", "chords", "counter"))
_WIDEST = 12  # semitones between two notes of a line: wider intervals count as these
_NO_INTERVAL = 2 * _WIDEST + 1  # the line has no note yet
# Steps between two onsets of a line up to which they are as far apart as a sixteenth, an eighth, a
# quarter and a half note; all others are farther apart.
_GAPS = np.array([1, 2, 4, 8])
_COUNTS = 8
_REACH = 4.0  # nats: the likeliest notes that tables can bring about have a probability of .02
_PITCH = np.arange(PITCHES)
_CLASS = _PITCH % 12  # counted from the lowest key
_OF_CLASS = (_CLASS[:, None] == np.arange(12)).astype(np.float32)
_ABOVE = (np.arange(12) - np.arange(12)[:, None]) % 12  # the second class above the first


# The tables of the song: what is added to the log odds of notes, or how often they occur.
#
# place    the part begins notes on this step
# count    a first, second, third … note of the part on one step
# melody   by the time since the part's last notes, the interval from the highest, -12 to 12, or
#          that there was none
# chord    the interval to another note of the part on the step, modulo 12
# beside   by the part of a note that sounds, the interval above it, modulo 12
# length   the note lasts so many steps; at 0, to the end of the phrase
TABLE_SHAPES = {
    "place": (_PARTS, STEPS_PER_PHRASE),
    "count": (_PARTS, _COUNTS),
    "melody": (_PARTS, len(_GAPS) + 1, _NO_INTERVAL + 1),
    "chord": (_PARTS, 12),
    "beside": (_PARTS, _PARTS, 12),
    "length": (_PARTS, STEPS_PER_PHRASE + 1),
}


class _Sounding:
    """What sounds at a step, and the last notes of each part."""

    def __init__(self, n: int) -> None:
        self.notes: np.ndarray = np.zeros((n, _PARTS, PITCHES), bool)
        self.classes = np.zeros((n, _PARTS, 12), np.float32)
        self._last: np.ndarray = np.full((n, _PARTS), -1)
        self._since = np.full((n, _PARTS), STEPS_PER_PHRASE)

    def go_on(self, goes_on: np.ndarray) -> None:
        """Go to the next step: notes end unless their pitch goes on, bool ``(n, parts, 88)``."""
        self.notes &= goes_on
        self.classes = (self.notes @ _OF_CLASS > 0).astype(np.float32)
        self._since += 1

    def gap(self, part: int) -> np.ndarray:
        """How far the last note of a part is away, as the tables count it, ``(n,)``."""
        return np.searchsorted(_GAPS, self._since[:, part])

    def interval(self, part: int, pitch: np.ndarray) -> np.ndarray:
        """The interval from the last note of a part, as the tables count it, ``(n, …)``."""
        last = self._last[:, part, None]
        interval = (pitch - last).clip(-_WIDEST, _WIDEST) + _WIDEST
        return np.where(last < 0, _NO_INTERVAL, interval)

    def add(self, part: int, begins: np.ndarray) -> None:
        """Begin notes, bool ``(n, 88)``."""
        self.notes[:, part] |= begins
        self.classes[:, part] = self.notes[:, part] @ _OF_CLASS > 0
        any_begins = begins.any(1)
        self._last[any_begins, part] = _highest(begins)[any_begins]
        self._since[any_begins, part] = 0


def _highest(begins: np.ndarray) -> np.ndarray:
    return np.where(begins, _PITCH, -1).max(1)


def choose_onsets(
    onset: np.ndarray,
    goes_on: np.ndarray,
    doubt: np.ndarray,
    threshold: float,
    tables: Tables,
    full: np.ndarray,
) -> np.ndarray:
    """Choose which notes begin.

    Parameters
    ----------
    onset : numpy.ndarray
        Log odds, ``(n, parts, 32, 88)``.
    goes_on : numpy.ndarray
        Whether a pitch that sounded before goes on, bool, in the same shape.
    doubt : numpy.ndarray
        How much the tables count in each part, 0 to 1, ``(n, parts)``.
    threshold : float
        Log odds above which a note begins.
    tables : dict of str to numpy.ndarray
        Of `TABLE_SHAPES`.
    full : numpy.ndarray
        Added to the log odds of all notes of a part on a step but the first, ``(n, parts)``.

    Returns
    -------
    numpy.ndarray
        Bool, in the shape of `onset`.
    """
    begins = onset > threshold
    if not doubt.any():
        return begins
    sounding = _Sounding(len(onset))
    # For each part: classes that sound in each part, and classes that begin above them.
    above = tables["beside"][:, :, _ABOVE].reshape(_PARTS, -1, 12)
    for step in range(STEPS_PER_PHRASE):
        sounding.go_on(goes_on[:, :, step])
        for part in _ORDER:
            here = onset[:, part, step]
            possible = (doubt[:, part] > 0) & (here.max(1) > threshold - _REACH)
            if possible.any():
                fit = sounding.classes.reshape(len(onset), -1) @ above[part]
                interval = sounding.interval(part, _PITCH)
                tilt = tables["melody"][part, sounding.gap(part)[:, None], interval]
                tilt += tables["place"][part, step] + fit[:, _CLASS]
                more = doubt[possible, part, None] * tables["count"][part]
                more[:, 1:] += full[possible, part, None]
                begins[possible, part, step] = _choose(
                    here[possible] - threshold,
                    tilt[possible],
                    doubt[possible, part],
                    more,
                    tables["chord"][part],
                )
            sounding.add(part, begins[:, part, step])
    return begins


def _choose(
    onset: np.ndarray, tilt: np.ndarray, doubt: np.ndarray, more: np.ndarray, chord: np.ndarray
) -> np.ndarray:
    """Choose the notes of a part on a step, the likeliest first, while their log odds are over 0.

    To those of a first note, a second one and so on `more` is added, ``(n, 8)``.
    """
    share = doubt[:, None]
    odds = onset + share * np.minimum(tilt, _REACH)
    chosen = np.zeros(odds.shape, bool)
    row = np.arange(len(odds))
    goes_on = np.ones(len(odds), bool)
    for number in range(PITCHES):
        best = odds.argmax(1)
        goes_on &= odds[row, best] + more[:, min(number, _COUNTS - 1)] > 0
        if not goes_on.any():
            break
        chosen[row[goes_on], best[goes_on]] = True
        odds = odds + share * chord[np.abs(_PITCH - best[:, None]) % 12]
        odds[row, best] = -np.inf
    return chosen


def choose_lengths(
    begins: np.ndarray, goes_on: np.ndarray, doubt: np.ndarray, tables: Tables
) -> np.ndarray:
    """Choose how long notes last inside the phrase.

    The most likely run of steps that all go on, if steps are independent: it bridges an unlikely
    one if later ones make up for it. A run ends where the pitch begins again.

    Parameters
    ----------
    begins : numpy.ndarray
        Bool, ``(n, parts, 32, 88)``.
    goes_on : numpy.ndarray
        Log odds that a pitch that sounded before goes on, in the same shape.
    doubt, tables
        As for `choose_onsets`.

    Returns
    -------
    numpy.ndarray
        Steps, 1 or more, of each note in the order of ``np.nonzero(begins)``.
    """
    row, part, step, pitch = np.nonzero(begins)
    table = tables["length"][part] * doubt[row, part, None]
    to_end = STEPS_PER_PHRASE - step
    notes = np.arange(len(row))
    odds = np.zeros(len(row), np.float32)
    lasts = np.ones(len(row), bool)
    length = np.ones(len(row), np.int64)
    best = table[notes, np.where(to_end == 1, 0, 1)]
    for steps in range(2, STEPS_PER_PHRASE + 1):
        place = (row, part, np.minimum(step + steps - 1, STEPS_PER_PHRASE - 1), pitch)
        lasts &= (steps <= to_end) & ~begins[place]
        if not lasts.any():
            break
        odds += goes_on[place]
        value = odds + table[notes, np.where(to_end == steps, 0, steps)]
        better = lasts & (value > best)
        length[better], best[better] = steps, value[better]
    return length


def count_notes(begins: np.ndarray, sounding: np.ndarray) -> Tables:
    """Count in phrases what the tables are about.

    Parameters
    ----------
    begins, sounding : numpy.ndarray
        Bool, ``(n, parts, 32, 88)``.

    Returns
    -------
    dict of str to numpy.ndarray
        Of `TABLE_SHAPES`: sums over the phrases.
    """
    counts = no_tables(TABLE_SHAPES)
    now = _Sounding(len(begins))
    interval_of = np.abs(_PITCH - _PITCH[:, None]) % 12
    pairs = np.triu(np.ones((PITCHES, PITCHES), np.float32), 1)
    for step in range(STEPS_PER_PHRASE):
        now.go_on(sounding[:, :, step])
        for part in _ORDER:
            new = begins[:, part, step]
            number = new.sum(1)
            some = number > 0
            counts["place"][part, step] += some.sum()
            counts["count"][part] += (number[:, None] > np.arange(_COUNTS)).sum(0)
            row, pitch = np.nonzero(new)
            interval = now.interval(part, _PITCH)[row, pitch]
            np.add.at(counts["melody"][part], (now.gap(part)[row], interval), 1)
            ones = new.astype(np.float32)
            together = (ones.T @ ones) * pairs
            counts["chord"][part] += np.bincount(interval_of.ravel(), together.ravel(), 12)
            new_classes = ones @ _OF_CLASS
            for other in set(_ORDER) - {part}:
                # Of each class that sounds, how often each class begins.
                pair = now.classes[:, other].T @ new_classes
                counts["beside"][part, other] += np.bincount(_ABOVE.ravel(), pair.ravel(), 12)
            now.add(part, new)
    certain, doubt = np.where(sounding, 1.0, -np.inf), np.zeros(begins.shape[:2])
    lengths = choose_lengths(begins, certain, doubt, counts)
    _, part, step, _ = np.nonzero(begins)
    to_end = step + lengths == STEPS_PER_PHRASE
    np.add.at(counts["length"], (part, np.where(to_end, 0, lengths)), 1)
    return counts
