"""Writes tracks of timed notes as a Standard MIDI File."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pretty_midi

from musegen.files import atomic_write
from musegen.midi.load import load_midi
from musegen.midi.tags import notes_checksum
from musegen.midi.tempo_map import set_tempos

__all__ = ["TICKS_PER_QUARTER", "TimedTrack", "build_midi", "write_midi"]

TICKS_PER_QUARTER = 480  # fine enough for the timing of a human drummer


@dataclass(frozen=True)
class TimedTrack:
    """One track of a file that is to be written.

    Attributes
    ----------
    name : str
    program : int
        General MIDI program, 0 to 127; the number of the kit for drums.
    is_drum : bool
    start, end : numpy.ndarray
        Shape ``(n,)``, int, in ticks of `TICKS_PER_QUARTER`.
    pitch, velocity : numpy.ndarray
        Shape ``(n,)``, int.
    """

    name: str
    program: int
    is_drum: bool
    start: np.ndarray
    end: np.ndarray
    pitch: np.ndarray
    velocity: np.ndarray


def build_midi(
    tracks: Iterable[TimedTrack],
    tempos: Sequence[tuple[int, float]],
    keys: Iterable[tuple[int, int]],
    meters: Iterable[tuple[int, tuple[int, int]]],
    length: int,
) -> pretty_midi.PrettyMIDI:
    """Build a `pretty_midi.PrettyMIDI`.

    Parameters
    ----------
    tracks : iterable of TimedTrack
    tempos : sequence of (int, float)
        The tick of each tempo change, rising from 0, and the tempo in quarter notes a minute.
    keys : iterable of (int, int)
        The tick of each key change and the tonic of the major key, 0 (C) to 11 (B).
    meters : iterable of (int, (int, int))
        The tick of each time signature, and its two numbers.
    length : int
        In ticks; no note ends later.
    """
    midi = pretty_midi.PrettyMIDI(resolution=TICKS_PER_QUARTER)
    set_tempos(midi, tempos, length)
    midi.time_signature_changes.extend(
        pretty_midi.TimeSignature(beats, unit, midi.tick_to_time(tick))
        for tick, (beats, unit) in meters
    )
    midi.key_signature_changes.extend(
        pretty_midi.KeySignature(tonic, midi.tick_to_time(tick)) for tick, tonic in keys
    )
    for track in tracks:
        instrument = pretty_midi.Instrument(track.program, track.is_drum, track.name)
        columns = (track.velocity, track.pitch, track.start, track.end)
        for velocity, pitch, start, end in zip(*(c.tolist() for c in columns), strict=True):
            start_time, end_time = midi.tick_to_time(start), midi.tick_to_time(end)
            instrument.notes.append(pretty_midi.Note(velocity, pitch, start_time, end_time))
        midi.instruments.append(instrument)
    return midi


def write_midi(midi: pretty_midi.PrettyMIDI, path: str | Path, tag: str | None = None) -> None:
    """Write a Standard MIDI File completely or not at all.

    Parameters
    ----------
    midi : pretty_midi.PrettyMIDI
    path : str or Path
    tag : str, optional
        A Latin-1 text to store in the file. `musegen.midi.tags.find_tag` finds it if it begins
        with ``MuseGen:``.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    with atomic_write(path) as temporary:
        midi.write(str(temporary))
        if tag is not None:
            # The checksum is of the notes as they will be read from the file.
            checksum = notes_checksum(load_midi(temporary))
            midi.text_events.extend(pretty_midi.Text(text, 0.0) for text in (tag, checksum))
            midi.write(str(temporary))
