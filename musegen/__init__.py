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
    from musegen.hearing import transcribe_melody
    from musegen.music import Chord, Chords, Feel, Phrase, Piece, phrase_features, piece_features
    from musegen.reading import read_midi, read_midi_with_report

__all__ = [
    "AudioError",
    "CheckpointError",
    "Chord",
    "Chords",
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
    "transcribe_melody",
    "write_audio",
]

_MODULES = {
    "musegen.audio": ("render", "write_audio"),
    "musegen.errors": tuple(name for name in __all__ if name.endswith(("Error", "Warning"))),
    "musegen.generator": ("MuseGen", "load"),
    "musegen.hearing": ("transcribe_melody",),
    "musegen.music": (
        "Chord",
        "Chords",
        "Feel",
        "Phrase",
        "Piece",
        "phrase_features",
        "piece_features",
    ),
    "musegen.reading": ("read_midi", "read_midi_with_report"),
}


def __getattr__(name: str) -> Any:
    # Modules are imported when they are used, because TensorFlow takes seconds to import.
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module 'musegen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
