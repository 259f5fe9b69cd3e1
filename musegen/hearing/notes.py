"""Cuts the pitch of a voice into notes.

The notes are the most likely sequence of semitones, as in Mauch and others (2015), Computer-aided
Melody Note Transcription Using the Tony Software: changing the note costs something, so that
vibrato and scoops change none. Where the voice becomes much softer and louder again within a
note, the note was sung again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from musegen.hearing.pitch import FRAME_SECONDS, PitchTrack

__all__ = ["HeardNotes", "cut_notes"]

_SPREAD = 0.5  # semitones, of a sung pitch around its note
_FRAME_WEIGHT = 0.3  # frames overlap and tell less than so many independent ones would
_MOST = 3.0  # semitones: frames that are further off are errors, and tell no more
_CHANGE = 3.0  # cost of a new note
_GAP = 0.6  # cost of a frame without a pitch inside a note
_REST = 0.6  # cost of a frame with a pitch outside of a note
_DIP = 5.0  # decibels by which the voice sinks between two notes of one pitch; tremolo has 3
_SHORTEST = 0.07  # seconds; shorter ones are slides between notes
_RISE = 0.08  # seconds before the pitch is heard in which the voice may have begun
_SOFT = 10.0  # decibels below the note's level: there it begins
_SYLLABLE = 12  # frames: what is shorter is as often speech as song
_QUIET = 35.0  # decibels below the loudest notes: breath and room
_LOUD, _SOFTEST = 112, 56  # velocities of the loudest note, and of one 20 dB softer
_SMOOTH = 1.5  # frames
_VIBRATO = 8.0  # frames: a smoothing that leaves nothing of five waves a second


@dataclass(frozen=True, eq=False)
class HeardNotes:
    """Notes in order; arrays of shape ``(n,)``.

    Attributes
    ----------
    start, end : numpy.ndarray
        Seconds.
    pitch : numpy.ndarray
        MIDI numbers, int64.
    velocity : numpy.ndarray
        From 1 to 127, int64.
    cents : float
        How much higher than concert pitch the voice is tuned, -50 to 50.
    steadiness : float
        The share of the time in which the pitch stays on its note: near 1 for song, less than half
        for speech.
    voiced : float
        The share of the loud time in which a single pitch is heard: less if there are two voices.
    """

    start: np.ndarray
    end: np.ndarray
    pitch: np.ndarray
    velocity: np.ndarray
    cents: float = 0.0
    steadiness: float = 1.0
    voiced: float = 1.0


def cut_notes(track: PitchTrack) -> HeardNotes:
    """Return the notes that a voice sings."""
    level = gaussian_filter1d(track.level, _SMOOTH)
    is_loud = level > np.percentile(level, 95) - _QUIET
    pitch = np.where(is_loud, track.pitch, np.nan)
    heard = np.isfinite(pitch)
    if not heard.any():
        none = np.zeros(0)
        return HeardNotes(none, none, none.astype(int), none.astype(int), voiced=0.0)
    tuning = _tuning(pitch)
    number = _semitones(pitch - tuning)
    starts, ends = _stretches(number, level)
    numbers = number[starts]
    long = (ends - starts) * FRAME_SECONDS >= _SHORTEST
    starts, ends, numbers = starts[long], ends[long], numbers[long]
    loudness = np.array([level[a:b].max() for a, b in zip(starts, ends, strict=True)])
    begin = _find_rises(starts, ends, loudness, level)
    on_note = _on_note(pitch - tuning, starts, ends, numbers)
    softer = loudness.max(initial=-200) - loudness
    velocity = np.clip(_LOUD - softer * (_LOUD - _SOFTEST) / 20, 1, 127)
    sounding = level > np.percentile(level[heard], 75) - 15
    return HeardNotes(
        start=begin * FRAME_SECONDS,
        end=ends * FRAME_SECONDS,
        pitch=numbers.astype(np.int64),
        velocity=np.rint(velocity).astype(np.int64),
        cents=100 * tuning,
        steadiness=float(on_note.sum() / heard.sum()),
        voiced=float(np.mean(track.certainty[sounding])),
    )


def _tuning(pitch: np.ndarray) -> float:
    """Return by how many semitones the notes are off concert pitch, -0.5 to 0.5."""
    heard = np.isfinite(pitch)
    # Without vibrato: one of half a semitone is as often between two notes as on one.
    runs = np.split(pitch, np.flatnonzero(np.diff(heard)) + 1)
    steady = [gaussian_filter1d(run, _VIBRATO) for run in runs if np.isfinite(run[0])]
    turns = np.exp(2j * np.pi * np.concatenate(steady))
    return float(np.angle(turns.mean())) / (2 * np.pi)


def _semitones(pitch: np.ndarray) -> np.ndarray:
    """Return the semitone of each frame, by the Viterbi algorithm; -1 between notes."""
    heard = np.isfinite(pitch)
    low, high = (int(np.rint(f(pitch[heard]))) for f in (np.min, np.max))
    semitones = np.arange(low, high + 1)
    off = np.minimum(np.abs(np.nan_to_num(pitch)[:, None] - semitones), _MOST)
    cost = _FRAME_WEIGHT * np.square(off / _SPREAD) / 2
    cost[~heard] = _GAP
    rest = np.where(heard, _REST, 0.0)
    cost = np.column_stack([cost, rest])  # the last state is no note
    total, came = cost[0], np.zeros(cost.shape, np.int64)
    own = np.arange(cost.shape[1])
    for i in range(1, len(cost)):
        cheapest = int(total.argmin())
        is_new = total > total[cheapest] + _CHANGE
        came[i] = np.where(is_new, cheapest, own)
        total = np.where(is_new, total[cheapest] + _CHANGE, total) + cost[i]
    state = np.empty(len(cost), np.int64)
    state[-1] = total.argmin()
    for i in range(len(cost) - 1, 0, -1):
        state[i - 1] = came[i, state[i]]
    return np.append(semitones, -1)[state]


def _stretches(number: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first frame of each note and the first after it."""
    dips, _ = find_peaks(-level, prominence=_DIP)
    edge = np.concatenate([[True], np.diff(number) != 0])
    edge[dips] = True
    starts = np.flatnonzero(edge)
    ends = np.append(starts[1:], len(number))
    is_note = number[starts] >= 0
    return starts[is_note], ends[is_note]


def _find_rises(
    starts: np.ndarray, ends: np.ndarray, loudness: np.ndarray, level: np.ndarray
) -> np.ndarray:
    """Return the frame in which each note begins: where the voice rises, if it was silent."""
    begin = starts.copy()
    most = round(_RISE / FRAME_SECONDS)
    for i, start in enumerate(starts):
        is_loud = level > loudness[i] - _SOFT
        earliest = max(ends[i - 1] if i else 0, start - most)
        while begin[i] > earliest and is_loud[begin[i] - 1]:
            begin[i] -= 1
        if begin[i] == start and not is_loud[start]:
            later = np.flatnonzero(is_loud[start : min(start + most, ends[i])])
            begin[i] += later[0] if len(later) else 0
    return begin


def _on_note(
    pitch: np.ndarray, starts: np.ndarray, ends: np.ndarray, numbers: np.ndarray
) -> np.ndarray:
    """Return for each frame of a note whether its pitch, without vibrato, is that of the note."""
    found = [np.zeros(0, bool)]
    for start, end, number in zip(starts, ends, numbers, strict=True):
        own = pitch[start:end]
        own = own[np.isfinite(own)]
        if len(own):
            is_near = np.abs(gaussian_filter1d(own, _VIBRATO) - number) < 0.3
            found.append(is_near & (len(own) >= _SYLLABLE))
    return np.concatenate(found)
