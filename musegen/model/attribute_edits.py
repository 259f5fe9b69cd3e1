"""Latents of pieces and phrases with the attributes that were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from musegen.model.attribute_controls import steer_latents
from musegen.model.latent_space import LatentSpace
from musegen.music.attributes import measure_attributes
from musegen.music.phrase import Phrase

__all__ = ["change_phrase_attributes", "measure_latent_attributes", "set_piece_attributes"]


def measure_latent_attributes(
    space: LatentSpace, z: np.ndarray, heard: Sequence[str]
) -> np.ndarray:
    """Attributes of what latents decode to.

    Parameters
    ----------
    space : LatentSpace
    z : numpy.ndarray
        Shape ``(n, latent_dim)``.
    heard : sequence of str
        The parts that count.

    Returns
    -------
    numpy.ndarray
        Shape ``(n, k)``, in standard deviations from the mean of the training phrases, the
        attributes being ``space.controls.names``. NaN where one is not defined.
    """
    phrases = [phrase.only(heard) for phrase in space.decode(z)]
    return space.controls.standardize(measure_attributes(phrases, space.controls.names))


def set_piece_attributes(
    space: LatentSpace, z: np.ndarray, weights: np.ndarray, attributes: Mapping[str, float]
) -> np.ndarray:
    """Move pieces until the mean of their phrases is as asked; all phrases move by as much.

    Parameters
    ----------
    space : LatentSpace
    z : numpy.ndarray
        Latents, ``(pieces, phrases, latent_dim)``.
    weights : numpy.ndarray
        Shape ``(phrases,)``: how often each stands in the piece.
    attributes : mapping of str to float
        Standard deviations from the mean of the training phrases. Those that the space does not
        have are passed over.

    Returns
    -------
    numpy.ndarray
        In the shape of `z`.
    """
    asked, figures = _asked(space, attributes)
    if not asked.any():
        return z
    flat = z.reshape(-1, space.latent_dim)
    now = measure_latent_attributes(space, flat, space.parts)
    by_piece = now.reshape(*z.shape[:2], -1)
    counts = weights[:, None] * ~np.isnan(by_piece)
    mean = (counts * np.nan_to_num(by_piece)).sum(1) / np.maximum(counts.sum(1), 1)
    wanted = by_piece + np.where(asked, figures - mean, 0)[:, None]
    return _steered(space, flat, wanted.reshape(now.shape), asked, space.parts).reshape(z.shape)


def change_phrase_attributes(
    space: LatentSpace,
    z: np.ndarray,
    now: Sequence[Phrase],
    heard: Sequence[str],
    changes: Mapping[str, float],
) -> np.ndarray:
    """Move phrases until their attributes have changed as asked.

    Parameters
    ----------
    space : LatentSpace
    z : numpy.ndarray
        Latents, ``(n, latent_dim)``.
    now : sequence of Phrase
        The n phrases that the changes are of: what `z` decodes to, or what it was encoded from.
    heard : sequence of str
        The parts that count.
    changes : mapping of str to float
        In standard deviations of the training phrases. Those that the space does not have are
        passed over.

    Returns
    -------
    numpy.ndarray
        In the shape of `z`.
    """
    asked, figures = _asked(space, changes)
    if not asked.any():
        return z
    # Phrases that come back are one: rounded apart in a batch they could go different ways.
    z, first, place = np.unique(z, axis=0, return_index=True, return_inverse=True)
    before = measure_attributes([now[i] for i in first], space.controls.names)
    # What was not asked for stays as it is decoded, which may not be quite as it was.
    wanted = np.where(
        asked,
        space.controls.standardize(before) + figures,
        measure_latent_attributes(space, z, heard),
    )
    return _steered(space, z, wanted, asked, heard)[place.ravel()]


def _asked(space: LatentSpace, figures: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Which of a space's attributes are asked for, and the figures, 0 for the others."""
    names = space.controls.names
    asked = np.array([name in figures for name in names])
    return asked, np.array([figures.get(name, 0.0) for name in names])


def _steered(
    space: LatentSpace, z: np.ndarray, wanted: np.ndarray, asked: np.ndarray, heard: Sequence[str]
) -> np.ndarray:
    return steer_latents(
        space.controls, z, wanted, asked, lambda x: measure_latent_attributes(space, x, heard)
    )
