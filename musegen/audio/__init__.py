"""Pieces into sound: soundfonts, FluidSynth through midi2audio, loudness, file formats."""

from musegen.audio.errors import AudioError
from musegen.audio.formats import FORMATS, to_int16, write_audio
from musegen.audio.renderers import fluidsynth_problem
from musegen.audio.rendering import render
from musegen.audio.soundfonts import Soundfont, find_soundfonts

__all__ = [
    "FORMATS",
    "AudioError",
    "Soundfont",
    "find_soundfonts",
    "fluidsynth_problem",
    "render",
    "to_int16",
    "write_audio",
]
