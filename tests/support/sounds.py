"""Short pieces for the tests of sound, and what those tests look at."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pretty_midi
import pytest

from musegen.music import Phrase, Piece
from musegen.music.notes import make_notes

TIM = Path(pretty_midi.__file__).with_name("TimGM6mb.sf2")
RATE = 44100
BAND = [
    *((step, "lead", 72 + step % 7, 2, 90) for step in range(0, 32, 4)),
    *((step, "chords", pitch, 8, 70) for step in range(0, 32, 8) for pitch in (60, 64, 67)),
    *((step, "bass", 36, 8, 100) for step in range(0, 32, 8)),
    *((step, "drums", 36 if step % 8 else 38, 1, 110) for step in range(0, 32, 4)),
]

needs_fluidsynth = pytest.mark.skipif(
    shutil.which("fluidsynth") is None, reason="FluidSynth is not installed"
)


def piece_of(rows: list[tuple], tempo: float = 240, **programs: int) -> Piece:
    """One phrase, which lasts two seconds at 240 beats a minute, played by two pianos."""
    programs = {"lead": 0, "chords": 4, **programs}
    return Piece((Phrase(make_notes(rows), tempo=tempo),), programs)


def peak_db(sound: np.ndarray) -> float:
    return 20 * np.log10(np.abs(sound).max())


def damaged_soundfont(folder: Path) -> Path:
    """A soundfont whose header and length are right, and whose tables are overwritten."""
    data = TIM.read_bytes()
    tables = data.rfind(b"pdta")
    path = folder / "damaged.sf2"
    path.write_bytes(data[:tables] + b"\xff" * (len(data) - tables))
    return path


def has_ended(process: int) -> bool:
    """Whether a process ends within a minute. One that only waits for its parent has ended."""
    for _ in range(3000):
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True)
        if state.stdout.strip()[:1] in (b"", b"Z"):
            return True
        time.sleep(0.02)
    return False
