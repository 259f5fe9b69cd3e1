"""The onsets of a file, from which its beat is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pretty_midi

__all__ = ["Onsets"]


@dataclass(frozen=True, eq=False)
class Onsets:
    """The notes of all tracks, sorted by start; each array has shape ``(n,)``.

    Attributes
    ----------
    start, end : numpy.ndarray
        Seconds.
    pitch : numpy.ndarray
        MIDI numbers.
    is_drum : numpy.ndarray
        Bool.
    """

    start: np.ndarray
    end: np.ndarray
    pitch: np.ndarray
    is_drum: np.ndarray

    @classmethod
    def from_instruments(cls, instruments: Sequence[pretty_midi.Instrument]) -> Onsets:
        """Collect the notes of some tracks."""
        rows = [
            (note.start, note.end, note.pitch, instrument.is_drum)
            for instrument in instruments
            for note in instrument.notes
        ]
        start, end, pitch, is_drum = np.array(sorted(rows), np.float64).reshape(-1, 4).T
        return cls(start, end, pitch.astype(int), is_drum.astype(bool))
