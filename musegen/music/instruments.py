"""The default instruments of the parts, and the nine classes of drums."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from musegen.midi.general_midi import DRUM_KITS, program_name
from musegen.music.notes import IntArray

__all__ = [
    "DEFAULT_PROGRAMS",
    "DRUM_CLASSES",
    "DRUM_PITCHES",
    "drum_classes",
    "instrument_name",
    "nearest_drum_classes",
]

# Each part has a timbre and an attack of its own, so that the ear can tell the parts apart. The
# melody is on the electric piano and the chords on the piano because of the two pianos the
# electric one is louder, by 8 LU, and the chords have three times the notes.
DEFAULT_PROGRAMS: Mapping[str, int] = MappingProxyType(
    {"lead": 4, "counter": 11, "chords": 0, "bass": 33, "drums": 0}
)

# The nine classes of Roberts et al. 2018 (MusicVAE, appendix) and Gillick et al. 2019 (GrooVAE),
# each with the General MIDI pitch that it is written as and the pitches that are read as it. The
# Roland TD-11 of the Groove data adds 22, 26, 55 and others (Gillick et al. 2019, table 4).
_CLASSES: Mapping[str, tuple[int, tuple[int, ...]]] = {
    "kick": (36, (35, 36)),
    "snare": (38, (37, 38, 39, 40)),
    "closed hi-hat": (42, (22, 42, 44, 54, 69, 70, 80)),
    "open hi-hat": (46, (26, 46, 81)),
    "low tom": (43, (41, 43, 58, 61, 64, 66)),
    "mid tom": (47, (45, 47, 60, 63, 65, 67, 68)),
    "high tom": (50, (48, 50, 62)),
    "crash": (49, (49, 52, 55, 57)),
    "ride": (51, (51, 53, 56, 59)),
}
DRUM_CLASSES: tuple[str, ...] = tuple(_CLASSES)
DRUM_PITCHES: tuple[int, ...] = tuple(pitch for pitch, _ in _CLASSES.values())
_CLASS_OF = np.full(128, -1)
for _index, (_, _pitches) in enumerate(_CLASSES.values()):
    _CLASS_OF[list(_pitches)] = _index

# The class that sounds most like each other percussion of General MIDI 2 and Yamaha's XG.
_NEAREST: Mapping[str, tuple[int, ...]] = {
    "kick": (13, 14),  # surdos of XG
    "snare": (16, 19, 23, 24, 25, 27, 28, 29, 30, 31, 75, 85),  # slaps, brushes, sticks, claves
    "closed hi-hat": (15, 17, 20, 21, 32, 33, 71, 73, 78, 82, 83),  # clicks, shakers, short ones
    "open hi-hat": (18, 72, 74, 79, 84),  # long ones, bell tree
    "low tom": (86, 87),  # surdos
    "mid tom": (77,),  # low wood block
    "high tom": (76,),  # high wood block
    "ride": (34,),  # metronome bell
}
_OTHERS = "closed hi-hat"  # soft and short, in place of what no standard names
_NEAREST_CLASS = np.where(_CLASS_OF < 0, DRUM_CLASSES.index(_OTHERS), _CLASS_OF)
for _name, _pitches in _NEAREST.items():
    _NEAREST_CLASS[list(_pitches)] = DRUM_CLASSES.index(_name)


def drum_classes(pitch: IntArray) -> IntArray:
    """Return the index in `DRUM_CLASSES` of General MIDI or Roland drum pitches; -1 for others."""
    return _CLASS_OF[pitch]


def nearest_drum_classes(pitch: IntArray) -> IntArray:
    """Return the index in `DRUM_CLASSES` of the class that sounds most like each drum pitch."""
    return _NEAREST_CLASS[pitch]


def instrument_name(part: str, program: int) -> str:
    """Return the General MIDI name of a part's instrument, or of its drum kit."""
    if part != "drums":
        return program_name(program)
    return next((name for name, kit in DRUM_KITS.items() if kit == program), "Standard Kit")
