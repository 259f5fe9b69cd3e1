"""Standard MIDI Files: loading, tagging and writing them through pretty_midi.

Nothing here knows about phrases, pieces or parts.
"""

from musegen.midi.load import ENDINGS, MAX_BYTES, MidiFile, load_file, load_midi
from musegen.midi.playable import Playable, lengthen, load_playable
from musegen.midi.scores import ENDINGS as SCORE_ENDINGS
from musegen.midi.tags import Tag, find_tag
from musegen.midi.write import TICKS_PER_QUARTER, TimedTrack, build_midi, write_midi

__all__ = [
    "ENDINGS",
    "MAX_BYTES",
    "SCORE_ENDINGS",
    "TICKS_PER_QUARTER",
    "MidiFile",
    "Playable",
    "Tag",
    "TimedTrack",
    "build_midi",
    "find_tag",
    "lengthen",
    "load_file",
    "load_midi",
    "load_playable",
    "write_midi",
]
