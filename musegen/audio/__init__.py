"""Renders pieces as sound: soundfonts, FluidSynth through midi2audio, loudness, file formats."""

from musegen.audio.formats import FORMATS, read_comment, to_int16, write_audio, write_stems
from musegen.audio.loudness import MASTERING, Mastering
from musegen.audio.renderers import SYNTH_SETTINGS, fluidsynth_problem
from musegen.audio.rendering import render, render_file, render_stems
from musegen.audio.soundfonts import Soundfont, find_soundfont, find_soundfonts, soundfont_names
from musegen.audio.stems import MIX, Stems
from musegen.audio.stream import write_stream
from musegen.audio.subset import DRUM_BANK, cut_soundfont, soundfont_digest
from musegen.audio.video import has_ffmpeg, write_video

__all__ = [
    "DRUM_BANK",
    "FORMATS",
    "MASTERING",
    "MIX",
    "SYNTH_SETTINGS",
    "Mastering",
    "Soundfont",
    "Stems",
    "cut_soundfont",
    "find_soundfont",
    "find_soundfonts",
    "fluidsynth_problem",
    "has_ffmpeg",
    "read_comment",
    "render",
    "render_file",
    "render_stems",
    "soundfont_digest",
    "soundfont_names",
    "to_int16",
    "write_audio",
    "write_stems",
    "write_stream",
    "write_video",
]
