"""Finds the header and the tracks of a MIDI file, wherever they are in its bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Chunk", "Layout", "find_chunks"]

_HEADER_SIZE = 14  # "MThd", the length of the header and three numbers
_END = b"\xff\x2f\x00"  # of a track


@dataclass(frozen=True)
class Chunk:
    """One track: where its events start, and where they end by its own length and at most.

    `limit` is where the next track's name starts, or the end of the file. The name of a track
    chunk ("MTrk") in the events of another is too unlikely to be taken into account.
    """

    start: int
    declared_end: int
    limit: int


@dataclass(frozen=True)
class Layout:
    """A file's header and tracks.

    Attributes
    ----------
    header_start, header_size : int
        Where the header is (bytes before it belong to an archive or a mailer), and its size.
    midi_type, declared_tracks, division : int
        As in the header; `division` is negative where time is counted in video frames.
    tracks : tuple of Chunk
        All tracks in the file, whatever their declared number is.
    """

    header_start: int
    header_size: int
    midi_type: int
    declared_tracks: int
    division: int
    tracks: tuple[Chunk, ...]


def _find_names(data: bytes) -> list[int]:
    """Find the names of tracks; with one wrong byte if there is a track of the right length."""
    found: list[int] = []
    for match in re.finditer(b"MTrk|MTr.|MT.k|M.rk|.Trk", data, re.DOTALL):
        start = match.start()
        end = start + 8 + int.from_bytes(data[start + 4 : start + 8], "big")
        if match[0] == b"MTrk" or (end <= len(data) and data.endswith(_END, start + 8, end)):
            found.append(start)
    return found


def find_chunks(data: bytes) -> Layout | None:
    """Find the header and all tracks of a file; None if it has no header and no track.

    RIFF, MacBinary, a byte order mark and text before the header are passed over, and so are
    chunks of other kinds before, between and after the tracks.
    """
    names = _find_names(data)
    start = data.find(b"MThd")
    if start < 0:  # its name may be damaged: the header is just before the first track
        start = names[0] - _HEADER_SIZE if names else -1
    if start < 0 or start + _HEADER_SIZE > len(data):
        return None
    names = [name for name in names if name > start]
    limits = [*names[1:], len(data)][: len(names)]
    tracks = [
        Chunk(name + 8, name + 8 + int.from_bytes(data[name + 4 : name + 8], "big"), limit)
        for name, limit in zip(names, limits, strict=True)
        if name + 8 <= limit
    ]
    size, midi_type, declared, division = (
        int.from_bytes(data[start + first : start + last], "big", signed=first == 12)
        for first, last in ((4, 8), (8, 10), (10, 12), (12, 14))
    )
    return Layout(start, 8 + size, midi_type, declared, division, tuple(tracks))
