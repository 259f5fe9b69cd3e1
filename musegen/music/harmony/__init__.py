"""Chords: their names, bars of them as text, and recognising them in any music."""

from musegen.music.harmony.chord import NO_CHORD, Chord
from musegen.music.harmony.chords import Chords
from musegen.music.harmony.endings import ring_out
from musegen.music.harmony.identify import identify
from musegen.music.harmony.progressions import PROGRESSIONS, progression
from musegen.music.harmony.recognition import recognize_chords

__all__ = [
    "NO_CHORD",
    "PROGRESSIONS",
    "Chord",
    "Chords",
    "identify",
    "progression",
    "recognize_chords",
    "ring_out",
]
