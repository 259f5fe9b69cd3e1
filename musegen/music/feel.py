"""Feel: notes are played a little off the times that they are written at."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musegen.errors import MusicError
from musegen.music.notes import (
    DRUMS,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
)

__all__ = ["Feel", "played"]

_OFFBEAT = STEPS_PER_BEAT / 2  # the straight off-beat eighth: the middle of its beat
_TRIPLET = STEPS_PER_BEAT * 2 / 3  # the swung one: the last of the beat's three triplets

# A drummer's hit stays nearest to its own step, also in ticks: a file is read back note for note.
_LARGEST_OFFSET = 0.49
_SHORTEST_HIT = 0.25  # steps: what a late hit has left at least

# Standard deviations in steps, since players' errors grow with the time between their notes: at 96
# beats a minute the lead's is 8 ms, heard as somebody playing and not as a mistake. Who keeps the
# time is steadier than who sings over it.
_LOOSENESS = np.array(
    [{"lead": 0.05, "counter": 0.045, "chords": 0.035, "bass": 0.03}.get(part, 0) for part in PARTS]
)
_FINGERS = 0.012  # the same among the notes of a chord: 2 ms, one hand
_MOST = 2.5  # standard deviations: nothing is off by more than 0.16 steps
# Not `default_rng`: these are the same numbers with every version of numpy, so that a piece's file
# is the same bytes.
_WHITE = np.random.RandomState(0).standard_normal(1024).clip(-_MOST, _MOST)
# A player drifts and comes back, more than jumps about: what is off on one step is still so on
# the next. So each is the mean of four steps, made as wide again.
_DRIFT = (sum(np.roll(_WHITE, i) for i in range(4)) / 2).clip(-_MOST, _MOST)


@dataclass(frozen=True)
class Feel:
    """How a phrase is played.

    Attributes
    ----------
    swing : float
        0 to 1, how late the off-beat eighth is: at 0 half a beat after the beat, at 1 two thirds,
        as the last of three triplets. Sixteenths move along; beats stay.
    human : bool
        Whether drums have their timing offsets, and the other parts small deviations of their
        own. If not, all is on the grid, the swung one where there is swing.

    Raises
    ------
    MusicError
        If `swing` is out of its range.
    """

    swing: float = 0.0  # straight, as the training songs are
    human: bool = True  # the drummers' timing is what makes their beats worth hearing

    def __post_init__(self) -> None:
        if not 0 <= self.swing <= 1:
            raise MusicError(f"swing is {self.swing}; it goes from 0 to 1")


def played(notes: np.ndarray, feels: Sequence[Feel], steps: int) -> tuple[np.ndarray, np.ndarray]:
    """When the notes of a piece are heard.

    The same bar is played alike wherever it stands, in any key, and a part alone as with the
    others. A note that lasts until its part goes on ends as the next begins.

    Parameters
    ----------
    notes : numpy.ndarray
        Dtype `NOTE`, tidy (`musegen.music.notes.tidy_notes`), onsets from the start of the piece.
    feels : sequence of Feel
        One for each phrase.
    steps : int
        Length of the piece.

    Returns
    -------
    start, end : numpy.ndarray
        Positions in steps from the start of the piece, float64, one for each note. All lie between
        0 and `steps`, each start before its end, and no note ends after its pitch starts again in
        the same part.
    """
    onset, part = notes["onset"], notes["part"]
    drums = part == DRUMS
    human = np.array([feel.human for feel in feels])[onset // STEPS_PER_PHRASE]
    together, apart = _deviations(notes)
    offset = np.clip(notes["offset"].astype(np.float64), -_LARGEST_OFFSET, _LARGEST_OFFSET)
    together = np.where(human, np.where(drums, offset, together), 0.0)
    apart = np.where(human & ~drums, apart, 0.0)
    start = np.maximum(0, onset + together + apart)

    # What its part goes on with at a note's end decides when it ends; else it keeps its length.
    follows = np.full((len(PARTS), steps + 1), np.nan)
    follows[part, onset] = together
    written_end = onset + notes["duration"]
    late = follows[part, written_end]
    end = written_end + np.where(np.isnan(late), together, late)
    end = np.where(drums, np.maximum(start + _SHORTEST_HIT, written_end), end)
    end = np.minimum(np.minimum(end, _again(notes, start)), steps)

    swings = np.array([feel.swing for feel in feels])
    return _swung(start, swings), _swung(end, swings)


def _deviations(notes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Deviations of human players in steps: of each onset of a part, and of its notes within."""
    bar, at = np.divmod(notes["onset"], STEPS_PER_BAR)
    place = np.zeros(len(notes), np.int64)
    interval = np.zeros(len(notes), np.int64)
    voice = bar * len(PARTS) + notes["part"]
    order = np.argsort(voice, kind="stable")
    # By bars, since music is cut and joined at them; by parts, since each is heard alone too.
    for rows in np.split(order, np.flatnonzero(np.diff(voice[order])) + 1):
        if not len(rows):
            continue  # a piece without notes
        pitch = notes["pitch"][rows]
        interval[rows] = (pitch - pitch[0]) % 12  # the same in any key
        name = np.concatenate([notes["part"][rows[:1]], at[rows], interval[rows]])
        place[rows] = zlib.crc32(name.astype(np.uint8).tobytes())
    together = _LOOSENESS[notes["part"]] * _DRIFT[(place + at) % len(_DRIFT)]
    apart = _FINGERS * _WHITE[(place + at + STEPS_PER_BAR * interval) % len(_WHITE)]
    # Notes are in order: the first of an onset and part is a chord's lowest, or alone.
    begins = np.ones(len(notes), bool)
    begins[1:] = (np.diff(notes["onset"]) != 0) | (np.diff(notes["part"]) != 0)
    return together, np.where(begins, 0.0, apart)


def _again(notes: np.ndarray, start: np.ndarray) -> np.ndarray:
    """When each note's pitch starts again in its part; infinity where it does not."""
    again = np.full(len(notes), np.inf)
    order = np.lexsort((notes["onset"], notes["pitch"], notes["part"]))
    voice = notes["part"][order].astype(np.int64) * 1024 + notes["pitch"][order]
    same = np.flatnonzero(voice[1:] == voice[:-1])
    again[order[same]] = start[order[same + 1]]
    return again


def _swung(position: np.ndarray, swings: np.ndarray) -> np.ndarray:
    """Positions of straight time in swung time: the two halves of each beat stretched evenly."""
    beat, within = np.divmod(position, STEPS_PER_BEAT)
    phrase = np.minimum((position // STEPS_PER_PHRASE).astype(int), len(swings) - 1)
    offbeat = _OFFBEAT + swings[phrase] * (_TRIPLET - _OFFBEAT)
    first = within * (offbeat / _OFFBEAT)
    second = STEPS_PER_BEAT - (STEPS_PER_BEAT - within) * (STEPS_PER_BEAT - offbeat) / _OFFBEAT
    return beat * STEPS_PER_BEAT + np.where(within < _OFFBEAT, first, second)
