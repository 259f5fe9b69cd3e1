"""From the tracks of any MIDI file to a piece for the five parts of the band."""

from musegen.reading.read import (
    drum_notes,
    file_keys,
    read_file,
    read_midi,
    read_midi_with_report,
    track_notes,
)
from musegen.reading.report import Report, TrackReport

__all__ = [
    "Report",
    "TrackReport",
    "drum_notes",
    "file_keys",
    "read_file",
    "read_midi",
    "read_midi_with_report",
    "track_notes",
]
