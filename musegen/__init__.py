"""MuseGen: explore a latent space of music with your ears."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from musegen.audio import render, write_audio
    from musegen.errors import (
        AudioError,
        CheckpointError,
        FileError,
        MuseGenError,
        MusicError,
        MusicWarning,
    )
    from musegen.generator import MuseGen, load
    from musegen.music import Feel, Phrase, Piece, phrase_features, piece_features
    from musegen.reading import read_midi, read_midi_with_report

__all__ = [
    "AudioError",
    "CheckpointError",
    "Feel",
    "FileError",
    "MuseGen",
    "MuseGenError",
    "MusicError",
    "MusicWarning",
    "Phrase",
    "Piece",
    "load",
    "phrase_features",
    "piece_features",
    "read_midi",
    "read_midi_with_report",
    "render",
    "write_audio",
]

_HOMES = {
    "AudioError": "musegen.errors",
    "CheckpointError": "musegen.errors",
    "Feel": "musegen.music",
    "FileError": "musegen.errors",
    "MuseGen": "musegen.generator",
    "MuseGenError": "musegen.errors",
    "MusicError": "musegen.errors",
    "MusicWarning": "musegen.errors",
    "Phrase": "musegen.music",
    "Piece": "musegen.music",
    "load": "musegen.generator",
    "phrase_features": "musegen.music",
    "piece_features": "musegen.music",
    "read_midi": "musegen.reading",
    "read_midi_with_report": "musegen.reading",
    "render": "musegen.audio",
    "write_audio": "musegen.audio",
}


def __getattr__(name: str) -> Any:
    # TensorFlow takes seconds to import: only what needs it waits for it.
    if name not in __all__:
        raise AttributeError(f"module 'musegen' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
