"""Tags: what a MIDI file made here says of itself, in a text that other programs pass over."""

from __future__ import annotations

from pathlib import Path

from musegen.music.errors import MusicError
from musegen.music.midi.loading import load_midi, midi_bytes

__all__ = ["read_tag"]

_BEGINNING = "MuseGen:"


def read_tag(path: str | Path) -> str | None:
    """The first text in a MIDI file that begins with ``MuseGen:``; None where there is none.

    A file that is missing, damaged or not MIDI has none.
    """
    try:
        # Most files are other people's: those need not be taken apart for it.
        if _BEGINNING.encode() not in midi_bytes(path):
            return None
        texts = load_midi(path).text_events
    except MusicError:
        return None
    return next((event.text for event in texts if event.text.startswith(_BEGINNING)), None)
