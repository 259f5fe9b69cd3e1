"""Places the notes of tracks on the steps of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pretty_midi

from musegen.midi import TICKS_PER_QUARTER
from musegen.music.instruments import DRUM_PITCHES, nearest_drum_classes
from musegen.music.notes import (
    DRUMS,
    NOTE,
    OFFSETS_PER_STEP,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    NoteArray,
    sort_notes,
    timed_offsets,
)
from musegen.reading.grid import Grid, map_grid

__all__ = ["Track", "quantize_drums", "quantize_track"]

_TICKS_PER_STEP = TICKS_PER_QUARTER // STEPS_PER_BEAT
_NEXT_CHORD = 0.4  # steps: longer than between strummed strings, shorter than a thirty-second


@dataclass(frozen=True)
class Track:
    """A track with its notes in steps.

    Attributes
    ----------
    name : str
        May be empty.
    program : int
        General MIDI program, 0 to 127.
    onset, pitch, duration, velocity, offset : numpy.ndarray
        Shape ``(n,)``, in the units of `NOTE`; int, and the offset float64.
    """

    name: str
    program: int
    onset: np.ndarray
    pitch: np.ndarray
    duration: np.ndarray
    velocity: np.ndarray
    offset: np.ndarray

    @property
    def chord(self) -> np.ndarray:
        """Number of the chord of each note: notes that start together, though maybe not exactly."""
        start = self.onset + self.offset
        order = np.argsort(start, kind="stable")
        number = np.zeros(len(start), np.int64)
        number[order[1:]] = np.cumsum(np.diff(start[order]) >= _NEXT_CHORD)
        return number

    @property
    def polyphony(self) -> float:
        """Notes of a chord, on average."""
        return len(self.onset) / max(1, len(np.unique(self.chord)))

    @property
    def bars(self) -> frozenset[int]:
        """Bars in which a note starts."""
        return frozenset((self.onset // STEPS_PER_BAR).tolist())


def quantize_track(
    midi: pretty_midi.PrettyMIDI, instrument: pretty_midi.Instrument, grid: Grid | None = None
) -> Track:
    """Place each note on the nearest step, with its timing offset; each is at least a step long.

    The grid is by default that of the file's tempo map.
    """
    grid = grid or map_grid(midi)
    onset, offset = _nearest_steps(grid.positions([note.start for note in instrument.notes]))
    end = grid.positions([note.end for note in instrument.notes])
    return Track(
        name=instrument.name,
        program=int(instrument.program),
        onset=onset,
        pitch=np.array([note.pitch for note in instrument.notes], np.int64),
        duration=np.maximum(1, np.floor(end + 0.5).astype(np.int64) - onset),
        velocity=np.array([note.velocity for note in instrument.notes], np.int64).clip(1, 127),
        offset=timed_offsets(offset),
    )


def _nearest_steps(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the step nearest to each position, int64, and how late the position is, float64.

    The timing is rounded to ticks of the files that MuseGen writes, so that a file that is written
    and read again has equal notes.
    """
    positions = np.maximum(0.0, positions)
    onset = np.floor(positions + 0.5)
    most = _TICKS_PER_STEP // 2 - 1
    ticks = np.clip(np.rint((positions - onset) * _TICKS_PER_STEP), -most, most)
    offset = np.rint(ticks * (OFFSETS_PER_STEP / _TICKS_PER_STEP)) / OFFSETS_PER_STEP
    return onset.astype(np.int64), offset + 0.0  # no negative zeros


def quantize_drums(
    midi: pretty_midi.PrettyMIDI,
    instruments: Sequence[pretty_midi.Instrument],
    grid: Grid | None = None,
) -> NoteArray:
    """Convert drum tracks to notes of the nine classes, with their timing offsets.

    If a class is hit several times at once, the loudest hit stays. Pitches of no class (guiros,
    whistles) become the nearest. The grid is by default that of the file's tempo map.

    Returns
    -------
    numpy.ndarray
        Dtype `NOTE`; the pitches are those of `DRUM_PITCHES`.
    """
    grid = grid or map_grid(midi)
    given = [note for instrument in instruments for note in instrument.notes]
    onset, offset = _nearest_steps(grid.positions([note.start for note in given]))
    kind = nearest_drum_classes(np.array([note.pitch for note in given], np.int64))
    hits = np.zeros(len(given), NOTE)
    hits["onset"] = onset
    hits["part"] = DRUMS
    hits["pitch"] = np.array(DRUM_PITCHES)[kind]
    hits["duration"] = 1
    hits["velocity"] = np.maximum(1, np.array([note.velocity for note in given], np.int64))
    hits["offset"] = offset
    hits = hits[np.argsort(-hits["velocity"], kind="stable")]
    _, loudest = np.unique(hits[["onset", "pitch", "offset"]], return_index=True)
    return sort_notes(hits[loudest])
