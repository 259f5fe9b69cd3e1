"""What draws can be asked for, read from a folder of checkpoints without loading the models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from musegen.latent.paths import MODELS

__all__ = ["known_styles", "usual_guidance"]


def known_styles(folder: Path) -> tuple[str, ...]:
    """Return the styles that song or drums know, as `MuseGen.styles`; none without checkpoints.

    Parameters
    ----------
    folder : Path
        Holds ``song`` and ``drums``.
    """
    known = (_read(folder / model / "prior.json").get("styles", ()) for model in MODELS)
    return tuple(sorted({style for styles in known for style in styles}))


def usual_guidance(folder: Path) -> float:
    """Return how strictly songs are drawn if nothing is said, as `MuseGen.random` takes it."""
    return float(_read(folder / "song" / "inference.json").get("guidance", 1.0))


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):  # whoever loads the models reads what is wrong
        return {}
