"""Draws noise from seeds, and varies it."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["draw_noise", "vary_noise"]

_OF_PIECE = 1  # of a stream: what all phrases have in common


def draw_noise(
    seed: int, phrases: int, dim: int, stream: int = 0, common: float = 0.0
) -> np.ndarray:
    """Draw noise, each phrase of which is distributed as N(0, I).

    Parameters
    ----------
    seed : int
        Not negative. The same seed gives the same noise.
    phrases, dim : int
        The shape. The first phrases of a longer draw are those of a shorter one.
    stream : int
        Another stream of the same seed, so that each model has its own noise.
    common : float
        The share of the variance that all phrases have in common, 0 to 1.

    Returns
    -------
    numpy.ndarray
        Shape ``(phrases, dim)``, float32.
    """
    rng = np.random.default_rng((seed, stream))
    noise = rng.standard_normal((phrases, dim), np.float32)
    if not common:
        return noise
    of_piece = np.random.default_rng((seed, stream, _OF_PIECE)).standard_normal(dim, np.float32)
    return vary_noise(of_piece, math.sqrt(common), noise)


def vary_noise(noise: np.ndarray, similarity: float, fresh: np.ndarray) -> np.ndarray:
    """Mix noise with fresh noise so that the result is still distributed as N(0, I).

    Parameters
    ----------
    noise, fresh : numpy.ndarray
        Of equal shape.
    similarity : float
        The correlation of the result with `noise`: 1 gives `noise`, 0 gives `fresh`.

    Returns
    -------
    numpy.ndarray
        Of the same shape, float32.
    """
    return (similarity * noise + np.sqrt(1 - similarity**2) * fresh).astype(np.float32)
