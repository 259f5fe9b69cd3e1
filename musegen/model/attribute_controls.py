"""AttributeControls: latents that decode to music of asked attributes. Plain numpy; no model, no music.

Attributes go nearly straight in the latent space, so a linear map from whitened latents says
which way each lies (as found afterwards by, among others, Jahanian et al. 2020, On the
"steerability" of generative adversarial networks). The way to move one attribute and no other with
the least Mahalanobis length is the map's pseudoinverse. Nearly is not enough for notes, which come
and go whole: so the loop is closed. What a step leads to is decoded and measured; the map of each
phrase learns from it (Broyden 1965); the best of several steps is where the next begin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["AttributeControls", "fit_attribute_controls", "steer_latents"]

# Values beyond these percentiles count as these: a few lines of two notes, with a slope of
# twenty times the usual, would make the unit of contour half as large again.
_TAILS = (1, 99)
_RIDGE = 0.01  # of the fit, in units of the whitened latents' variance

# Chosen on draws from the prior.
_ROUNDS = 8
# Steps tried in each round: their lengths, and how much of that goes anywhere else. Straight ones
# are best while there is far to go, bent ones where the music jumps from note to note.
_LENGTHS = np.array([0.5, 1.0, 1.0, 2.0])[:, None, None]
_BENDS = np.array([0.0, 0.0, 0.7, 0.7])[:, None, None]
_LONGEST_STEP = 5.0  # Mahalanobis; a third of the way from the middle of the corpus to a phrase
_LEARNING = 0.5  # share of Broyden's update: one measurement of whole notes is not the slope
_STEP_RIDGE = 0.003  # variance under which an attribute's slope is noise: no step for it alone
_OTHERS = 0.3  # what an error in an attribute that was not asked for counts, squared
_FAR = 0.003  # what Mahalanobis length away from the start costs, squared
_NEAR = 0.02  # squared error at which a phrase is as wanted: a seventh of a standard deviation
_LOST = 9.0  # what losing an attribute costs, such as all pitched notes: as much as 3 sd


@dataclass(frozen=True, eq=False)
class AttributeControls:
    """What is known of the attributes in one latent space.

    Attributes
    ----------
    names : tuple of str
        The k attributes.
    mean, spread : numpy.ndarray
        Shape ``(k,)``: mean and standard deviation over the training phrases, but for their
        tails.
    slopes : numpy.ndarray
        Shape ``(k, dim)``: standard deviations of each attribute for a step of 1 in each whitened
        latent.
    center, color : numpy.ndarray
        Shapes ``(dim,)`` and ``(dim, dim)``: ``latent = center + whitened @ color``.
    reach : float
        Mahalanobis length that few training phrases go beyond.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    spread: np.ndarray
    slopes: np.ndarray
    center: np.ndarray
    color: np.ndarray
    reach: float

    @cached_property
    def white(self) -> np.ndarray:
        """The inverse of `color`."""
        return np.linalg.inv(self.color)

    def standardize(self, values: np.ndarray) -> np.ndarray:
        """Values of the attributes, ``(n, k)``, in standard deviations from the mean."""
        return (values - self.mean) / self.spread

    def distance(self, z: np.ndarray) -> np.ndarray:
        """Mahalanobis length of latents ``(n, dim)``: how far from the middle of the corpus."""
        return np.linalg.norm((z - self.center) @ self.white, axis=-1)


def fit_attribute_controls(
    names: Sequence[str], z: np.ndarray, values: np.ndarray, color: np.ndarray
) -> AttributeControls:
    """Find the attributes in a latent space by ridge regression.

    Parameters
    ----------
    names : sequence of str
        The k attributes.
    z : numpy.ndarray
        Latents of phrases, ``(n, dim)``.
    values : numpy.ndarray
        What the phrases measure, ``(n, k)``. A phrase with a NaN is left out of the fit.
    color : numpy.ndarray
        Shape ``(dim, dim)``: gives white noise, from the right, the covariance of the latents.
    """
    low, high = np.nanpercentile(values, _TAILS, axis=0)
    values = np.clip(values, low, high)
    mean, spread = np.nanmean(values, 0), np.maximum(np.nanstd(values, 0), 1e-6)
    center = z.mean(0)
    x = (z - center) @ np.linalg.inv(color)
    defined = ~np.isnan(values).any(1)
    inputs, outputs = x[defined], ((values - mean) / spread)[defined]
    count = max(1, len(inputs))
    gram = inputs.T @ inputs / count + _RIDGE * np.eye(x.shape[1])
    return AttributeControls(
        tuple(names),
        mean,
        spread,
        np.linalg.solve(gram, inputs.T @ outputs / count).T,
        center,
        color,
        float(np.percentile(np.linalg.norm(x, axis=1), _TAILS[1])),
    )


def steer_latents(
    controls: AttributeControls,
    z: np.ndarray,
    wanted: np.ndarray,
    asked: np.ndarray,
    measure: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Move latents until what they decode to measures as wanted.

    Parameters
    ----------
    controls : AttributeControls
    z : numpy.ndarray
        Latents of n phrases, ``(n, dim)``.
    wanted : numpy.ndarray
        Shape ``(n, k)``, in standard deviations from the mean. NaN where nothing is wanted.
    asked : numpy.ndarray
        Shape ``(k,)``, bool: the attributes to turn; the others shall stay, as far as they can.
    measure : callable
        Latents ``(m, dim)``, for any m, → ``(m, k)`` in the unit of `wanted`; NaN where an
        attribute is not defined.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, dim)``, float32: for each phrase the best point on the way. The outcome for a
        phrase does not depend on the others.
    """
    start = (z - controls.center) @ controls.white
    reach = np.maximum(np.linalg.norm(start, axis=1), controls.reach)[:, None]
    weights = np.where(asked, 1.0, _OTHERS)
    rng = np.random.default_rng(0)

    def error(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        off = np.where(np.isnan(found), _LOST, (found - wanted) ** 2)
        return np.where(np.isnan(wanted), 0.0, off) @ weights

    best, at = start.copy(), measure(z)
    least = error(at, wanted)  # and what the way costs
    slopes = np.repeat(controls.slopes[None], len(z), 0)
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(error(at, wanted) > _NEAR)
        # One draw for all phrases: with one each, a phrase would depend on its place.
        anywhere = rng.standard_normal((len(_LENGTHS), 1, start.shape[1]))
        if not len(rows):
            break
        step = _shortest(slopes[rows], np.nan_to_num(wanted[rows] - at[rows]))
        length = np.linalg.norm(step, axis=1, keepdims=True)
        step *= np.minimum(1, _LONGEST_STEP / np.maximum(length, 1e-9))
        bent = _BENDS * np.minimum(length, _LONGEST_STEP) / np.sqrt(start.shape[1]) * anywhere
        tried = best[rows] + _LENGTHS * step + bent
        tried *= np.minimum(1, reach[rows] / np.linalg.norm(tried, axis=-1, keepdims=True))
        latents = (tried @ controls.color + controls.center).reshape(-1, start.shape[1])
        found = measure(latents.astype(np.float32)).reshape(*tried.shape[:2], -1)
        for x, values in zip(tried, found, strict=True):
            slopes[rows] = _learn(slopes[rows], x - best[rows], np.nan_to_num(values - at[rows]))
        costs = error(found, wanted[rows]) + _FAR * ((tried - start[rows]) ** 2).sum(-1)
        choice = costs.argmin(0), np.arange(len(rows))
        better = costs[choice] < least[rows]
        best[rows[better]] = tried[choice][better]
        at[rows[better]] = found[choice][better]
        least[rows[better]] = costs[choice][better]
    moved = (best != start).any(1, keepdims=True)
    return np.where(moved, best @ controls.color + controls.center, z).astype(np.float32)


def _shortest(slopes: np.ndarray, change: np.ndarray) -> np.ndarray:
    """The shortest steps ``(n, dim)`` that make a change ``(n, k)``, by slopes ``(n, k, dim)``."""
    gram = slopes @ slopes.swapaxes(1, 2) + _STEP_RIDGE * np.eye(slopes.shape[1])
    return np.einsum("nkd,nk->nd", slopes, np.linalg.solve(gram, change[..., None])[..., 0])


def _learn(slopes: np.ndarray, step: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Broyden's update: slopes that say more nearly what a step has changed."""
    missed = change - np.einsum("nkd,nd->nk", slopes, step)
    share = _LEARNING / ((step**2).sum(1) + 0.05)  # of tiny steps, that change no note, nothing
    return slopes + share[:, None, None] * missed[:, :, None] * step[:, None, :]
