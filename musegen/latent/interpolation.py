"""Interpolates between points in the space of noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

__all__ = ["CURVES", "interpolate_noise", "slerp"]

# Where the sections of an interpolation lie between the first end (0) and the second (1).
CURVES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "even": lambda t: t,
    "gentle": lambda t: t * t * (3 - 2 * t),  # slow at both ends
    "early": lambda t: 1 - (1 - t) ** 2,
    "late": lambda t: t**2,
}
_TINY = 1e-12


def slerp(start: np.ndarray, end: np.ndarray, t: float | np.ndarray) -> np.ndarray:
    """Interpolate spherically (Shoemake 1985, Animating rotation with quaternion curves).

    The direction turns evenly from one end to the other, and the length changes linearly. If the
    ends have equal or opposite directions, or no length, the interpolation is linear.

    Parameters
    ----------
    start, end : numpy.ndarray
        Of equal shape ``(..., dim)``; vectors along the last axis.
    t : float or numpy.ndarray
        0 gives `start`, 1 gives `end`; an array must broadcast against ``(..., 1)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., dim)``, float32.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    start_length = np.linalg.norm(start, axis=-1, keepdims=True)
    end_length = np.linalg.norm(end, axis=-1, keepdims=True)
    lengths = np.maximum(start_length * end_length, _TINY)
    angle = np.arccos(np.clip(np.sum(start * end, axis=-1, keepdims=True) / lengths, -1, 1))
    sine = np.sin(angle)
    turns = (sine > 1e-6) & (start_length > _TINY) & (end_length > _TINY)
    divisor = np.where(turns, sine, 1.0)
    direction = np.sin((1 - t) * angle) / divisor * start / np.maximum(
        start_length, _TINY
    ) + np.sin(t * angle) / divisor * end / np.maximum(end_length, _TINY)
    spherical = direction * ((1 - t) * start_length + t * end_length)
    linear = (1 - t) * start + t * end
    return np.where(turns, spherical, linear).astype(np.float32)


def interpolate_noise(a: np.ndarray, b: np.ndarray, ts: np.ndarray, shrink: float) -> np.ndarray:
    """Interpolate spherically, and shorten the vectors between the ends.

    The noise of music from outside is longer than that of draws, and so would be all points
    between two such ends. Shorter noise gives more typical music. The shortening grows with the
    angle between the ends.

    Parameters
    ----------
    a, b : numpy.ndarray
        The ends, of equal shape ``(..., dim)``; vectors along the last axis.
    ts : numpy.ndarray
        Shape ``(n,)``: 0 gives `a`, 1 gives `b`.
    shrink : float
        The share by which the middle becomes shorter if the ends are unrelated.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, ..., dim)``, float32.
    """
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    distance = np.clip(1 - (a * b).sum(-1) / np.maximum(lengths, _TINY), 0, 1)[..., None]
    points = [slerp(a, b, t) * (1 - shrink * distance * (1 - abs(2 * t - 1) ** 4)) for t in ts]
    return np.stack(points).astype(np.float32)
