
from musegen.music.harmony.chord import NO_CHORD, Chord
from musegen.music.harmony.chords import Chords
from musegen.music.harmony.identify import identify
from musegen.music.harmony.progressions import PROGRESSIONS, progression

__all__ = [
    "NO_CHORD",
    "PROGRESSIONS",
    "Chord",
    "Chords",
    "identify",
    "progression",
]
