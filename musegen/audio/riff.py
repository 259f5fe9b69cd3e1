"""RIFF: the container of soundfonts and WAV files alike."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["riff_fault", "riff_text"]

_LONGEST = 2**20  # bytes of a text: who says that it is longer has no text in mind


def riff_fault(path: Path, form: bytes) -> str | None:
    """What keeps a file from being a whole RIFF file of a form; None where nothing does."""
    with path.open("rb") as file:
        head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != form:
        return "not"
    (size,) = struct.unpack("<I", head[4:8])
    return "only the beginning of" if path.stat().st_size < size + 8 else None


def riff_text(path: Path, form: bytes, name: bytes) -> str | None:
    """A text of a RIFF file's ``INFO`` list, such as ``ICMT``; None if it is not there."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != form:
            return None
        end = path.stat().st_size
        for kind, start, size in _chunks(file, 12, end):
            if kind != b"LIST" or file.read(4) != b"INFO":
                continue
            for field, place, length in _chunks(file, start + 4, min(start + size, end)):
                if field == name:
                    file.seek(place)
                    return file.read(min(length, _LONGEST)).rstrip(b"\0").decode("utf-8", "replace")
    return None


def _chunks(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and size of each chunk between two places; the file is put at its start."""
    while start + 8 <= end:
        file.seek(start)
        name, size = struct.unpack("<4sI", file.read(8))
        start += 8
        if start + size > end:  # cut off
            return
        yield name, start, size
        start += size + size % 2
