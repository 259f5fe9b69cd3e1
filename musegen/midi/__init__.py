"""Standard MIDI Files as bytes: loaded, tagged and written through pretty_midi."""

from musegen.midi.load import MAX_BYTES, load_midi
from musegen.midi.tags import Tag, read_tag
from musegen.midi.write import to_pretty_midi, write_midi

__all__ = ["MAX_BYTES", "Tag", "load_midi", "read_tag", "to_pretty_midi", "write_midi"]
