"""Reads any music: a MIDI file, a score, or a recording of one voice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from musegen.hearing.melody import transcribe_file
from musegen.hearing.sound_files import ENDINGS
from musegen.music.piece import Piece
from musegen.reading import Report, read_midi_with_report

__all__ = ["read_music"]


def read_music(
    path: str | Path,
    assign: Mapping[int, str | None] | None = None,
    tempo_factor: float = 1.0,
    quantize: float = 1.0,
) -> tuple[Piece, Report]:
    """Read a file as `read_midi_with_report` or, if it is a sound, as `transcribe_file` does."""
    if Path(path).suffix.lower() in ENDINGS:
        return transcribe_file(path, assign, tempo_factor, quantize=quantize)
    return read_midi_with_report(path, assign, tempo_factor)
