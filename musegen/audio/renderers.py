"""The renderers, each in a process of its own: FluidSynth through midi2audio, and midirenderer."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import soundfile
from scipy.signal import resample_poly

from musegen.audio.process import run_process
from musegen.audio.riff import riff_problem
from musegen.errors import AudioError
from musegen.midi import Playable, lengthen

__all__ = ["MAX_RELEASE", "RATE", "SYNTH_SETTINGS", "fluidsynth_problem", "run_renderer"]

RATE = 44100  # samples a second: the rate of the soundfonts' recordings
MAX_RELEASE = 4.0  # seconds that are kept after the end: a crash or a held pad fades within them

# midi2audio waits for FluidSynth without a limit, lets it write to the terminal, drops its exit
# status, and puts its options behind the files, where FluidSynth for Windows takes them for files.
# So it runs in a Python process of its own, which can be stopped and silenced, and which puts the
# one call that midi2audio makes in order.
_MIDI2AUDIO = """
import subprocess, sys
import midi2audio

soundfont, midi, wav, rate, *options = sys.argv[1:]
call = subprocess.call

def call_in_order(command):
    program, flags, *files = command[:4]
    status = call([program, flags, *options, *command[4:], *files])
    sys.exit(128 - status if status < 0 else status)  # as shells tell which signal ended it

subprocess.call = call_in_order
midi2audio.FluidSynth(soundfont, int(rate)).midi_to_audio(midi, wav)
"""
# Named, though they are FluidSynth's own, since other versions have others, such as the one that
# the page plays with.
SYNTH_SETTINGS: Mapping[str, float] = MappingProxyType(
    {
        "synth.gain": 0.2,
        "synth.reverb.room-size": 0.2,
        "synth.reverb.damp": 0.0,
        "synth.reverb.width": 0.5,
        "synth.reverb.level": 0.9,
        "synth.chorus.nr": 3,
        "synth.chorus.level": 2.0,
        "synth.chorus.speed": 0.3,
        "synth.chorus.depth": 8.0,
    }
)
_OPTIONS = (
    "-f", os.devnull,  # no settings of the user: a piece sounds the same on every computer
    "-T", "wav",
    "-O", "float",  # FluidSynth plays far below full scale: 16 bits would lose two or three of them
    "-o", "synth.default-soundfont=",  # no other soundfont in place of one that it cannot load
    "-o", "synth.dynamic-sample-loading=1",  # FluidR3 takes 45 MB of memory instead of 169
    "-z", "1024",  # samples at once: less work than 64, on which notes still begin
    # With more threads, a note is wrong in one of 250 sounds that a busy computer makes.
    "-o", "synth.cpu-cores=1",
    *(word for item in SYNTH_SETTINGS.items() for word in ("-o", "{}={}".format(*item))),
)  # fmt: skip
# SDL, which FluidSynth is often built with, looks for sound cards in a thread that wakes ten times
# a second, and waits for that thread in the end.
_ENVIRONMENT = {"SDL_AUDIODRIVER": "dummy"}

# midirenderer, too, has a process of its own: it aborts on some damaged soundfonts.
_MIDIRENDERER = """
import pathlib, sys
import midirenderer

soundfont, midi, wav = map(pathlib.Path, sys.argv[1:])
wav.write_bytes(midirenderer.render_wave_from(soundfont.read_bytes(), midi.read_bytes()))
"""


def fluidsynth_problem() -> str | None:
    """Return None if FluidSynth can be run; else one line that says how to install it."""
    if shutil.which("fluidsynth"):
        return None
    return (
        "FluidSynth is not installed, so a simpler renderer plays: install it with"
        " apt-get install fluidsynth (Debian, Ubuntu), brew install fluid-synth (macOS)"
        " or choco install fluidsynth (Windows)"
    )


def run_renderer(
    music: Playable,
    soundfont: Path,
    embedded: bool,
    folder: Path,
    timeout: float,
    report: Callable[[float], None],
) -> npt.NDArray[np.float32]:
    """Render a MIDI file.

    Parameters
    ----------
    music : Playable
        With notes.
    soundfont : Path
    embedded : bool
        Whether midirenderer is used instead of FluidSynth.
    folder : Path
        An empty folder for temporary files; the caller removes it.
    timeout : float
        Seconds after which the renderer is stopped.
    report : callable
        Called ten times a second with the share of the sound that is written, 0 to 1. If it
        raises, the renderer is stopped.

    Returns
    -------
    numpy.ndarray
        Shape ``(samples, 2)``, float32, at `RATE`.

    Raises
    ------
    AudioError
        If the renderer fails, takes too long, or leaves an incomplete file.
    OSError
        If a temporary file cannot be written, or the renderer cannot be started.
    """
    midi, wav, log = folder / "music.mid", folder / "music.wav", folder / "log.txt"
    files = [str(soundfont), str(midi), str(wav)]
    if embedded:
        renderer = "midirenderer"
        # midirenderer stops at the last event, in the middle of the release.
        midi.write_bytes(lengthen(music.data, music.seconds - music.end + MAX_RELEASE))
        command = [sys.executable, "-c", _MIDIRENDERER, *files]
    else:
        renderer = "FluidSynth"
        midi.write_bytes(music.data)
        command = [sys.executable, "-c", _MIDI2AUDIO, *files, str(RATE), *_OPTIONS]
    # About the final size, depending on the release: four bytes for each sample and channel.
    expected = (music.seconds + MAX_RELEASE) * RATE * 8

    def poll() -> None:
        report(min(1.0, wav.stat().st_size / expected) if wav.is_file() else 0.0)

    with log.open("wb") as output:
        # In `folder`: a file midi2audio.py in the user's folder would be imported otherwise.
        status = run_process(command, folder, _ENVIRONMENT, output, timeout, poll)
    messages = log.read_text(errors="replace")
    if status is None:
        raise AudioError(f"{renderer} was not done after {timeout:.3g} s and was ended: try again")
    # FluidSynth exits with 0 if it cannot load the soundfont, and writes silence.
    if "failed to load the soundfont" in messages.lower() or "not a soundfont" in messages.lower():
        raise AudioError(f"{renderer} cannot load {soundfont.name}: choose another soundfont")
    if status < 0 or status > 128:
        raise AudioError(f"{renderer} was ended while it played: try again")
    if status or not wav.is_file():
        reason = _error_message(messages, status)
        raise AudioError(
            f"{renderer} failed with {soundfont.name}: {reason}; try another soundfont"
        )
    return _read_complete(wav, music.end, renderer)


def _read_complete(wav: Path, end: float, renderer: str) -> npt.NDArray[np.float32]:
    """Read a renderer's file, and make sure that it goes on to the end of the last note."""
    incomplete = AudioError(f"{renderer} left an unfinished file: see that the disk is not full")
    if riff_problem(wav, b"WAVE"):
        raise incomplete
    try:
        audio, rate = soundfile.read(wav, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        raise incomplete from None
    if len(audio) < (end - 0.1) * rate or audio.shape[1] != 2 or not np.isfinite(audio).all():
        raise incomplete
    audio = np.asarray(audio, np.float32)
    return audio if rate == RATE else _resample(audio, rate)


def _error_message(messages: str, status: int) -> str:
    """Return the last error that a renderer wrote, else its exit status."""
    lines = [line.strip() for line in messages.splitlines() if "error" in line.lower()]
    return lines[-1].removeprefix("fluidsynth: ")[:160] if lines else f"exit status {status}"


def _resample(audio: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.float32]:
    divisor = int(np.gcd(rate, RATE))
    return resample_poly(audio, RATE // divisor, rate // divisor).astype(np.float32)
