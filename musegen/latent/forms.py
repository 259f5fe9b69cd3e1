"""Paths: sequences of latents, and ways to make them. Plain numpy; no model, no music.

A path is an array of shape ``(phrases, latent_dim)``, float32. Noise has the same shape and is
what the prior turns into a path: in noise the space is N(0, I), so points on the way between two
are found there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from musegen.errors import MusicError
from musegen.files import atomic_write

__all__ = [
    "CURVES",
    "DEFAULT_FORM",
    "DEFAULT_TEMPERATURE",
    "FORMS",
    "MODELS",
    "bend_noise",
    "draw_noise",
    "lay_out",
    "near",
    "slerp",
    "stack_path",
    "way",
    "write_paths",
]

MODELS = ("song", "drums")  # a piece has a path in each
# Letters are sections: equal letters, equal music. In `recall` phrases come back now and then, a
# little changed, as in the songs of the corpus; `free` leaves that to the prior; `drift` moves a
# little with each phrase; `morph` goes from a first phrase to a last one.
FORMS = ("recall", "AABA", "ABAB", "ABAC", "AABB", "free", "drift", "morph")
DEFAULT_FORM = "recall"
_WITHOUT_SECTIONS = ("recall", "free", "drift", "morph")
DEFAULT_TEMPERATURE = 1.0  # as the prior has learnt it
# Counted in the training songs of POP909: three phrases in ten are much like one before, mostly the
# second or fourth before; of some pieces many, of others none (a beta distribution). How like them
# they sound follows from the correlation of the noise.
_RECALLS = (1.2, 2.8)
_RECALLED = {1: 0.2, 2: 0.45, 4: 0.35}
_LIKENESS = (0.8, 1.0)
_RECALL_STREAM = 2**32  # of a seed: one that is no model's, so that all models recall together
# Where the sections of a morph lie on the way from A (0) to B (1).
CURVES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "even": lambda t: t,
    "gentle": lambda t: t * t * (3 - 2 * t),  # slow to leave, slow to arrive
    "early": lambda t: 1 - (1 - t) ** 2,
    "late": lambda t: t**2,
}
_DRAWN_IN = 0.3  # half as far in again, and a classifier knows the middles (validation songs)
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


def way(a: np.ndarray, b: np.ndarray, ts: np.ndarray) -> np.ndarray:
    """Noise on the way from one to another: spherical, and between them nearer to the usual.

    Music that comes from elsewhere lies farther out than a draw does, and so would all between two
    of it. What is new is drawn in, the more the farther apart the ends are: so that it sounds less
    of either, and more of music.

    Parameters
    ----------
    a, b : numpy.ndarray
        The ends, of equal shape; vectors along the last axis.
    ts : numpy.ndarray
        Shape ``(n,)``, 0 to 1.

    Returns
    -------
    numpy.ndarray
        Float32, n of them: shape ``(n, *a.shape)``.
    """
    size = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    apart = np.clip(1 - (a * b).sum(-1) / np.maximum(size, 1e-12), 0, 1)[..., None]
    inside = [1 - abs(2 * t - 1) ** 4 for t in ts]
    points = [slerp(a, b, t) * (1 - _DRAWN_IN * apart * i) for t, i in zip(ts, inside, strict=True)]
    return np.stack(points).astype(np.float32)


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
        Letters such as ``AABA``, a section each of equal length; or ``recall``, ``free``,
        ``drift``, ``morph``, where each phrase is its own.
    phrases : int
        Length of the piece.

    Returns
    -------
    numpy.ndarray
        Shape ``(phrases,)``, int64: numbers from 0, in the order of first use.

    Raises
    ------
    MusicError
        If the form is none of these.

    Examples
    --------
    >>> lay_out("AABA", 8).tolist()
    [0, 1, 0, 1, 2, 3, 0, 1]
    """
    if form in _WITHOUT_SECTIONS:
        return np.arange(phrases)
    if not (form.isascii() and form.isalpha() and form.isupper() and len(form) <= 16):
        raise MusicError(
            f"there is no form {form[:20]!r}: write sections as letters, like AABA, or choose from "
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


def bend_noise(form: str, u: np.ndarray, seed: int) -> np.ndarray:
    """Noise of a piece's drawn phrases as its form wants it: some forms tie phrases together.

    Parameters
    ----------
    form : str
        As in `lay_out`.
    u : numpy.ndarray
        Fresh noise, ``(phrases, dim)``.
    seed : int
        What is recalled in `recall`: the same for all models.
    """
    if form == "recall":
        return _recall(u, np.random.default_rng((seed, _RECALL_STREAM)))
    if form == "morph" and len(u) > 2:
        t = np.linspace(0, 1, len(u))[:, None]
        return slerp(np.repeat(u[:1], len(u), 0), np.repeat(u[-1:], len(u), 0), t)
    if form == "drift":
        steps = [u[0]]
        for fresh in u[1:]:
            steps.append(slerp(steps[-1], fresh, _DRIFT))
        return np.stack(steps)
    return u


def _recall(u: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Let some phrases be variations of earlier ones."""
    chance = rng.beta(*_RECALLS)
    phrases = [u[0]]
    for i, fresh in enumerate(u[1:], start=1):
        recalls = rng.random() < chance
        back = int(rng.choice(list(_RECALLED), p=list(_RECALLED.values())))
        likeness = rng.uniform(*_LIKENESS)
        phrases.append(near(phrases[i - back], likeness, fresh) if recalls and back <= i else fresh)
    return np.stack(phrases)


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
    with atomic_write(path) as beside, beside.open("wb") as file:
        np.save(file, paths.astype(np.float32))
