"""Arrays of notes, the data that everything in MuseGen works on.

A list of notes is a one-dimensional numpy array of dtype `NOTE`, sorted by onset, part, pitch and
duration. It is an array and not a list of objects because a data set has more than a million notes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musegen.errors import MusicError

__all__ = [
    "BARS_PER_PHRASE",
    "BEATS_PER_PHRASE",
    "DRUMS",
    "MAX_OFFSET",
    "NOTE",
    "OFFSETS_PER_STEP",
    "ON_STEP",
    "PARTS",
    "SAME_TIME",
    "SONG_PARTS",
    "STEPS_PER_BAR",
    "STEPS_PER_BEAT",
    "STEPS_PER_PHRASE",
    "BoolArray",
    "FloatArray",
    "IntArray",
    "NoteArray",
    "in_parts",
    "make_notes",
    "number_tones",
    "part_index",
    "sort_notes",
    "tidy_notes",
    "timed_offsets",
    "transpose_notes",
]

NoteArray: TypeAlias = NDArray[Any]  # dtype `NOTE`; the types of its fields differ
IntArray: TypeAlias = NDArray[np.integer[Any]]
FloatArray: TypeAlias = NDArray[np.floating[Any]]
BoolArray: TypeAlias = NDArray[np.bool_]

STEPS_PER_BEAT = 4
STEPS_PER_BAR = 16  # other meters use a part of them: see `musegen.music.meters`
BARS_PER_PHRASE = 2
STEPS_PER_PHRASE = STEPS_PER_BAR * BARS_PER_PHRASE
BEATS_PER_PHRASE = STEPS_PER_PHRASE // STEPS_PER_BEAT

SONG_PARTS = ("lead", "counter", "chords", "bass")
PARTS = (*SONG_PARTS, "drums")
DRUMS = PARTS.index("drums")

NOTE = np.dtype(
    [
        ("onset", np.int32),  # steps from the start of the phrase or piece
        ("part", np.int8),  # index into PARTS
        ("pitch", np.int16),  # MIDI number
        ("duration", np.int32),  # steps, at least 1
        ("velocity", np.int16),  # 1 to 127
        # How late the note is played, as a fraction of a step in [-0.5, 0.5]; see `timed_offsets`.
        ("offset", np.float32),
    ]
)

# The resolution of timing offsets: an eighth of a millisecond at 120 beats a minute. Everything
# the models write is rounded to it, so that it does not depend on how a processor rounds, and
# recipes keep offsets as whole numbers of it.
OFFSETS_PER_STEP = 1000

# The offset of a note that is known to be exactly on its step: too small to be heard, and not 0.
# See `timed_offsets`.
ON_STEP = 1 / OFFSETS_PER_STEP

# A note stays nearest to its own step, also after rounding to ticks, so that a file that is written
# and read again has the same notes.
MAX_OFFSET = 0.49

# Two onsets of a pitch on one step of a part that are closer than this (3 ms at 120 beats a minute)
# are one.
SAME_TIME = 0.025  # steps


def part_index(part: str) -> int:
    """Return the index of a part's name in `PARTS`.

    Raises
    ------
    MusicError
        If there is no such part.
    """
    if part not in PARTS:
        raise MusicError(f"there is no part {part!r}: choose from {', '.join(PARTS)}")
    return PARTS.index(part)


def in_parts(notes: NoteArray, parts: Collection[str]) -> BoolArray:
    """Return a mask of the notes that belong to some parts, given by name."""
    return np.isin(notes["part"], [part_index(part) for part in parts])


def number_tones(notes: NoteArray) -> IntArray:
    """Number the part and the pitch of each note: equal numbers for equal ones, int64."""
    return notes["part"].astype(np.int64) * 128 + notes["pitch"]


def sort_notes(notes: NoteArray) -> NoteArray:
    """Return a copy sorted by onset, part, pitch, duration and offset."""
    keys = ("offset", "duration", "pitch", "part", "onset")
    return notes[np.lexsort([notes[key] for key in keys])]


def tidy_notes(notes: NoteArray) -> NoteArray:
    """Return sorted notes in which no part sounds a pitch twice at once.

    Of notes with one part and pitch that start at the same time the longest stays, and of equally
    long ones the loudest. A note ends where its pitch starts again in the same part. MIDI files of
    other programs contain both, and neither can be heard. Notes of one step with different offsets,
    such as those of a roll, all stay, each a step long on paper; `musegen.music.feel.play_times`
    ends each where the next one starts.
    """
    late = np.minimum(np.maximum(notes["offset"].astype(np.float64), -MAX_OFFSET), MAX_OFFSET)
    late = np.rint(late * OFFSETS_PER_STEP)
    tone = number_tones(notes)
    order = np.lexsort((late, notes["onset"], tone))
    notes, late, tone = notes[order], late[order], tone[order]
    later = np.ones(len(notes), np.bool_)  # than the note before, or another tone
    later[1:] = (np.diff(tone) != 0) | (np.diff(notes["onset"]) != 0)
    later[1:] |= np.diff(late) >= SAME_TIME * OFFSETS_PER_STEP
    time = np.cumsum(later)
    loud = -notes["velocity"].astype(np.int64)
    order = np.lexsort((loud, -notes["duration"], time))
    kept = order[later]  # the first of each time
    notes, tone = notes[kept], tone[kept]
    gap = np.maximum(1, np.diff(notes["onset"]))
    same = tone[1:] == tone[:-1]
    notes["duration"][:-1][same] = np.minimum(notes["duration"][:-1], gap)[same]
    return sort_notes(notes)


def timed_offsets(offsets: ArrayLike) -> FloatArray:
    """Return the offsets of notes whose timing is known, such as that of a player or of a file.

    An offset of 0, outside of the drums, means that the timing of the note is not known: the model
    decodes it so, and `musegen.music.feel.play_times` plays it with a small deviation of its own,
    as a player would. A note that is known to be exactly on its step must not be moved. So that
    notes of both kinds can stand side by side, also in recipes, its offset is `ON_STEP`.

    Parameters
    ----------
    offsets : array_like
        Fractions of a step.
    """
    offsets = np.asarray(offsets, np.float64)
    return np.where(np.abs(offsets) < ON_STEP / 2, ON_STEP, offsets)


def transpose_notes(notes: NoteArray, semitones: int | IntArray) -> NoteArray:
    """Return a copy with the pitches moved; drums stay as they are.

    Parameters
    ----------
    notes : numpy.ndarray
        Dtype `NOTE`, shape ``(n,)``.
    semitones : int or numpy.ndarray
        At most 12 up or down, for all notes or, of shape ``(n,)``, for each. A note that would
        leave the MIDI range moves by an octave back into it.
    """
    moved = np.array(notes)
    pitch = notes["pitch"] + np.where(notes["part"] == DRUMS, 0, semitones)
    moved["pitch"] = pitch + 12 * (pitch < 0) - 12 * (pitch > 127)
    return moved


def make_notes(rows: Iterable[tuple[Any, ...]]) -> NoteArray:
    """Build a sorted note array from rows.

    Parameters
    ----------
    rows : iterable of tuple
        ``(onset, part, pitch, duration, velocity)``, or the same with the offset at the end. The
        part is a name or an index.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``, dtype `NOTE`.

    Examples
    --------
    >>> make_notes([(4, "bass", 36, 2, 90), (0, "lead", 72, 4, 100)])["pitch"].tolist()
    [72, 36]
    """
    full: list[tuple[Any, ...]] = []
    for onset, part, pitch, duration, velocity, *offset in rows:
        index = part_index(part) if isinstance(part, str) else part
        full.append((onset, index, pitch, duration, velocity, offset[0] if offset else 0.0))
    return sort_notes(np.array(full, dtype=NOTE))
