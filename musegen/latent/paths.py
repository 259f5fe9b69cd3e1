"""Paths of latents as arrays and files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from musegen.files import atomic_write

__all__ = ["MODELS", "stack_path", "write_paths"]

MODELS = ("song", "drums")  # a piece has a path in the latent space of each


def stack_path(path: Mapping[str, np.ndarray]) -> np.ndarray:
    """Join a piece's paths in all models: the numbers of ``song`` first, then those of ``drums``.

    Parameters
    ----------
    path : mapping of str to numpy.ndarray
        By model, each of shape ``(phrases, latent_dim)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(phrases, sum of the latent_dims)``, float32.
    """
    return np.concatenate([path[name] for name in sorted(path, reverse=True)], axis=1)


def write_paths(path: str | Path, paths: np.ndarray) -> None:
    """Write an ``.npy`` file of a path, or of several of equal shape, completely or not at all.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.save(file, paths.astype(np.float32))
