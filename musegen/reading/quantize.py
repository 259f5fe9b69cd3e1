"""Places the notes of tracks on the steps of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pretty_midi

from musegen.music.instruments import DRUM_PITCHES, drum_classes
from musegen.music.notes import DRUMS, NOTE, STEPS_PER_BAR, NoteArray, sort_notes
from musegen.reading.grid import Grid, map_grid

__all__ = ["Track", "quantize_drums", "quantize_track"]


@dataclass(frozen=True)
class Track:
    """A track with its notes in steps.

    Attributes
    ----------
    name : str
        May be empty.
    program : int
        General MIDI program, 0 to 127.
    onset, pitch, duration, velocity : numpy.ndarray
        Shape ``(n,)``, int, in the units of `NOTE`.
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

    @property
    def bars(self) -> frozenset[int]:
        """Bars in which a note starts."""
        return frozenset((self.onset // STEPS_PER_BAR).tolist())


def quantize_track(
    midi: pretty_midi.PrettyMIDI, instrument: pretty_midi.Instrument, grid: Grid | None = None
) -> Track:
    """Move each note to the nearest step; each is at least a step long.

    The grid is by default that of the file's tempo map.
    """
    grid = grid or map_grid(midi)
    start = grid.positions([note.start for note in instrument.notes])
    end = grid.positions([note.end for note in instrument.notes])
    onset = np.maximum(0, np.floor(start + 0.5).astype(np.int64))
    return Track(
        name=instrument.name,
        program=int(instrument.program),
        onset=onset,
        pitch=np.array([note.pitch for note in instrument.notes], np.int64),
        duration=np.maximum(1, np.floor(end + 0.5).astype(np.int64) - onset),
        velocity=np.array([note.velocity for note in instrument.notes], np.int64).clip(1, 127),
    )


def quantize_drums(
    midi: pretty_midi.PrettyMIDI,
    instruments: Sequence[pretty_midi.Instrument],
    grid: Grid | None = None,
) -> NoteArray:
    """Convert drum tracks to notes of the nine classes, with their timing offsets.

    If a class is hit several times on one step, the loudest hit stays. Pitches of no class
    (cowbells, whistles) are left out. The grid is by default that of the file's tempo map.

    Returns
    -------
    numpy.ndarray
        Dtype `NOTE`; the pitches are those of `DRUM_PITCHES`.
    """
    grid = grid or map_grid(midi)
    given = [note for instrument in instruments for note in instrument.notes]
    position = grid.positions([note.start for note in given])
    onset = np.maximum(0, np.floor(position + 0.5))
    kind = drum_classes(np.array([note.pitch for note in given], np.int64))
    hits = np.zeros(len(given), NOTE)
    hits["onset"] = onset
    hits["part"] = DRUMS
    hits["pitch"] = np.array(DRUM_PITCHES)[kind]
    hits["duration"] = 1
    hits["velocity"] = np.maximum(1, np.array([note.velocity for note in given], np.int64))
    hits["offset"] = np.maximum(-0.5, position - onset)
    hits = hits[kind >= 0]
    hits = hits[np.argsort(-hits["velocity"], kind="stable")]
    _, loudest = np.unique(hits[["onset", "pitch"]], return_index=True)
    return sort_notes(hits[loudest])
