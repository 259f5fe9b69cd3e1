"""Standard MIDI Files in and out, through pretty_midi. Nothing outside knows what MIDI is."""

from musegen.music.midi.loading import MAX_BYTES, load_midi
from musegen.music.midi.reading import (
    drum_notes,
    file_keys,
    read_midi,
    read_midi_with_report,
    track_notes,
)
from musegen.music.midi.report import Report, TrackReport
from musegen.music.midi.tags import Tag, read_tag
from musegen.music.midi.writing import to_pretty_midi, write_midi

__all__ = [
    "MAX_BYTES",
    "Report",
    "Tag",
    "TrackReport",
    "drum_notes",
    "file_keys",
    "load_midi",
    "read_midi",
    "read_midi_with_report",
    "read_tag",
    "to_pretty_midi",
    "track_notes",
    "write_midi",
]
