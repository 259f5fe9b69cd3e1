"""Sounds that several tests look at, and scripts that stand in for FluidSynth."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.sounds import BAND, RATE, TIM, piece_of

from musegen.audio import Stems, render, render_stems


@pytest.fixture(scope="session")
def band() -> np.ndarray:
    sound, rate = render(piece_of(BAND), TIM)
    assert rate == RATE
    return sound


@pytest.fixture(scope="session")
def stems() -> Stems:
    return render_stems(piece_of(BAND), TIM)


@pytest.fixture(scope="session")
def chord() -> np.ndarray:
    time = np.arange(RATE) / RATE
    waves = [np.sin(2 * np.pi * pitch * time) for pitch in (220, 277)]
    return (np.stack(waves, axis=1) * 0.8).astype(np.float32)


@pytest.fixture
def temp(tmp_path, monkeypatch) -> Path:
    """The folder that temporary folders are made in."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def fake_fluidsynth(tmp_path, monkeypatch, temp) -> Callable[[str], None]:
    """Put a shell script in FluidSynth's place. In it, $wav is the file to write."""

    def put(body: str) -> None:
        script = tmp_path / "bin" / "fluidsynth"
        script.parent.mkdir(exist_ok=True)
        find_wav = 'while [ $# -gt 0 ]; do [ "$1" = -F ] && wav=$2; shift; done\n'
        script.write_text(f"#!/bin/sh\n{find_wav}{body}\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")

    return put


@pytest.fixture
def no_fluidsynth(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
