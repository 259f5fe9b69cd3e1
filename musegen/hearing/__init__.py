"""Hears one voice, sung, hummed or whistled, in a recording: samples → notes → piece."""

from musegen.hearing.melody import transcribe_file, transcribe_melody
from musegen.hearing.read import read_music
from musegen.hearing.sound_files import ENDINGS, read_sound
from musegen.hearing.take import read_take

__all__ = [
    "ENDINGS",
    "read_music",
    "read_sound",
    "read_take",
    "transcribe_file",
    "transcribe_melody",
]
