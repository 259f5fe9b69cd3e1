"""Makes pieces of what somebody plays on a keyboard, to a click."""

from __future__ import annotations

from collections.abc import Sequence

import pretty_midi

from musegen.errors import MusicError
from musegen.midi.load import MidiFile
from musegen.music.instruments import DEFAULT_PROGRAMS
from musegen.music.piece import Piece
from musegen.reading.grid import map_grid
from musegen.reading.read import read_file

__all__ = ["read_take"]

_LEAST = 0.01  # seconds: no key is pressed shorter


def read_take(notes: Sequence[tuple[float, float, int, int]], tempo: float) -> Piece:
    """Make a piece with a lead.

    Parameters
    ----------
    notes : sequence of tuple
        Start and end in seconds from the first beat, pitch, velocity.
    tempo : float
        Of the click, in quarter notes a minute.

    Raises
    ------
    MusicError
        If there are no notes.
    """
    if not notes:
        raise MusicError("nothing was played: play after the count-in")
    midi = pretty_midi.PrettyMIDI(initial_tempo=tempo)
    lead = pretty_midi.Instrument(DEFAULT_PROGRAMS["lead"], name="lead")
    lead.notes = [
        pretty_midi.Note(velocity, pitch, start, max(end, start + _LEAST))
        for start, end, pitch, velocity in notes
    ]
    midi.instruments = [lead]
    file = MidiFile("your playing", midi, 1, (1,), (0,), drums=("",), is_muted=(False,))
    return read_file(file, grid=map_grid(midi))[0]
