"""Notes: the atom of everything MuseGen makes, as one structured array.

A list of notes is a one-dimensional numpy array of dtype `NOTE`, sorted by onset, part and pitch.
Arrays, not objects, because a corpus has more than a million of them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from musegen.errors import MusicError

__all__ = [
    "BARS_PER_PHRASE",
    "DRUMS",
    "NOTE",
    "OFFSETS_PER_STEP",
    "PARTS",
    "SONG_PARTS",
    "STEPS_PER_BAR",
    "STEPS_PER_BEAT",
    "STEPS_PER_PHRASE",
    "make_notes",
    "part_index",
    "sort_notes",
    "tidy_notes",
]

STEPS_PER_BEAT = 4
STEPS_PER_BAR = 16
BARS_PER_PHRASE = 2
STEPS_PER_PHRASE = STEPS_PER_BAR * BARS_PER_PHRASE
# The resolution of timing offsets: an eighth of a millisecond at 120 beats a minute. Everything
# the models write is rounded to it, so that it does not depend on how a processor rounds, and
# recipes keep offsets as whole numbers of it.
OFFSETS_PER_STEP = 1000

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
        ("offset", np.float32),  # of the onset, fraction of a step in [-0.5, 0.5]; 0 but for drums
    ]
)


def part_index(part: str) -> int:
    """Index of a part's name in `PARTS`.

    Raises
    ------
    MusicError
        If there is no such part.
    """
    if part not in PARTS:
        raise MusicError(f"there is no part {part!r}: choose from {', '.join(PARTS)}")
    return PARTS.index(part)


def sort_notes(notes: np.ndarray) -> np.ndarray:
    """Notes in their one canonical order: by onset, part, pitch, then duration."""
    order = np.lexsort((notes["duration"], notes["pitch"], notes["part"], notes["onset"]))
    return notes[order]


def tidy_notes(notes: np.ndarray) -> np.ndarray:
    """Sorted notes in which no part sounds a pitch twice at once.

    Of notes with the same onset, part and pitch the longest stays; a note ends where its pitch
    starts again in the same part. Other people's files have both, and neither can be heard.
    """
    order = np.lexsort((-notes["duration"], notes["onset"], notes["pitch"], notes["part"]))
    notes = notes[order].copy()
    voice = notes["part"].astype(np.int64) * 1024 + notes["pitch"]
    again = np.zeros(len(notes), bool)
    again[1:] = (voice[1:] == voice[:-1]) & (notes["onset"][1:] == notes["onset"][:-1])
    notes, voice = notes[~again], voice[~again]
    gap = np.diff(notes["onset"])
    same = voice[1:] == voice[:-1]
    notes["duration"][:-1][same] = np.minimum(notes["duration"][:-1], gap)[same]
    return sort_notes(notes)


def make_notes(rows: Iterable[tuple]) -> np.ndarray:
    """Build a sorted note array from rows.

    Parameters
    ----------
    rows : iterable of tuple
        ``(onset, part, pitch, duration, velocity)`` or the same with a sixth value, the offset.
        The part may be a name or an index.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``, dtype `NOTE`.

    Examples
    --------
    >>> make_notes([(4, "bass", 36, 2, 90), (0, "lead", 72, 4, 100)])["pitch"].tolist()
    [72, 36]
    """
    full = []
    for onset, part, pitch, duration, velocity, *offset in rows:
        index = part_index(part) if isinstance(part, str) else part
        full.append((onset, index, pitch, duration, velocity, offset[0] if offset else 0.0))
    return sort_notes(np.array(full, dtype=NOTE))
