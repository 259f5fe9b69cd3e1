"""Hears one voice, sung, hummed or whistled, in a recording: samples → notes → piece."""

from musegen.hearing.melody import transcribe_file, transcribe_melody
from musegen.hearing.read import read_music
from musegen.hearing.sound_files import ENDINGS, read_sound

__all__ = ["ENDINGS", "read_music", "read_sound", "transcribe_file", "transcribe_melody"]
