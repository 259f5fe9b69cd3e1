"""Tags: texts in a MIDI file that say how MuseGen made it. Other programs ignore them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pretty_midi

__all__ = ["TAG", "Tag", "find_tag", "notes_checksum"]

TAG = "MuseGen:"
"""What the text of a tag begins with."""
_CHECKSUM = "MuseGen-notes:"


@dataclass(frozen=True)
class Tag:
    """The tag of a file that MuseGen wrote.

    Attributes
    ----------
    text : str
        Begins with ``MuseGen:``.
    notes_unchanged : bool
        Whether the notes are still those that the tag was written with. Programs that edit the
        notes may keep the texts.
    """

    text: str
    notes_unchanged: bool = True


def find_tag(midi: pretty_midi.PrettyMIDI) -> Tag | None:
    """Return the tag of a file, or None for a file that MuseGen did not write."""
    texts = [event.text for event in midi.text_events]
    text = next((text for text in texts if text.startswith(TAG)), None)
    if text is None:
        return None
    # Files of early versions have no checksum.
    checksum = next((text for text in texts if text.startswith(_CHECKSUM)), None)
    return Tag(text, checksum is None or checksum == notes_checksum(midi))


def notes_checksum(midi: pretty_midi.PrettyMIDI) -> str:
    """Return a text that changes when the notes change."""
    notes = [
        # Times in milliseconds, so that writing the file at another resolution is no change.
        (
            instrument.program,
            instrument.is_drum,
            note.pitch,
            note.velocity,
            round(note.start * 1000),
            round(note.end * 1000),
        )
        for instrument in midi.instruments
        for note in instrument.notes
    ]
    return f"{_CHECKSUM}{zlib.crc32(np.array(sorted(notes), '<i4').tobytes()):08x}"
