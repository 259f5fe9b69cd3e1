"""How a piece ends: its last chord rings."""

from __future__ import annotations

import numpy as np

from musegen.music.harmony.chord import NO_CHORD, Chord
from musegen.music.notes import PARTS, SONG_PARTS, STEPS_PER_BEAT, NoteArray, in_parts, tidy_notes

__all__ = ["ring_out"]

_BASS = PARTS.index("bass")
_LATEST = 8  # steps: the bass may come so much later than the chord begins


def ring_out(notes: NoteArray, chord: Chord, start: int, end: int, before: NoteArray) -> NoteArray:
    """Let the last chord of a piece ring.

    Notes of the chord sound to the end. The bass, if the piece has one, has one note: the chord's
    bass. Notes that are not in the chord end a beat before it does; those that begin later are
    left out. Drums stay as they are.

    Parameters
    ----------
    notes : numpy.ndarray
        Of the last phrase, dtype `NOTE`.
    chord : Chord
        The chord that is asked for there.
    start, end : int
        The steps of the phrase between which it is heard.
    before : numpy.ndarray
        The notes of the piece before that phrase.
    """
    if chord == NO_CHORD:
        return notes
    bass = before[before["part"] == _BASS][-1:]
    notes = _with_one_bass_note(np.array(notes), chord, start, end, bass)
    heard = (notes["onset"] < end) & (notes["onset"] + notes["duration"] > start)
    fits = np.isin(notes["pitch"] % 12, [*chord.pitch_classes, chord.bass])
    is_song = in_parts(notes, SONG_PARTS)
    rings = heard & fits & is_song
    notes["duration"][rings] = end - notes["onset"][rings]
    # In 64 bits: onsets and durations are unsigned.
    onset, stop = notes["onset"].astype(np.int64), end - STEPS_PER_BEAT
    foreign = heard & ~fits & is_song & (onset + notes["duration"] > stop)
    notes["duration"][foreign] = np.maximum(stop - onset[foreign], 1)
    return tidy_notes(notes[~foreign | (onset < stop)])


def _with_one_bass_note(
    notes: NoteArray, chord: Chord, start: int, end: int, before: NoteArray
) -> NoteArray:
    """Return notes of which the bass plays only the chord's bass from `start` on.

    If it is silent in them, its note is like the last one before.
    """
    onset = notes["onset"].astype(np.int64)
    is_bass = (notes["part"] == _BASS) & (onset < end)
    bass = np.flatnonzero(is_bass)
    late = bass[onset[bass] >= start]
    held = is_bass & (onset < start) & (onset + notes["duration"] > start)
    fits = held & (notes["pitch"] % 12 == chord.bass)
    ends = held & ~fits
    notes["duration"][ends] = start - onset[ends]
    if fits.any():
        return np.delete(notes, late)
    if len(late):
        one = notes[late[:1]]
        one["onset"] = np.where(one["onset"] <= start + _LATEST, one["onset"], start)
    else:
        one = np.array(notes[bass[-1:]] if len(bass) else before)
        one["onset"] = start
    one["pitch"] += (chord.bass - one["pitch"] + 6) % 12 - 6  # the nearest
    return np.concatenate([np.delete(notes, late), one])
