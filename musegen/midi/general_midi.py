"""Names of General MIDI: its 128 instruments, and the drum kits of level 2."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pretty_midi

from musegen.errors import MusicError

__all__ = ["BUNDLED_SOUNDFONT", "DRUM_KITS", "program_name", "program_named"]

# Soundfonts play the standard kit for all other programs.
DRUM_KITS: Mapping[str, int] = MappingProxyType(
    {
        "Standard Kit": 0,
        "Room Kit": 8,
        "Power Kit": 16,
        "Electronic Kit": 24,
        "TR-808 Kit": 25,
        "Jazz Kit": 32,
        "Brush Kit": 40,
        "Orchestra Kit": 48,
    }
)
BUNDLED_SOUNDFONT = Path(pretty_midi.__file__).with_name("TimGM6mb.sf2")  # pretty_midi ships it


def program_name(program: int) -> str:
    """Return the General MIDI name of a program, 0 to 127."""
    return pretty_midi.program_to_instrument_name(program)


def program_named(name: str) -> int:
    """Return the program with a General MIDI name; raise `MusicError` if there is none."""
    try:
        return pretty_midi.instrument_name_to_program(name)
    except (ValueError, KeyError):
        raise MusicError(
            f"General MIDI has no instrument {name!r}: write a name like 'Electric Piano 1'"
        ) from None
