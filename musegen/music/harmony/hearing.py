"""What sounds in each beat, as the recogniser of chords hears it."""

# NumPy's types of `reshape` and `repeat` are not complete.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import numpy as np

from musegen.music.notes import (
    BEATS_PER_PHRASE,
    DRUMS,
    PARTS,
    STEPS_PER_BEAT,
    FloatArray,
    NoteArray,
)

__all__ = ["INPUTS", "KINDS", "NEAR", "beat_chroma", "describe_beats"]

KINDS = 5
"""How many kinds of sounding `beat_chroma` tells apart."""
NEAR = 9
"""How many beats are heard one by one: each with the four before and after it."""
_AROUND = 8  # beats before and after that are heard together
_LONGEST = 64  # steps that a note counts at most: four bars
_OCTAVE = 12
_BEATS_PER_BAR = BEATS_PER_PHRASE // 2
_MELODY = [PARTS.index(part) for part in ("lead", "counter")]
INPUTS = (KINDS * NEAR + 2 + 1) * _OCTAVE + _BEATS_PER_BAR
"""How many numbers describe a beat: all but the last four are twelve pitch classes each."""


def beat_chroma(notes: NoteArray, beats: int) -> FloatArray:
    """Return which pitch classes sound in each beat.

    Parameters
    ----------
    notes : numpy.ndarray
        Dtype `musegen.music.notes.NOTE`, onsets in steps from the start of the piece. Drums are
        ignored.
    beats : int
        How many beats the piece has, of four steps each.

    Returns
    -------
    numpy.ndarray
        Float32 of shape ``(beats, 5, 12)``, from 0 to 1: the share of the beat in which each pitch
        class sounds in the accompaniment, in lead and counter melody, and as the lowest note of
        all; the share of its steps that notes start on, in the accompaniment and in the melodies.
    """
    steps = beats * STEPS_PER_BEAT
    notes = notes[(notes["part"] != DRUMS) & (notes["onset"] < steps)]
    onset, pitch = notes["onset"].astype(np.int64), notes["pitch"].astype(np.int64)
    is_melody = np.isin(notes["part"], _MELODY).astype(np.int64)
    duration = np.minimum(notes["duration"], _LONGEST).astype(np.int64)
    duration = np.minimum(duration, steps - onset)
    sounds = np.zeros((KINDS, _OCTAVE, steps), np.float32)
    # One row for each step that a note sounds on.
    first = np.repeat(np.cumsum(duration) - duration, duration)
    step = np.repeat(onset, duration) + np.arange(duration.sum()) - first
    sounding = np.repeat(pitch, duration)
    sounds[np.repeat(is_melody, duration), sounding % _OCTAVE, step] = 1
    lowest = np.full(steps, 128)
    np.minimum.at(lowest, step, sounding)
    has_notes = np.flatnonzero(lowest < 128)
    sounds[2, lowest[has_notes] % _OCTAVE, has_notes] = 1
    sounds[3 + is_melody, pitch % _OCTAVE, onset] = 1
    shares = sounds.reshape(KINDS, _OCTAVE, beats, STEPS_PER_BEAT).mean(-1)
    return np.ascontiguousarray(shares.transpose(2, 0, 1))


def describe_beats(chroma: FloatArray, start: int, end: int) -> FloatArray:
    """Describe some beats and what is around them, seen from each of the twelve roots.

    Parameters
    ----------
    chroma : numpy.ndarray
        Of the whole piece, as `beat_chroma` returns it. The first beat is the first of a bar.
    start, end : int
        The first of the beats, and the one after the last.

    Returns
    -------
    numpy.ndarray
        Float32 of shape ``(beats, 12, INPUTS)``. All pitch classes are counted from the root.
    """
    beats = np.arange(start, min(end, len(chroma)))
    near = beats[:, None] + np.arange(NEAR) - NEAR // 2
    is_inside = (near >= 0) & (near < len(chroma))
    own = chroma[np.clip(near, 0, len(chroma) - 1)] * is_inside[:, :, None, None]
    wide = beats[:, None] + np.arange(-_AROUND, _AROUND + 1)
    is_inside = (wide >= 0) & (wide < len(chroma))
    around = chroma[np.clip(wide, 0, len(chroma) - 1), :2] * is_inside[:, :, None, None]
    whole = chroma[:, :2].sum(axis=(0, 1)) / len(chroma)
    classes = np.concatenate(
        [
            own.reshape(len(beats), -1, _OCTAVE),
            around.mean(axis=1),
            np.broadcast_to(whole, (len(beats), 1, _OCTAVE)),
        ],
        axis=1,
    )
    place = np.eye(_BEATS_PER_BAR)[beats % _BEATS_PER_BAR]
    described = np.empty((len(beats), _OCTAVE, INPUTS), np.float32)
    for root in range(_OCTAVE):
        turned = np.roll(classes, -root, axis=2)
        described[:, root, :-_BEATS_PER_BAR] = turned.reshape(len(beats), -1)
        described[:, root, -_BEATS_PER_BAR:] = place
    return described
