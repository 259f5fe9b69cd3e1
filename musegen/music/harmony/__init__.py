"""Chords: their names, bars of them as text, recognised in any music, proposed to a melody."""

from musegen.music.harmony.chord import NO_CHORD, Chord
from musegen.music.harmony.chords import Chords
from musegen.music.harmony.endings import ring_out
from musegen.music.harmony.identify import identify
from musegen.music.harmony.progressions import PROGRESSIONS, progression
from musegen.music.harmony.proposal import HARMONIZER, propose_chords
from musegen.music.harmony.recognition import RECOGNIZER, recognize_chords
from musegen.music.harmony.reharmonize import reharmonize

__all__ = [
    "HARMONIZER",
    "NO_CHORD",
    "PROGRESSIONS",
    "RECOGNIZER",
    "Chord",
    "Chords",
    "identify",
    "progression",
    "propose_chords",
    "recognize_chords",
    "reharmonize",
    "ring_out",
]
