"""Pieces as MIDI files: a track for each part, at the times at which it is played."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pretty_midi

from musegen.files import atomic_write
from musegen.midi.tags import seal
from musegen.music.notes import PARTS, STEPS_PER_BEAT, STEPS_PER_PHRASE
from musegen.music.piece import Piece

__all__ = ["to_pretty_midi", "write_midi"]

_RESOLUTION = 480  # ticks a quarter note: a step is 120, fine enough for a drummer's timing
_TICKS_PER_STEP = _RESOLUTION // STEPS_PER_BEAT


def to_pretty_midi(piece: Piece) -> pretty_midi.PrettyMIDI:
    """A piece as a `pretty_midi.PrettyMIDI`: a track for each part and instrument with notes."""
    midi = pretty_midi.PrettyMIDI(resolution=_RESOLUTION, initial_tempo=piece.tempo)
    _set_tempos(midi, piece)
    midi.time_signature_changes.append(pretty_midi.TimeSignature(4, 4, 0.0))
    last_key = None
    for i, phrase in enumerate(piece.phrases):
        if phrase.key != last_key:
            time = float(piece.seconds_at(i * STEPS_PER_PHRASE))
            midi.key_signature_changes.append(pretty_midi.KeySignature(phrase.key % 12, time))
            last_key = phrase.key

    notes = piece.notes
    start, end = (np.round(at * _TICKS_PER_STEP).astype(int) for at in piece.played())
    band = [piece.programs_at(i) for i in range(len(piece))]
    for name in piece.parts:
        own = np.flatnonzero(notes["part"] == PARTS.index(name))
        heard = np.array([band[at][name] for at in notes["onset"][own] // STEPS_PER_PHRASE])
        # A part that changes its instrument has a track for each.
        for program in dict.fromkeys(heard.tolist()):
            instrument = pretty_midi.Instrument(program, is_drum=name == "drums", name=name)
            for i in own[heard == program]:
                instrument.notes.append(
                    pretty_midi.Note(
                        velocity=int(notes["velocity"][i]),
                        pitch=int(notes["pitch"][i]),
                        start=midi.tick_to_time(int(start[i])),
                        end=midi.tick_to_time(int(end[i])),
                    )
                )
            midi.instruments.append(instrument)
    return midi


def _set_tempos(midi: pretty_midi.PrettyMIDI, piece: Piece) -> None:
    # pretty_midi has no public way to change the tempo after the start.
    per_phrase = STEPS_PER_PHRASE * _TICKS_PER_STEP
    scales: list[tuple[int, float]] = []
    for i, phrase in enumerate(piece.phrases):
        if not i or phrase.tempo != piece.phrases[i - 1].tempo:
            # The tempo as the file will hold it: whole microseconds a quarter note.
            microseconds = round(6e7 / phrase.tempo)
            # A hair more, for pretty_midi cuts off what is after the point when it writes.
            scales.append((i * per_phrase, microseconds * (1 + 1e-12) / 1e6 / _RESOLUTION))
    midi._tick_scales = scales
    midi._update_tick_to_time((len(piece) + 1) * per_phrase)


def write_midi(piece: Piece, path: str | Path, tag: str | None = None) -> None:
    """Write a piece as a Standard MIDI File, whole or not at all.

    Parameters
    ----------
    piece : Piece
    path : str or Path
    tag : str, optional
        A text that the file carries at its beginning, in Latin letters; `read_tag` finds it again
        if it begins with ``MuseGen:``, and tells whether the notes were changed since.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    midi = to_pretty_midi(piece)
    with atomic_write(path) as beside:
        midi.write(str(beside))
        if tag is not None:
            # The seal is of the notes as they are read again.
            texts = (tag, seal(beside))
            midi.text_events.extend(pretty_midi.Text(text, 0.0) for text in texts)
            midi.write(str(beside))
