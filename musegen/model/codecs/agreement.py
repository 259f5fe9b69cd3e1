"""Chooses the notes of a phrase one after the other, so that they agree with each other.

A network that is unsure writes what may happen at each pitch and step by itself: two notes of which
one is meant, a melody that leaps between them, a second beside a third. Here each note is chosen
given those before it and below it. The log odds of a note are changed by tables of what was
chosen already, in proportion to how unsure the network is of the part in this phrase: what it is
certain of stays as it is. A part that has repeated a rhythm or a figure goes on repeating it, a
band that has filled all eighths goes on filling them, and a pitch class that has not been heard in
the phrase is rarer than one that has. How long the notes last is chosen afterwards
(`musegen.model.codecs.note_lengths`).

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

__all__ = ["ONSET_TABLES", "PITCHES", "choose_onsets", "count_onsets"]

PITCHES = 88  # the keys of a piano
_PARTS = len(SONG_PARTS)
# On a step the bass is chosen first, as chords stand on it and the melody over both.
_ORDER = tuple(SONG_PARTS.index(part) for part in ("bass", "lead", "chords", "counter"))
_WIDEST = 12  # semitones between two notes of a line: wider intervals count as these
_NO_INTERVAL = 2 * _WIDEST + 1  # the line has no note yet
_NO_CLASS = 12
# Steps between two onsets of a line up to which they are as far apart as a sixteenth, an eighth, a
# quarter and a half note; all others are farther apart.
_GAPS = np.array([1, 2, 4, 8])
_COUNTS = 8
# Lags in steps: an eighth, a beat, half a bar and a bar.
_BAND_LAGS = (2, 4, 8, 16)
_PART_LAGS = (4, 8, 16)
_PITCH_LAGS = (8, 16)
_CHORD = 3  # notes that begin together: more count as these
_HALF_BAR = 8  # steps
# How much the log odds of a network that is unsure count: it is surer than it is right.
_TRUST = 0.6
_REACH = 6.0  # nats, of those that count: notes that are less likely cannot be made likely
_PITCH = np.arange(PITCHES)
_CLASS = _PITCH % 12  # counted from the lowest key
_OF_CLASS = (_CLASS[:, None] == np.arange(12)).astype(np.float32)
_ABOVE = (np.arange(12) - np.arange(12)[:, None]) % 12  # the second class above the first
_NUMBER = np.arange(_COUNTS)


def _set_count(lags: tuple[int, ...]) -> int:
    """How many sets of lags there are: of none, of the first alone, of the first two, and so on.

    A phrase's first beat has nothing to look back to, and its first bar not a whole one.
    """
    return sum(2**known for known in range(len(lags) + 1))


# The tables of the song for onsets: what is added to the log odds of notes, or how often they are.
#
# place       the part begins notes on this step
# count       a first, second, third … note of the part on one step, by whether it began as many
#             a beat, half a bar and a bar ago
# band        the part begins notes, by whether a part before it in `_ORDER` does, and whether any
#             part did an eighth, a beat, half a bar and a bar ago
# melody      by the time since the part's last notes, the interval from the highest, -12 to 12, or
#             that there was none
# degree      by the pitch class of the highest of the part's last notes, or that it had none, the
#             pitch class; both counted from A
# chord       the interval to another note of the part on the step, modulo 12
# beside      by the part of a note that sounds, the interval above it, modulo 12
# repeat      by how many notes the part began last, 0 to 3: the pitch was not among them nor among
#             those before them, was among the last, among those before, or both
# recurrence  the part began this pitch neither half a bar nor a bar ago, half a bar, a bar, or both
# heard       by the half bar of the phrase, whether the pitch class has begun before: in no part,
#             in this one, in others, in both
ONSET_TABLES = {
    "place": (_PARTS, STEPS_PER_PHRASE),
    "count": (_PARTS, _COUNTS, _set_count(_PART_LAGS)),
    "band": (_PARTS, 2, _set_count(_BAND_LAGS)),
    "melody": (_PARTS, len(_GAPS) + 1, _NO_INTERVAL + 1),
    "degree": (_PARTS, _NO_CLASS + 1, 12),
    "chord": (_PARTS, 12),
    "beside": (_PARTS, _PARTS, 12),
    "repeat": (_PARTS, _CHORD + 1, 4),
    "recurrence": (_PARTS, 2 ** len(_PITCH_LAGS)),
    "heard": (_PARTS, STEPS_PER_PHRASE // _HALF_BAR, 4),
}


class _Past:
    """What sounds at a step, and which notes each part has begun before it.

    Parameters
    ----------
    begins : numpy.ndarray
        Bool, ``(n, parts, 32, 88)``. What a part begins on a step is read when it is added, and
        from then on.
    """

    def __init__(self, begins: np.ndarray) -> None:
        n = len(begins)
        self.step = -1
        self.classes = np.zeros((n, _PARTS, 12), np.float32)  # that sound
        self._begins = begins
        self._notes: np.ndarray = np.zeros((n, _PARTS, PITCHES), bool)  # that sound
        self._heard = np.zeros((n, _PARTS, 12), bool)
        self._since = np.full((n, _PARTS), STEPS_PER_PHRASE)
        self._last_two = np.zeros((2, n, _PARTS, PITCHES), bool)  # what began last, and before
        self._band = np.zeros((n, STEPS_PER_PHRASE), bool)  # whether any part begins notes

    def go_on(self, goes_on: np.ndarray) -> None:
        """Go to the next step: notes end unless their pitch goes on, bool ``(n, parts, 88)``."""
        self.step += 1
        self._notes &= goes_on
        self.classes = (self._notes @ _OF_CLASS > 0).astype(np.float32)
        self._since += 1

    def gap(self, part: int) -> np.ndarray:
        """How far the last note of a part is away, as the tables count it, ``(n,)``."""
        return np.searchsorted(_GAPS, self._since[:, part])

    def intervals(self, part: int) -> np.ndarray:
        """The interval of each key from the last note of a part, as the tables count it."""
        last = _highest(self._last_two[0, :, part])[:, None]
        interval = (_PITCH - last).clip(-_WIDEST, _WIDEST) + _WIDEST
        return np.where(last < 0, _NO_INTERVAL, interval)

    def last_class(self, part: int) -> np.ndarray:
        """The class of the highest of a part's last notes, as the tables count it, ``(n,)``."""
        last = _highest(self._last_two[0, :, part])
        return np.where(last < 0, _NO_CLASS, last % 12)

    def lag_sets(self, part: int) -> np.ndarray:
        """At which lags a part began a first, second … note, as the tables count it, ``(n, 8)``."""
        before = self._before(part, _PART_LAGS)
        began = [begins.sum(1, keepdims=True) > _NUMBER for begins in before]
        return _to_sets(began, (len(self._notes), _COUNTS))

    def band(self) -> tuple[np.ndarray, np.ndarray]:
        """Whether a part begins on this step, and at which lags one did, as the tables count it."""
        began = [self._band[:, self.step - lag] for lag in _BAND_LAGS if lag <= self.step]
        begins = self._band[:, self.step]
        return begins.astype(np.int64), _to_sets(began, begins.shape)

    def repeats(self, part: int) -> tuple[np.ndarray, np.ndarray]:
        """How many notes a part began last, and which keys lately, as the tables count it.

        Of the shapes ``(n, 1)`` and ``(n, 88)``.
        """
        last, before = self._last_two[:, :, part]
        return np.minimum(last.sum(1, keepdims=True), _CHORD), last + 2 * before

    def recurrences(self, part: int) -> np.ndarray:
        """At which lags a part began each key, as the tables count it, ``(n, 88)``."""
        return _to_numbers(self._before(part, _PITCH_LAGS), (len(self._notes), PITCHES))

    def _before(self, part: int, lags: tuple[int, ...]) -> list[np.ndarray]:
        """What a part began at the lags that the phrase is long enough for, bool ``(n, 88)``."""
        return [self._begins[:, part, self.step - lag] for lag in lags if lag <= self.step]

    def heard(self, part: int) -> np.ndarray:
        """In which parts each key's pitch class has begun, as the tables count it, ``(n, 88)``."""
        others = np.arange(_PARTS) != part
        found = self._heard[:, part] + 2 * self._heard[:, others].any(1)
        return found[:, _CLASS]

    def add(self, part: int) -> None:
        """Begin the notes of a part on this step."""
        begins = self._begins[:, part, self.step]
        self._notes[:, part] |= begins
        self.classes[:, part] = self._notes[:, part] @ _OF_CLASS > 0
        self._heard[:, part] |= begins @ _OF_CLASS > 0
        any_begins = begins.any(1)
        self._since[any_begins, part] = 0
        self._last_two[1, any_begins, part] = self._last_two[0, any_begins, part]
        self._last_two[0, any_begins, part] = begins[any_begins]
        self._band[:, self.step] |= any_begins


def _to_sets(began: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Number the sets of lags at which something began, as `_set_count` counts them."""
    return 2 ** len(began) - 1 + _to_numbers(began, shape)


def _to_numbers(bits: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Read arrays of bits as numbers, the lowest bit first; 0 if there are none."""
    numbers = np.zeros(shape, np.int64)
    for place, bit in enumerate(bits):
        numbers += bit.astype(np.int64) << place
    return numbers


def _highest(begins: np.ndarray) -> np.ndarray:
    """The highest key of each row, bool ``(n, 88)``; -1 where there is none."""
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
        Of `ONSET_TABLES`.
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
    trust = 1 - (1 - _TRUST) * doubt[:, :, None, None]
    odds = trust * (onset - threshold)
    past = _Past(begins)
    # For each part: classes that sound in each part, and classes that begin above them.
    above = tables["beside"][:, :, _ABOVE].reshape(_PARTS, -1, 12)
    for step in range(STEPS_PER_PHRASE):
        past.go_on(goes_on[:, :, step])
        for part in _ORDER:
            here = odds[:, part, step]
            possible = (doubt[:, part] > 0) & (here.max(1) > -_REACH)
            if possible.any():
                share = doubt[possible, part]
                count = tables["count"][part][_NUMBER, past.lag_sets(part)[possible]]
                more = share[:, None] * count
                more[:, 0] += share * tables["band"][part][past.band()][possible]
                more[:, 1:] += full[possible, part, None]
                begins[possible, part, step] = _choose(
                    here[possible],
                    _tilt(past, part, tables, above[part])[possible],
                    share,
                    more,
                    tables["chord"][part],
                )
            past.add(part)
    return begins


def _tilt(past: _Past, part: int, tables: Tables, above: np.ndarray) -> np.ndarray:
    """What the tables say of each key of a part, whatever else begins on the step, ``(n, 88)``."""
    fit = past.classes.reshape(len(past.classes), -1) @ above
    tilt = tables["melody"][part, past.gap(part)[:, None], past.intervals(part)]
    tilt += tables["degree"][part, past.last_class(part)][:, _CLASS]
    tilt += tables["place"][part, past.step] + fit[:, _CLASS]
    tilt += tables["heard"][part, past.step // _HALF_BAR][past.heard(part)]
    tilt += tables["repeat"][part][past.repeats(part)]
    return tilt + tables["recurrence"][part][past.recurrences(part)]


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


def count_onsets(begins: np.ndarray, sounding: np.ndarray) -> Tables:
    """Count in phrases what the tables are about.

    Parameters
    ----------
    begins, sounding : numpy.ndarray
        Bool, ``(n, parts, 32, 88)``.

    Returns
    -------
    dict of str to numpy.ndarray
        Of `ONSET_TABLES`: sums over the phrases.
    """
    counts = no_tables(ONSET_TABLES)
    past = _Past(begins)
    interval_of = np.abs(_PITCH - _PITCH[:, None]) % 12
    pairs = np.triu(np.ones((PITCHES, PITCHES), np.float32), 1)
    for step in range(STEPS_PER_PHRASE):
        past.go_on(sounding[:, :, step])
        for part in _ORDER:
            new = begins[:, part, step]
            number = new.sum(1)
            counts["place"][part, step] += (number > 0).sum()
            np.add.at(counts["band"][part], tuple(x[number > 0] for x in past.band()), 1)
            row, before = np.nonzero(number[:, None] > _NUMBER)
            np.add.at(counts["count"][part], (before, past.lag_sets(part)[row, before]), 1)
            for name, place in {
                "melody": (past.gap(part)[:, None], past.intervals(part)),
                "degree": (past.last_class(part)[:, None], _CLASS),
                "repeat": past.repeats(part),
            }.items():
                of_new = tuple(x[new] for x in np.broadcast_arrays(*place))
                np.add.at(counts[name][part], of_new, 1)
            np.add.at(counts["recurrence"][part], past.recurrences(part)[new], 1)
            np.add.at(counts["heard"][part, step // _HALF_BAR], past.heard(part)[new], 1)
            ones = new.astype(np.float32)
            together = (ones.T @ ones) * pairs
            counts["chord"][part] += np.bincount(interval_of.ravel(), together.ravel(), 12)
            new_classes = ones @ _OF_CLASS
            for other in set(_ORDER) - {part}:
                # Of each class that sounds, how often each class begins.
                pair = past.classes[:, other].T @ new_classes
                counts["beside"][part, other] += np.bincount(_ABOVE.ravel(), pair.ravel(), 12)
            past.add(part)
    return counts
