"""What the page plays is what the server writes into files: the same music, as loud."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from support.sounds import BAND, RATE, TIM, needs_fluidsynth, piece_of
from support.visits import ROOT

from musegen.audio import (
    DRUM_BANK,
    MASTERING,
    SYNTH_SETTINGS,
    Stems,
    cut_soundfont,
    render_stems,
)
from musegen.audio.loudness import loudness
from musegen.music import Phrase, Piece
from musegen.music.bands import BANDS
from musegen.music.feel import Feel
from musegen.music.instruments import DRUM_PITCHES
from musegen.music.notes import make_notes
from musegen.web.components.player.component import player_data

LIBRARY = ROOT / "musegen" / "web" / "vendor" / "libfluidsynth.js"
NODE = shutil.which("node", path=f"{ROOT}/.venv/bin") or shutil.which("node")

pytestmark = [
    needs_fluidsynth,
    pytest.mark.skipif(NODE is None, reason="Node is not installed"),
    pytest.mark.skipif(not LIBRARY.is_file(), reason="run scripts/fetch_synthesizer.py first"),
]


def play_in_the_page(piece: Piece, folder: Path) -> Stems:
    """Render a piece by the page's scripts and FluidSynth as WebAssembly."""
    fonts = {}
    for part in piece.parts:
        program = piece.programs[part]
        bank, keys = (DRUM_BANK, DRUM_PITCHES) if part == "drums" else (0, None)
        path = folder / f"{part}.sf2"
        path.write_bytes(cut_soundfont(TIM, {(bank, program): keys}, quality=None))
        fonts[f"{part} {program}"] = str(path)
    data = player_data(piece, id="1", title="A piece", recipe="", stem="piece")
    job = {
        "piece": data.model_dump(),
        "settings": dict(SYNTH_SETTINGS),
        "mastering": asdict(MASTERING),
        "fonts": fonts,
        "folder": str(folder),
    }
    (folder / "job.json").write_text(json.dumps(job))
    script = ROOT / "tests" / "js" / "render_piece.js"
    done = subprocess.run(
        [str(NODE), str(script), str(folder / "job.json")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    sounds = {
        part: np.fromfile(folder / f"{part}.f32", np.float32).reshape(-1, 2) for part in piece.parts
    }
    return Stems(sounds, RATE, {})


def dense() -> list[tuple]:
    random = np.random.default_rng(0)
    rows: list[tuple] = [(s, "drums", DRUM_PITCHES[s % 9], 1, 40 + 2 * s) for s in range(32)]
    rows += [(s, "lead", 60 + int(random.integers(24)), 2, 90) for s in range(0, 32, 2)]
    rows += [(s, "counter", 55 + int(random.integers(20)), 8, 80) for s in range(0, 32, 8)]
    rows += [(s, "bass", 36 + int(random.integers(12)), 4, 100) for s in range(0, 32, 4)]
    rows += [(s, "chords", 48 + s + n, 8, 70) for s in range(0, 32, 8) for n in (0, 4, 7)]
    return rows


def swung(piece: Piece) -> Piece:
    return replace(piece, phrases=tuple(replace(p, feel=Feel(0.6)) for p in piece.phrases))


def two_tempos() -> Piece:
    phrases = (Phrase(make_notes(BAND), tempo=150), Phrase(make_notes(BAND), tempo=100))
    return Piece(phrases, {"lead": 0, "chords": 4})


PIECES = {
    "two pianos": piece_of(BAND),
    "Pop": piece_of(dense(), 120, **BANDS["Pop"].programs),
    "Jazz, swinging": swung(piece_of(dense(), 160, **BANDS["Jazz"].programs)),
    "Orchestra": piece_of(dense(), 90, **BANDS["Orchestra"].programs),
    "Chiptune": piece_of(dense(), 200, **BANDS["Chiptune"].programs),
    "two tempos": two_tempos(),
}


@pytest.mark.parametrize("name", PIECES)
def test_each_part_is_the_same_in_the_page_and_in_files(name: str, tmp_path: Path) -> None:
    piece = PIECES[name]
    files, page = render_stems(piece, TIM), play_in_the_page(piece, tmp_path)
    for part, sound in files.sounds.items():
        other = page.sounds[part]
        assert len(other) == pytest.approx(len(sound), abs=0.5 * RATE), part
        length = min(len(sound), len(other))
        same = np.corrcoef(sound[:length].ravel(), other[:length].ravel())[0, 1]
        assert same > 0.95, (part, same)
        assert loudness(other) == pytest.approx(loudness(sound), abs=0.5), part
    assert loudness(page.mix) == pytest.approx(loudness(files.mix), abs=0.3)
