"""Paths: sequences of latents, and ways to make them. Plain numpy; no model, no music.

A path is an array of shape ``(phrases, latent_dim)``, float32. Noise has the same shape and is
what the prior turns into a path: in noise the space is N(0, I), so points on the way between two
are found there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from musegen.files import write_beside

__all__ = [
    "DEFAULT_TEMPERATURE",
    "FORMS",
    "bend_noise",
    "draw_noise",
    "lay_out",
    "near",
    "slerp",
    "stack_path",
    "write_paths",
]

# Letters are sections: equal letters, equal music. `free` goes on without coming back; `drift`
# moves a little with each phrase; `morph` goes from a first phrase to a last one.
FORMS = ("AABA", "ABAB", "ABAC", "AABB", "free", "drift", "morph")
DEFAULT_TEMPERATURE = 0.8  # a little nearer to typical music than the corpus itself is
_DRIFT = 0.35  # share of a quarter turn that each phrase of a drift is away from the last


def draw_noise(seed: int, phrases: int, dim: int, stream: int = 0) -> np.ndarray:
    """Noise of a seed: N(0, I), float32 ``(phrases, dim)``.

    Parameters
    ----------
    seed : int
        Not negative.
    phrases, dim : int
        Shape. The first phrases of a longer draw are those of a shorter one.
    stream : int
        Another stream of the same seed: each model has its own.
    """
    rng = np.random.default_rng((seed, stream))
    return rng.standard_normal((phrases, dim), np.float32)


def slerp(start: np.ndarray, end: np.ndarray, t: float | np.ndarray) -> np.ndarray:
    """Spherical interpolation (Shoemake 1985) along the last axis.

    The direction turns evenly from one end to the other; the length goes evenly too. Where the
    ends have the same direction, or opposite ones, or no length, the way is straight.

    Parameters
    ----------
    start, end : numpy.ndarray
        Of equal shape ``(..., dim)``.
    t : float or array
        0 gives `start`, 1 gives `end`; an array must broadcast against ``(..., 1)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., dim)``, float32.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    size_0 = np.linalg.norm(start, axis=-1, keepdims=True)
    size_1 = np.linalg.norm(end, axis=-1, keepdims=True)
    tiny = 1e-12
    cosine = np.sum(start * end, axis=-1, keepdims=True) / np.maximum(size_0 * size_1, tiny)
    angle = np.arccos(np.clip(cosine, -1, 1))
    sine = np.sin(angle)
    bent = (sine > 1e-6) & (size_0 > tiny) & (size_1 > tiny)
    safe = np.where(bent, sine, 1.0)
    turned = np.sin((1 - t) * angle) / safe * start / np.maximum(size_0, tiny) + np.sin(
        t * angle
    ) / safe * end / np.maximum(size_1, tiny)
    straight = (1 - t) * start + t * end
    return np.where(bent, turned * ((1 - t) * size_0 + t * size_1), straight).astype(np.float32)


def near(u: np.ndarray, similarity: float, noise: np.ndarray) -> np.ndarray:
    """Noise in the neighbourhood of some noise, with the same distribution N(0, I).

    Parameters
    ----------
    u, noise : numpy.ndarray
        Of equal shape; `noise` is a fresh draw.
    similarity : float
        Correlation with `u`: 1 is `u` itself, 0 is `noise`.
    """
    return (similarity * u + np.sqrt(1 - similarity**2) * noise).astype(np.float32)


def lay_out(form: str, phrases: int) -> np.ndarray:
    """Which drawn phrase stands at each place of a piece.

    Parameters
    ----------
    form : str
        Letters such as ``AABA``, a section each of equal length; or ``free``, ``drift``,
        ``morph``, where each phrase is its own.
    phrases : int
        Length of the piece.

    Returns
    -------
    numpy.ndarray
        Shape ``(phrases,)``, int64: numbers from 0, in the order of first use.

    Raises
    ------
    ValueError
        If the form is none of these.

    Examples
    --------
    >>> lay_out("AABA", 8).tolist()
    [0, 1, 0, 1, 2, 3, 0, 1]
    """
    if form in ("free", "drift", "morph"):
        return np.arange(phrases)
    if not (form.isascii() and form.isalpha() and form.isupper() and len(form) <= 16):
        raise ValueError(
            f"there is no form {form!r}: write sections as letters, like AABA, or choose from "
            + ", ".join(FORMS)
        )
    form = form[:phrases]  # a short piece is the beginning of the form
    edges = np.arange(len(form) + 1) * phrases // len(form)
    numbers: dict[tuple[str, int], int] = {}
    order = []
    for letter, start, end in zip(form, edges[:-1], edges[1:], strict=True):
        for place in range(end - start):
            order.append(numbers.setdefault((letter, place), len(numbers)))
    return np.array(order, np.int64)


def bend_noise(form: str, u: np.ndarray) -> np.ndarray:
    """Noise of a piece's drawn phrases as its form wants it: `drift` and `morph` tie neighbours.

    Parameters
    ----------
    form : str
        As in `lay_out`.
    u : numpy.ndarray
        Fresh noise, ``(phrases, dim)``.
    """
    if form == "morph" and len(u) > 2:
        t = np.linspace(0, 1, len(u))[:, None]
        return slerp(np.repeat(u[:1], len(u), 0), np.repeat(u[-1:], len(u), 0), t)
    if form == "drift":
        steps = [u[0]]
        for fresh in u[1:]:
            steps.append(slerp(steps[-1], fresh, _DRIFT))
        return np.stack(steps)
    return u


def stack_path(path: Mapping[str, np.ndarray]) -> np.ndarray:
    """A piece's paths in all models as one array: song's numbers first, then the drums'.

    Parameters
    ----------
    path : mapping of str to numpy.ndarray
        By model, each ``(phrases, its latent_dim)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(phrases, sum of the latent_dims)``, float32.
    """
    return np.concatenate([path[name] for name in sorted(path, reverse=True)], axis=1)


def write_paths(path: str | Path, paths: np.ndarray) -> None:
    """Write an ``.npy`` file, whole or not at all.

    Parameters
    ----------
    path : str or Path
    paths : numpy.ndarray
        Float32, ``(phrases, dim)``, or ``(pieces, phrases, dim)`` for several.
    """
    with write_beside(path) as beside, beside.open("wb") as file:
        np.save(file, paths.astype(np.float32))
