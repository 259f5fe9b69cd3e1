"""Tags: what a MIDI file made here says of itself, in texts that other programs pass over."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musegen.errors import MusicError
from musegen.midi.load import load_midi, midi_bytes

__all__ = ["Tag", "read_tag", "seal"]

_BEGINNING = "MuseGen:"
_SEAL = "MuseGen-notes:"


@dataclass(frozen=True)
class Tag:
    """What a file made here says of itself.

    Attributes
    ----------
    text : str
    fits : bool
        Whether the notes are still those that it was written with. Programs that change notes may
        keep the texts.
    """

    text: str
    fits: bool = True


def read_tag(path: str | Path) -> Tag | None:
    """The first text in a MIDI file that begins with ``MuseGen:``; None where there is none.

    A file that is missing, damaged or not MIDI has none.
    """
    try:
        # Most files are other people's: those need not be taken apart for it.
        if _BEGINNING.encode() not in midi_bytes(path):
            return None
        texts = [event.text for event in load_midi(path).text_events]
        text = next((text for text in texts if text.startswith(_BEGINNING)), None)
        # Files of earlier versions have no seal.
        seals = [text for text in texts if text.startswith(_SEAL)]
        return None if text is None else Tag(text, not seals or seals[0] == seal(path))
    except MusicError:
        return None


def seal(path: str | Path) -> str:
    """A text that tells whether the notes of a MIDI file were changed: their checksum.

    Raises
    ------
    MusicError
        If the file cannot be read.
    """
    notes = [
        # In milliseconds: to write the same notes at another resolution is no change.
        (one.program, one.is_drum, n.pitch, n.velocity, round(n.start * 1e3), round(n.end * 1e3))
        for one in load_midi(path).instruments
        for n in one.notes
    ]
    return f"{_SEAL}{zlib.crc32(np.array(sorted(notes), '<i4').tobytes()):08x}"
