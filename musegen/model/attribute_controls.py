"""Finds latents that decode to music with requested attributes. Plain numpy; no network, no music.

Attributes are nearly linear in the latent space, so a linear map from whitened latents gives the
direction of each (found in trained models by, among others, Jahanian et al. 2020, On the
"steerability" of generative adversarial networks). The pseudoinverse of the map is the step that
changes one attribute and no other with the least Mahalanobis length. Notes come and go whole,
though, so the result is checked: the new latent is decoded and measured, the map of this phrase is
corrected by what was measured (Broyden 1965), and the next step starts from the best of several.
"""

# Results of NumPy have partly unknown types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["AttributeControls", "steer_latents"]

# The numbers below were chosen on draws from the shipped prior. They are in units of standard
# deviations of attributes and of whitened latents, so they are the same for every model.
_ROUNDS = 8
# Steps tried in each round: their lengths, and the size of a random part of theirs. Straight steps
# are best while the goal is far, random parts where the music jumps from note to note.
_STEP_LENGTHS = np.array([0.5, 1.0, 1.0, 2.0])[:, None, None]
_RANDOM_PARTS = np.array([0.0, 0.0, 0.7, 0.7])[:, None, None]
_MAX_STEP = 5.0  # Mahalanobis length; a third of the distance from the mean to a phrase
_LEARNING_RATE = 0.5  # share of Broyden's update: one measurement of whole notes is not the slope
_STEP_RIDGE = 0.003  # variance below which an attribute's slope is noise and gives no step
_OTHER_WEIGHT = 0.3  # of squared errors in attributes that were not requested
_DISTANCE_COST = 0.003  # of the squared Mahalanobis distance from the start
_TOLERANCE = 0.02  # squared error at which a phrase is done: .14 standard deviations
_UNDEFINED_COST = 9.0  # of an attribute that is lost, e.g. pitch with the last pitched note: 3 sd


@dataclass(frozen=True, eq=False)
class AttributeControls:
    """The attributes in one latent space.

    Attributes
    ----------
    names : tuple of str
        The k attributes.
    mean, deviation : numpy.ndarray
        Shape ``(k,)``: mean and standard deviation over the training phrases, outliers clipped.
    slopes : numpy.ndarray
        Shape ``(k, dim)``: change of each attribute, in standard deviations, for a step of 1 in
        each whitened latent.
    center, coloring : numpy.ndarray
        Shapes ``(dim,)`` and ``(dim, dim)``: ``latent = center + whitened @ coloring``, where
        coloring does not mix cells.
    max_distance : float
        Mahalanobis distance from the center beyond which hardly any training phrase lies.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    deviation: np.ndarray
    slopes: np.ndarray
    center: np.ndarray
    coloring: np.ndarray
    max_distance: float

    @cached_property
    def whitening(self) -> np.ndarray:
        """The inverse of `coloring`."""
        return np.linalg.inv(self.coloring)

    def standardize(self, values: np.ndarray) -> np.ndarray:
        """Convert attributes, ``(n, k)``, to standard deviations from the mean."""
        return (values - self.mean) / self.deviation

    def predict(self, name: str, z: np.ndarray) -> np.ndarray:
        """Estimate an attribute of latents ``(..., dim)`` by its slope alone, without decoding.

        In standard deviations from what the center of the latents has, ``(...)``.
        """
        return (z - self.center) @ (self.whitening @ self.slopes[self.names.index(name)])

    def distance(self, z: np.ndarray) -> np.ndarray:
        """Mahalanobis distance of latents ``(n, dim)`` from the center, ``(n,)``."""
        return np.linalg.norm((z - self.center) @ self.whitening, axis=-1)


def steer_latents(
    controls: AttributeControls,
    z: np.ndarray,
    target: np.ndarray,
    requested: np.ndarray,
    measure: Callable[[np.ndarray], np.ndarray],
    movable: np.ndarray | None = None,
) -> np.ndarray:
    """Move latents until what they decode to has the target attributes.

    Parameters
    ----------
    controls : AttributeControls
    z : numpy.ndarray
        Latents of n phrases, ``(n, dim)``.
    target : numpy.ndarray
        Shape ``(n, k)``, in standard deviations from the mean; NaN for no target.
    requested : numpy.ndarray
        Shape ``(k,)``, bool: the attributes to change. The others stay as far as possible.
    measure : callable
        Decodes latents ``(m, dim)``, for any m, and gives their attributes ``(m, k)`` in the unit
        of `target`; NaN where an attribute is not defined.
    movable : numpy.ndarray, optional
        Shape ``(dim,)``, bool: the whitened latents that can move. If not given, all.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, dim)``, float32: the best point found for each phrase, which does not depend on
        the other phrases.
    """
    start = (z - controls.center) @ controls.whitening
    limit = np.maximum(np.linalg.norm(start, axis=1), controls.max_distance)[:, None]
    weights = np.where(requested, 1.0, _OTHER_WEIGHT)
    rng = np.random.default_rng(0)

    def error(measured: np.ndarray, target: np.ndarray) -> np.ndarray:
        squared = np.where(np.isnan(measured), _UNDEFINED_COST, (measured - target) ** 2)
        return np.where(np.isnan(target), 0.0, squared) @ weights

    best = start.copy()
    best_measured = measure(z)
    best_cost = error(best_measured, target)
    movable = np.ones(start.shape[1], bool) if movable is None else movable
    slopes = np.repeat((controls.slopes * movable)[None], len(z), 0)
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(error(best_measured, target) > _TOLERANCE)
        # The same for all phrases, so that the result for one does not depend on its row.
        random = rng.standard_normal((len(_STEP_LENGTHS), 1, start.shape[1])) * movable
        if not len(rows):
            break
        step = _shortest_steps(slopes[rows], np.nan_to_num(target[rows] - best_measured[rows]))
        length = np.linalg.norm(step, axis=1, keepdims=True)
        step *= np.minimum(1, _MAX_STEP / np.maximum(length, 1e-9))
        size = _RANDOM_PARTS * np.minimum(length, _MAX_STEP) / np.sqrt(start.shape[1])
        tried = best[rows] + _STEP_LENGTHS * step + size * random
        shrink = np.minimum(1, limit[rows] / np.linalg.norm(tried, axis=-1, keepdims=True))
        tried = np.where(movable, shrink * tried, tried)
        latents = (tried @ controls.coloring + controls.center).reshape(-1, start.shape[1])
        measured = measure(latents.astype(np.float32)).reshape(*tried.shape[:2], -1)
        for x, values in zip(tried, measured, strict=True):
            change = np.nan_to_num(values - best_measured[rows])
            slopes[rows] = _update_slopes(slopes[rows], x - best[rows], change)
        distance = ((tried - start[rows]) ** 2).sum(-1)
        costs = error(measured, target[rows]) + _DISTANCE_COST * distance
        choice = costs.argmin(0), np.arange(len(rows))
        better = costs[choice] < best_cost[rows]
        best[rows[better]] = tried[choice][better]
        best_measured[rows[better]] = measured[choice][better]
        best_cost[rows[better]] = costs[choice][better]
    moved = (best != start).any(1, keepdims=True)
    return np.where(moved, best @ controls.coloring + controls.center, z).astype(np.float32)


def _shortest_steps(slopes: np.ndarray, change: np.ndarray) -> np.ndarray:
    """The shortest steps ``(n, dim)`` that make a change ``(n, k)``, by slopes ``(n, k, dim)``."""
    gram = slopes @ slopes.swapaxes(1, 2) + _STEP_RIDGE * np.eye(slopes.shape[1])
    return np.einsum("nkd,nk->nd", slopes, np.linalg.solve(gram, change[..., None])[..., 0])


def _update_slopes(slopes: np.ndarray, step: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Broyden's update: slopes that predict more of the change that a step has made."""
    error = change - np.einsum("nkd,nd->nk", slopes, step)
    # Tiny steps, which change no note, count less.
    share = _LEARNING_RATE / ((step**2).sum(1) + 0.05)
    return slopes + share[:, None, None] * error[:, :, None] * step[:, None, :]
