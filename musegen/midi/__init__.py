"""Standard MIDI Files: loading, tagging and writing them through pretty_midi.

Nothing here knows about phrases, pieces or parts.
"""

from musegen.midi.load import ENDINGS, MAX_BYTES, MidiFile, load_file, load_midi
from musegen.midi.tags import Tag, find_tag
from musegen.midi.write import TICKS_PER_QUARTER, TimedTrack, build_midi, extend_midi, write_midi

__all__ = [
    "ENDINGS",
    "MAX_BYTES",
    "TICKS_PER_QUARTER",
    "MidiFile",
    "Tag",
    "TimedTrack",
    "build_midi",
    "extend_midi",
    "find_tag",
    "load_file",
    "load_midi",
    "write_midi",
]
