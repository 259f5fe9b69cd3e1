"""The renderers, each in a process of its own: FluidSynth through midi2audio, and midirenderer."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
from scipy.signal import resample_poly

from musegen.audio.riff import riff_fault
from musegen.errors import AudioError
from musegen.midi import extend_midi

if TYPE_CHECKING:
    from musegen.music.piece import Piece

__all__ = ["RATE", "TAIL", "fluidsynth_problem", "play"]

RATE = 44100  # samples a second: the rate the soundfonts were recorded at
TAIL = 4.0  # seconds: the longest release kept; a crash or a held pad fades within it

_WATCH = 0.1  # seconds between two looks at a renderer that works

# midi2audio waits for FluidSynth without a limit, lets it write to the terminal, drops its exit
# status, and puts its options behind the files, where FluidSynth for Windows takes them for files
# too. So it runs in a Python of its own, which can be ended and silenced, and there the one call
# it makes is put in order.
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
_OPTIONS = (
    "-f", os.devnull,  # no settings from the user's own FluidSynth: a piece sounds alike everywhere
    "-T", "wav",
    "-O", "float",  # FluidSynth plays far below full scale: 16 bits would lose two or three of them
    "-o", "synth.default-soundfont=",  # never another soundfont in place of one it cannot load
    "-o", "synth.dynamic-sample-loading=1",  # FluidR3: 45 MB of memory for 169, the same sound
    "-z", "1024",  # samples at once: notes still begin on their own 64, and two cores can share
)  # fmt: skip
# SDL, which FluidSynth is often built with, looks for sound cards from a thread that it wakes ten
# times a second, and waits for it in the end.
_ENVIRONMENT = {"SDL_AUDIODRIVER": "dummy"}

# Also apart: it panics, in Rust's sense, on some damaged soundfonts.
_MIDIRENDERER = """
import pathlib, sys
import midirenderer

soundfont, midi, wav = map(pathlib.Path, sys.argv[1:])
wav.write_bytes(midirenderer.render_wave_from(soundfont.read_bytes(), midi.read_bytes()))
"""


def fluidsynth_problem() -> str | None:
    """None where FluidSynth can be run; else one line that says so and how to install it."""
    if shutil.which("fluidsynth"):
        return None
    return (
        "FluidSynth is not installed, so a simpler renderer plays: install it with"
        " apt-get install fluidsynth (Debian, Ubuntu), brew install fluid-synth (macOS)"
        " or choco install fluidsynth (Windows)"
    )


def play(
    piece: Piece,
    soundfont: Path,
    embedded: bool,
    folder: Path,
    timeout: float,
    watch: Callable[[float], None],
    cores: int = 1,
) -> np.ndarray:
    """The piece as the renderer leaves it.

    Parameters
    ----------
    piece : Piece
        With notes.
    soundfont : Path
    embedded : bool
        Whether midirenderer plays, not FluidSynth.
    folder : Path
        For the files between: empty, and the caller's to remove.
    timeout : float
        Seconds after which the renderer is ended.
    watch : callable
        Called ten times a second with the share of the sound that is written, 0 to 1. If it
        raises, the renderer is ended, and so does this.
    cores : int
        That FluidSynth shares its work among. The sound is the same to the bit.

    Returns
    -------
    numpy.ndarray
        Shape ``(samples, 2)``, float32, at `RATE`.

    Raises
    ------
    AudioError
        If the renderer fails, is not done in time, or leaves an unfinished file.
    """
    midi, wav, log = folder / "piece.mid", folder / "piece.wav", folder / "log.txt"
    files = [str(soundfont), str(midi), str(wav)]
    if embedded:
        renderer = "midirenderer"
        _write_long_midi(piece, midi)
        command = [sys.executable, "-c", _MIDIRENDERER, *files]
    else:
        renderer = "FluidSynth"
        piece.write_midi(midi)
        options = [*_OPTIONS, "-o", f"synth.cpu-cores={cores}"]
        command = [sys.executable, "-c", _MIDI2AUDIO, *files, str(RATE), *options]
    # About as much as it will be: the release is as long as it is. Four bytes a sample and channel.
    expected = (piece.seconds + TAIL) * RATE * 8

    def look() -> None:
        watch(min(1.0, wav.stat().st_size / expected) if wav.is_file() else 0.0)

    with log.open("wb") as output:
        status = _run(command, folder, output, timeout, look)
    said = log.read_text(errors="replace")
    if status is None:
        raise AudioError(f"{renderer} was not done after {timeout:.3g} s and was ended: try again")
    # FluidSynth exits 0 when it cannot load the soundfont, and writes silence.
    if "failed to load the soundfont" in said.lower() or "not a soundfont" in said.lower():
        raise AudioError(f"{renderer} cannot load {soundfont.name}: choose another soundfont")
    if status < 0 or status > 128:
        raise AudioError(f"{renderer} was ended while it played: try again")
    if status or not wav.is_file():
        reason = _reason(said, status)
        raise AudioError(
            f"{renderer} failed with {soundfont.name}: {reason}; try another soundfont"
        )
    return _read_whole(wav, piece, renderer)


def _write_long_midi(piece: Piece, path: Path) -> None:
    # midirenderer stops at the last event, in the middle of a release.
    midi = piece.to_pretty_midi()
    extend_midi(midi, piece.seconds + TAIL)
    midi.write(str(path))


def _read_whole(wav: Path, piece: Piece, renderer: str) -> np.ndarray:
    unfinished = AudioError(f"{renderer} left an unfinished file: see that the disk is not full")
    if riff_fault(wav, b"WAVE"):
        raise unfinished
    try:
        audio, rate = soundfile.read(wav, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        raise unfinished from None
    notes = piece.notes
    end = piece.seconds_at((notes["onset"] + notes["duration"]).max())
    if len(audio) < (end - 0.1) * rate or audio.shape[1] != 2 or not np.isfinite(audio).all():
        raise unfinished
    return audio if rate == RATE else _resampled(audio, rate)


def _run(
    command: list[str],
    folder: Path,
    output: io.BufferedWriter,
    timeout: float,
    look: Callable[[], None],
) -> int | None:
    """Exit status of a command; None if it ran out of time. Nothing it started outlives it."""
    process = subprocess.Popen(
        command,
        cwd=folder,  # else a file named midi2audio.py in the user's folder would be imported
        env={**os.environ, **_ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # a group of its own, so that FluidSynth ends with its parent
    )
    deadline = time.monotonic() + timeout
    ended = threading.Event()
    # A thread waits: `Popen.wait` with a time limit looks only every now and then.
    threading.Thread(target=lambda: (process.wait(), ended.set()), daemon=True).start()
    try:
        while not ended.wait(max(0.0, min(_WATCH, deadline - time.monotonic()))):
            look()
            if time.monotonic() >= deadline:
                return None
        return process.returncode
    finally:
        if not ended.is_set():
            _end(process)


def _end(process: subprocess.Popen) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
    process.wait()


def _reason(said: str, status: int) -> str:
    """The last error in what a renderer said, else its exit status."""
    lines = [line.strip() for line in said.splitlines() if "error" in line.lower()]
    return lines[-1].removeprefix("fluidsynth: ")[:160] if lines else f"exit status {status}"


def _resampled(audio: np.ndarray, rate: int) -> np.ndarray:
    divisor = int(np.gcd(rate, RATE))
    return resample_poly(audio, RATE // divisor, rate // divisor).astype(np.float32)
