"""Example pieces: good seeds, each with instruments that suit it.

Their notes and latents are in a file beside the checkpoints that drew them, so that they can be
played before the model is loaded. ``scripts/draw_examples.py`` draws them again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from musegen.files import CHECKPOINTS, DAMAGED_ARRAYS, atomic_write
from musegen.latent.forms import DEFAULT_FORM
from musegen.latent.paths import MODELS
from musegen.limits import DEFAULT_TEMPO
from musegen.model.fingerprint import fingerprint
from musegen.music.bands import BANDS
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece
from musegen.recipe.schema import Random, Recipe, Sound, Source

__all__ = ["EXAMPLES", "EXAMPLES_FILE", "load_examples", "save_examples"]

EXAMPLES_FILE = CHECKPOINTS / "examples.npz"


def _example(seed: int, band: str, key: int = 0, form: str = DEFAULT_FORM) -> Recipe:
    players = BANDS[band]
    sound = Sound(
        key=key,
        tempo=players.tempo,
        programs=dict(players.programs),
        swing=players.swing or None,
    )
    return Recipe(source=Random(seed=seed, form=form), sound=sound)


EXAMPLES: Mapping[str, Recipe] = {
    "Morning": _example(113, "Pop", form="AABA"),
    "Late train": _example(10, "Lo-fi", key=-3),
    "Corner bar": _example(102, "Jazz", key=-2, form="AABA"),
    "Neon": _example(9, "Synthwave", key=2),
    "Slow river": _example(6, "Ambient", key=4),
    "Porch": _example(18, "Folk", key=-5),
}


def save_examples(pieces: Mapping[str, Piece], path: Path, checkpoints: str) -> None:
    """Write drawn examples, as an ``.npz`` file of some 100 kB.

    Parameters
    ----------
    pieces : mapping of str to Piece
        What the model drew for the source of each example, by the names in `EXAMPLES`.
    path : Path
    checkpoints : str
        `fingerprint` of the checkpoints that drew them.
    """
    arrays: dict[str, Any] = {"checkpoints": np.array(checkpoints)}
    for name, piece in pieces.items():
        arrays[f"{name}/notes"] = np.concatenate([phrase.notes for phrase in piece.phrases])
        arrays[f"{name}/counts"] = np.array([len(phrase.notes) for phrase in piece.phrases])
        for model, z in (piece.path or {}).items():
            arrays[f"{name}/{model}"] = z
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)


def load_examples(path: Path = EXAMPLES_FILE, checkpoints: str = "") -> dict[Source, Piece]:
    """Read what the model drew for the source of each example.

    Parameters
    ----------
    path : Path
    checkpoints : str
        Fingerprint of the checkpoints; that of those in use if not given.

    Returns
    -------
    dict of Source to Piece
        Empty if other checkpoints drew them, or if the file is missing or damaged: then the model
        draws them when they are asked for, and the log says so.
    """
    problem = "were drawn by other checkpoints"
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["checkpoints"]) == (checkpoints or fingerprint(CHECKPOINTS)):
                return {recipe.source: _read(file, name) for name, recipe in EXAMPLES.items()}
    except FileNotFoundError:
        problem = "are missing"
    except DAMAGED_ARRAYS:
        problem = "are damaged"
    logging.getLogger(__name__).warning(
        "the drawn examples %s, so they wait for the model: run python scripts/draw_examples.py",
        problem,
    )
    return {}


def _read(file: Mapping[str, np.ndarray], name: str) -> Piece:
    ends = np.cumsum(file[f"{name}/counts"])[:-1]
    phrases = [Phrase(notes, 0, DEFAULT_TEMPO) for notes in np.split(file[f"{name}/notes"], ends)]
    return Piece(tuple(phrases), path={model: file[f"{name}/{model}"] for model in MODELS})
