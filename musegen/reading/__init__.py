"""Reads MIDI files of any program as pieces for the five parts of the band."""

from musegen.reading.quantize import quantize_drums, quantize_track
from musegen.reading.read import read_file, read_midi, read_midi_with_report
from musegen.reading.report import Report, TrackReport
from musegen.reading.signatures import file_keys

__all__ = [
    "Report",
    "TrackReport",
    "file_keys",
    "quantize_drums",
    "quantize_track",
    "read_file",
    "read_midi",
    "read_midi_with_report",
]
