"""Feel: swing and human timing, which move notes off the steps that they are written on."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musegen.errors import MusicError
from musegen.music.notes import (
    BARS_PER_PHRASE,
    DRUMS,
    MAX_OFFSET,
    PARTS,
    SAME_TIME,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    BoolArray,
    FloatArray,
    IntArray,
    NoteArray,
    number_tones,
)

__all__ = ["Feel", "play_times"]

_STRAIGHT = STEPS_PER_BEAT / 2  # the straight off-beat eighth: the middle of its beat
_SWUNG = STEPS_PER_BEAT * 2 / 3  # the swung one: the last of the beat's three triplets

_SHORTEST = 0.25  # steps: the length that a late note keeps at least

# Standard deviations in steps, since players' errors grow with the time between their notes: at 96
# beats a minute the lead's is 8 ms, which sounds human and not like a mistake. The rhythm section
# is steadier than the melody.
_LOOSENESS = np.array(
    [{"lead": 0.05, "counter": 0.045, "chords": 0.035, "bass": 0.03}.get(part, 0) for part in PARTS]
)
_WITHIN_CHORD = 0.012  # the same between the notes of a chord: 2 ms, one hand
_MAX_DEVIATIONS = 2.5  # standard deviations: no note is more than 0.16 steps off
# `RandomState` and not `default_rng`, because its numbers are the same in every version of numpy:
# a piece is then written as the same bytes.
_WHITE = np.random.RandomState(0).standard_normal(1024).clip(-_MAX_DEVIATIONS, _MAX_DEVIATIONS)
# Players drift early or late more than they jump about, so deviations of neighbouring steps are
# correlated: each is the mean of four, scaled back to the same standard deviation.
_DRIFT = (np.sum([np.roll(_WHITE, i) for i in range(4)], axis=0) / 2).clip(
    -_MAX_DEVIATIONS, _MAX_DEVIATIONS
)


@dataclass(frozen=True)
class Feel:
    """How the notes of a phrase are timed.

    Attributes
    ----------
    swing : float
        0 to 1: how late the off-beat eighth is. At 0 it is in the middle of the beat, at 1 on the
        last of three triplets. Sixteenths move in proportion; beats stay.
    human : bool
        Whether notes are played at their offsets, and those without a known timing
        (`musegen.music.notes.timed_offsets`) with small deviations. If not, all notes are exactly
        on the (swung) steps, but for several notes of one pitch on one step, such as a roll.

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


def play_times(
    notes: NoteArray, feels: Sequence[Feel], bar_steps: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Compute when the notes of a piece are heard.

    The deviations depend on the notes of the bar and the part alone. So equal bars sound equal
    anywhere in a piece and in any key, and a part sounds the same alone and in the band. A note
    that ends on the step where its part starts another note ends exactly when that one starts.

    Parameters
    ----------
    notes : numpy.ndarray
        Dtype `NOTE`, tidy (`musegen.music.notes.tidy_notes`), onsets from the start of the piece.
    feels : sequence of Feel
        One for each phrase.
    bar_steps : numpy.ndarray
        How many of the 16 steps of each bar of the piece its meter uses, shape ``(bars,)``, int.

    Returns
    -------
    start, end : numpy.ndarray
        Positions in used steps from the start of the piece, float64, one for each note. All lie
        between 0 and the sum of `bar_steps`, each start before its end, and no note ends after its
        pitch starts again in the same part.
    """
    part = notes["part"]
    edges = np.concatenate([[0], np.cumsum(bar_steps)])
    # The first step after the piece is an end of notes too.
    place = np.minimum(np.arange(STEPS_PER_BAR), bar_steps[:, None]) + edges[:-1, None]
    played = np.append(place.ravel(), edges[-1])
    onset, written_end = played[notes["onset"]], played[notes["onset"] + notes["duration"]]
    offset = notes["offset"].astype(np.float64)
    offset = np.minimum(np.maximum(offset, -MAX_OFFSET), MAX_OFFSET)
    human = np.array([feel.human for feel in feels])[notes["onset"] // STEPS_PER_PHRASE]
    human |= _shares_step(notes)
    timed = (part == DRUMS) | (offset != 0)
    together, apart = _deviations(notes)
    together = np.where(human, np.where(timed, offset, together), 0.0)
    apart = np.where(human & ~timed, apart, 0.0)
    start = onset + together + apart
    start = np.maximum(start, _earliest(notes, start))

    # Where the part starts a note at the end of this one, both times move together.
    follows = np.full((len(PARTS), edges[-1] + 1), np.nan)
    np.fmin.at(follows, (part, onset), together)
    shift = follows[part, written_end]
    end = written_end + np.where(np.isnan(shift), together, shift)
    end = np.where(part == DRUMS, written_end, end)
    end = np.maximum(end, start + _SHORTEST)
    end = np.minimum(np.minimum(end, _next_start(notes, start)), edges[-1])

    swings = np.array([feel.swing for feel in feels])
    starts = edges[:-1:BARS_PER_PHRASE].astype(np.float64)
    return _apply_swing(start, swings, starts), _apply_swing(end, swings, starts)


def _deviations(notes: NoteArray) -> tuple[FloatArray, FloatArray]:
    """Return human deviations in steps: of each onset of a part, and of each note in a chord."""
    bar, step = np.divmod(notes["onset"], STEPS_PER_BAR)
    seed = np.zeros(len(notes), np.int64)
    interval = np.zeros(len(notes), np.int64)
    voice = bar * len(PARTS) + notes["part"]
    order = np.argsort(voice, kind="stable")
    # Each bar of each part has its own seed: a checksum of its notes relative to the first.
    for rows in np.split(order, np.flatnonzero(np.diff(voice[order])) + 1):
        if not len(rows):
            continue  # a piece without notes
        pitch = notes["pitch"][rows]
        interval[rows] = (pitch - pitch[0]) % 12  # the same in any key
        content = np.concatenate([notes["part"][rows[:1]], step[rows], interval[rows]])
        seed[rows] = zlib.crc32(content.astype(np.uint8).tobytes())
    together = _LOOSENESS[notes["part"]] * _DRIFT[(seed + step) % len(_DRIFT)]
    apart = _WITHIN_CHORD * _WHITE[(seed + step + STEPS_PER_BAR * interval) % len(_WHITE)]
    # Notes are sorted, so the first of an onset and part is the lowest of its chord. It stays.
    first = np.ones(len(notes), bool)
    first[1:] = (np.diff(notes["onset"]) != 0) | (np.diff(notes["part"]) != 0)
    return together, np.where(first, 0.0, apart)


def _shares_step(notes: NoteArray) -> BoolArray:
    """Return which notes share their step with another note of their part and pitch."""
    place = number_tones(notes) * (notes["onset"].max(initial=0) + 1) + notes["onset"]
    _, index, count = np.unique(place, return_inverse=True, return_counts=True)
    return count[index] > 1


def _earliest(notes: NoteArray, start: FloatArray) -> FloatArray:
    """Return when each note can be heard at the earliest: no note before the piece.

    Several notes of one pitch, such as a flam that begins before the piece, stay apart.
    """
    earliest = np.zeros(len(notes))
    rows = np.flatnonzero(notes["onset"] == 0)
    tone = number_tones(notes[rows])
    order = np.lexsort((start[rows], tone))
    tone = tone[order]
    earliest[rows[order]] = SAME_TIME * (np.arange(len(rows)) - np.searchsorted(tone, tone))
    return earliest


def _next_start(notes: NoteArray, start: FloatArray) -> FloatArray:
    """Return when the pitch of each note starts again in its part; infinity if it does not."""
    following = np.full(len(notes), np.inf)
    tone = number_tones(notes)
    order = np.lexsort((start, tone))
    same = np.flatnonzero(np.diff(tone[order]) == 0)
    following[order[same]] = start[order[same + 1]]
    return following


def _apply_swing(position: FloatArray, swings: FloatArray, starts: FloatArray) -> FloatArray:
    """Map positions in straight time to swung time, linearly within each half of a beat.

    `starts` has the used step that each phrase begins with.
    """
    phrase = np.searchsorted(starts, position, side="right") - 1
    # After a phrase in 7/8, beats begin between the quarters that are counted from the start.
    late = starts[phrase] % STEPS_PER_BEAT
    beat, within = np.divmod(position - late, STEPS_PER_BEAT)
    offbeat = _STRAIGHT + swings[phrase] * (_SWUNG - _STRAIGHT)
    first = within * (offbeat / _STRAIGHT)
    second = STEPS_PER_BEAT - (STEPS_PER_BEAT - within) * (STEPS_PER_BEAT - offbeat) / _STRAIGHT
    return beat * STEPS_PER_BEAT + np.where(within < _STRAIGHT, first, second) + late
