"""Pieces into sound: soundfonts, FluidSynth through midi2audio, loudness, file formats."""

from musegen.audio.errors import AudioError
from musegen.audio.formats import FORMATS, to_int16, write_audio, write_stems
from musegen.audio.renderers import fluidsynth_problem
from musegen.audio.rendering import Stems, render, render_stems
from musegen.audio.soundfonts import Soundfont, find_soundfonts
from musegen.audio.stream import write_stream

__all__ = [
    "FORMATS",
    "AudioError",
    "Soundfont",
    "Stems",
    "find_soundfonts",
    "fluidsynth_problem",
    "render",
    "render_stems",
    "to_int16",
    "write_audio",
    "write_stems",
    "write_stream",
]
