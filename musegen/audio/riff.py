"""RIFF, the container format of soundfonts and WAV files."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["riff_chunks", "riff_problem", "riff_text"]

_MAX_TEXT_BYTES = 2**20  # a chunk that claims to be longer contains no text


def riff_problem(path: Path, form: bytes) -> str | None:
    """Return why a file is no complete RIFF file of a form, such as ``b"WAVE"``; None if it is one.

    Returns
    -------
    str or None
        ``"not"`` or ``"only the beginning of"``, to be put before what the file should be.
    """
    with path.open("rb") as file:
        header = file.read(12)
    if len(header) < 12 or header[:4] != b"RIFF" or header[8:] != form:
        return "not"
    (size,) = struct.unpack("<I", header[4:8])
    return "only the beginning of" if path.stat().st_size < size + 8 else None


def riff_text(path: Path, form: bytes, name: bytes) -> str | None:
    """Return a text in a RIFF file's ``INFO`` list, such as ``ICMT``; None if it is not there."""
    with path.open("rb") as file:
        header = file.read(12)
        if header[:4] != b"RIFF" or header[8:] != form:
            return None
        end = path.stat().st_size
        for kind, start, size in riff_chunks(file, 12, end):
            if kind != b"LIST" or file.read(4) != b"INFO":
                continue
            for field, place, length in riff_chunks(file, start + 4, min(start + size, end)):
                if field == name:
                    file.seek(place)
                    data = file.read(min(length, _MAX_TEXT_BYTES))
                    return data.rstrip(b"\0").decode("utf-8", "replace")
    return None


def riff_chunks(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and size of each chunk between two places; the file is at its start."""
    while start + 8 <= end:
        file.seek(start)
        name, size = struct.unpack("<4sI", file.read(8))
        start += 8
        if start + size > end:  # cut off
            return
        yield name, start, size
        start += size + size % 2
