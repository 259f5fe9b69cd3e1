"""Music that was played over some chords is moved to others: its rhythm and its figures stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import TypeAlias

import numpy as np

from musegen.music.harmony.chord import NO_CHORD, Chord
from musegen.music.harmony.chords import Chords
from musegen.music.notes import (
    BEATS_PER_PHRASE,
    DRUMS,
    NOTE,
    PARTS,
    STEPS_PER_BEAT,
    NoteArray,
    tidy_notes,
)

__all__ = ["reharmonize"]

_OCTAVE = 12
_BASS = PARTS.index("bass")
_LOWEST, _HIGHEST = 21, 108  # of a piano
_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)

_Row: TypeAlias = tuple[int, int, int, int, int, float]  # a note, as in `NOTE`


@dataclass(frozen=True)
class _Change:
    """What a beat had, and what it gets: its chord before and now, and the key."""

    before: Chord
    now: Chord
    key: int

    @property
    def has_chords(self) -> bool:
        return NO_CHORD not in (self.before, self.now)


def reharmonize(
    notes: NoteArray, before: Chords, after: Chords, keys: int | Sequence[int] = 0
) -> NoteArray:
    """Move notes that were played over some chords so that they fit others.

    Each note goes where its chord's voice goes, by the shortest way: the tones of a chord become
    different tones of the new one as far as it has enough. A note that is no tone of the chord
    moves with the nearest one that is, and stays in the key. The bass has the new chord's bass
    where it had the root or the bass, and where the new chord begins; its other notes move with the
    root. Notes that begin just before a beat belong to its chord. Drums stay, and so does what is
    played over a chord that stays, or over none, or would be.

    A note that is held into a chord that it does not fit ends there, and is struck again in that
    chord if it would have sounded for a beat or more; the bass, into a chord with another bass. All
    else but pitches is kept.

    Parameters
    ----------
    notes : numpy.ndarray
        Dtype `musegen.music.notes.NOTE`, onsets in steps from the first beat of the chords on.
    before, after : Chords
        The chords that the notes were played over, and the new ones.
    keys : int or sequence of int
        The key, or that of each phrase, as in `musegen.music.Phrase.key`.

    Returns
    -------
    numpy.ndarray
        Dtype `musegen.music.notes.NOTE`, tidied as by `musegen.music.notes.tidy_notes`; no note
        but of the drums is outside the range of a piano.
    """
    beats = min(len(before), len(after))
    if isinstance(keys, int):
        keys = [keys] * -(-beats // BEATS_PER_PHRASE)
    changes = [
        _Change(before[beat], after[beat], keys[beat // BEATS_PER_PHRASE]) for beat in range(beats)
    ]
    rows: list[_Row] = []
    for row in notes.tolist():
        rows += [row] if row[1] == DRUMS or not changes else _move(row, changes)
    return tidy_notes(np.array(rows, NOTE))


def _move(row: _Row, changes: Sequence[_Change]) -> list[_Row]:
    """Return what becomes of a note: one note, or one for each chord that it had to change for."""
    onset, part, pitch, duration, velocity, offset = row
    end = onset + duration
    # The beat that the middle of the note's first quarter is in: a note that anticipates a beat
    # belongs to it.
    beat = (onset + min(duration, STEPS_PER_BEAT) // 2) // STEPS_PER_BEAT
    beat = min(beat, len(changes) - 1)
    moved: list[_Row] = []
    while True:
        begins = onset <= STEPS_PER_BEAT * beat < end and _begins(changes, beat)
        target = _target(pitch, changes[beat], part == _BASS, begins)
        sounded = range(beat + 1, min(-(-end // STEPS_PER_BEAT), len(changes)))
        misfits = (
            later
            for later in sounded
            if _must_end(pitch, target, changes[beat].now, changes[later], part == _BASS)
        )
        beat = next(misfits, -1)
        stop = STEPS_PER_BEAT * beat if beat >= 0 else end
        moved.append((onset, part, target, stop - onset, velocity, offset))
        if beat < 0 or end - stop < STEPS_PER_BEAT:
            return moved
        onset = stop


def _begins(changes: Sequence[_Change], beat: int) -> bool:
    """Return whether a new chord begins at a beat, and is not the one that began there before."""
    change = changes[beat]
    if beat == 0:
        return change.before != change.now
    last = changes[beat - 1]
    began = change.before != last.before and change.before == change.now
    return change.now != last.now and not began


def _target(pitch: int, change: _Change, is_bass: bool, begins: bool) -> int:
    """Return the new pitch of a note; `begins` where the chord begins while it sounds."""
    if change.has_chords:
        if is_bass and begins:
            pitch += _way(pitch, change.now.bass)
        else:
            pitch += _ways(change, is_bass)[pitch % _OCTAVE]
    if pitch < _LOWEST:
        return _LOWEST + (pitch - _LOWEST) % _OCTAVE
    return min(pitch, _HIGHEST - (_HIGHEST - pitch) % _OCTAVE)


def _must_end(pitch: int, target: int, chord: Chord, later: _Change, is_bass: bool) -> bool:
    """Return whether a note that is moved to a chord must not sound on in a later one."""
    was_so = target == pitch and later.before == later.now
    if was_so or not later.has_chords or later.now == chord:
        return False
    if is_bass and later.now.bass != chord.bass:
        return target % _OCTAVE != later.now.bass
    return target % _OCTAVE not in _tones(later.now)


@lru_cache(maxsize=4096)
def _ways(change: _Change, is_bass: bool) -> tuple[int, ...]:
    """Return by how many semitones each pitch class moves."""
    before, now = change.before, change.now
    if before == now:
        return (0,) * _OCTAVE
    if is_bass:
        # Its figures, such as root and fifth, move in parallel.
        step = _way(before.root, now.root)
        goals = {tone: _nearest(tone + step, now.pitch_classes) for tone in before.pitch_classes}
        goals |= {before.root: now.bass, before.bass: now.bass}
        steps = [step] * _OCTAVE
    else:
        goals = _lead_voices(before.pitch_classes, now.pitch_classes)
        ways = {tone: _way(tone, goal) for tone, goal in goals.items()}
        steps = [ways[_nearest(pitch, goals)] for pitch in range(_OCTAVE)]
    scale = {(change.key + degree) % _OCTAVE for degree in _MAJOR_SCALE} | _tones(now)
    for pitch, step in enumerate(steps):
        goals.setdefault(pitch, _nearest(pitch + step, scale))
    return tuple(_way(pitch, goals[pitch]) for pitch in range(_OCTAVE))


def _lead_voices(tones: tuple[int, ...], goals: tuple[int, ...]) -> dict[int, int]:
    """Return where each tone goes so that all move little, and as few as possible to one goal."""
    few, many = (tones, goals) if len(tones) <= len(goals) else (goals, tones)
    orders = permutations(many, len(few))
    best = min(
        orders, key=lambda order: sum(_way(a, b) ** 2 for a, b in zip(few, order, strict=True))
    )
    pairs = zip(few, best, strict=True) if few is tones else zip(best, few, strict=True)
    return {tone: _nearest(tone, goals) for tone in tones} | dict(pairs)


def _tones(chord: Chord) -> set[int]:
    """Return the pitch classes that fit a chord."""
    return {*chord.pitch_classes, chord.bass}


def _nearest(pitch: int, pitch_classes: Collection[int]) -> int:
    """Return the nearest of some pitch classes; of two, the one that is below."""
    ways = [_way(pitch, goal) for goal in pitch_classes]
    return (pitch + min(ways, key=lambda way: (abs(way), way))) % _OCTAVE


def _way(pitch: int, goal: int) -> int:
    """Return the shortest way to a pitch class: -6 to 5 semitones."""
    return (goal - pitch + 6) % _OCTAVE - 6
