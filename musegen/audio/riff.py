"""RIFF: the container of soundfonts and WAV files alike."""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["riff_fault"]


def riff_fault(path: Path, form: bytes) -> str | None:
    """What keeps a file from being a whole RIFF file of a form; None where nothing does."""
    with path.open("rb") as file:
        head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != form:
        return "not"
    (size,) = struct.unpack("<I", head[4:8])
    return "only the beginning of" if path.stat().st_size < size + 8 else None
