"""MuseGen: explore a latent space of music with your ears."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from musegen.audio import AudioError, render, write_audio
    from musegen.generator import MuseGen, load
    from musegen.model.errors import CheckpointError
    from musegen.music import (
        Feel,
        MusicError,
        MusicWarning,
        Phrase,
        Piece,
        phrase_features,
        piece_features,
        read_midi,
    )

__all__ = [
    "AudioError",
    "CheckpointError",
    "Feel",
    "MuseGen",
    "MusicError",
    "MusicWarning",
    "Phrase",
    "Piece",
    "load",
    "phrase_features",
    "piece_features",
    "read_midi",
    "render",
    "write_audio",
]

_HOMES = {
    "AudioError": "musegen.audio",
    "CheckpointError": "musegen.model.errors",
    "MuseGen": "musegen.generator",
    "load": "musegen.generator",
    "render": "musegen.audio",
    "write_audio": "musegen.audio",
}


def __getattr__(name: str) -> Any:
    # TensorFlow takes seconds to import: only what needs it waits for it.
    if name not in __all__:
        raise AttributeError(f"module 'musegen' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, "musegen.music")), name)


def __dir__() -> list[str]:
    return __all__
