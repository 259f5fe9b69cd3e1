"""Which part of the band each track of someone else's music plays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musegen.music.notes import PARTS

__all__ = ["BASS_TOP", "Track", "assign_parts", "split_bass"]

# The lowest accompaniment note of an onset is the bass when it lies under this pitch (D3).
BASS_TOP = 50

_NAMED = (
    ("bass", ("bass",)),
    ("lead", ("lead", "melody", "vocal", "voice", "singer")),
    ("counter", ("counter", "bridge")),
    ("chords", ("chord", "piano", "accomp", "comping", "pad", "guitar", "organ")),
)


@dataclass(frozen=True)
class Track:
    """A track as it was found: its name, instrument and notes in steps.

    Attributes
    ----------
    name : str
        The track's name; may be empty.
    program : int
        General MIDI program, 0 to 127.
    onset, pitch, duration, velocity : numpy.ndarray
        Shape ``(n,)``, integers, in the units of `NOTE`.
    """

    name: str
    program: int
    onset: np.ndarray
    pitch: np.ndarray
    duration: np.ndarray
    velocity: np.ndarray

    @property
    def polyphony(self) -> float:
        """Notes an onset, on average."""
        return len(self.onset) / max(1, len(np.unique(self.onset)))


def assign_parts(tracks: Sequence[Track]) -> list[str]:
    """Give each pitched track a part.

    A name that says it decides (``MELODY``, ``Bass`` …); then the instrument, for basses; then
    what is played: the highest track of mostly single notes leads, a low one is the bass, other
    single voices are counter melodies, the rest chords.

    Parameters
    ----------
    tracks : sequence of Track
        The tracks that are not drums, each with at least one note.

    Returns
    -------
    list of str
        A part's name for each track, in order.
    """
    parts: list[str | None] = [_part_by_name(track.name) for track in tracks]
    for i, track in enumerate(tracks):
        if parts[i] is None and 32 <= track.program <= 39:
            parts[i] = "bass"
    open_tracks = sorted(
        (i for i, part in enumerate(parts) if part is None), key=lambda i: -tracks[i].pitch.mean()
    )
    for i in open_tracks:
        single = tracks[i].polyphony < 1.25
        if single and tracks[i].pitch.mean() < BASS_TOP and "bass" not in parts:
            parts[i] = "bass"
        elif single and "lead" not in parts:
            parts[i] = "lead"
        elif single:
            parts[i] = "counter"
        else:
            parts[i] = "chords"
    return [part or "chords" for part in parts]


def split_bass(onset: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Which accompaniment notes are the bass: the lowest of its onset, when under `BASS_TOP`.

    Parameters
    ----------
    onset, pitch : numpy.ndarray
        Shape ``(n,)``, integers.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``, bool.
    """
    bass = np.zeros(len(onset), bool)
    order = np.lexsort((pitch, onset))
    first = np.ones(len(order), bool)
    first[1:] = onset[order][1:] != onset[order][:-1]
    lowest = order[first]
    bass[lowest] = pitch[lowest] < BASS_TOP
    return bass


def _part_by_name(name: str) -> str | None:
    lower = name.lower()
    if lower in PARTS:
        return lower
    for part, words in _NAMED:
        if any(word in lower for word in words):
            return part
    return None
