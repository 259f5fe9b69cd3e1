"""Latents of pieces and phrases with the attributes that were requested."""

# Results of NumPy have partly unknown types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from musegen.model.attribute_controls import steer_latents
from musegen.model.latent_space import LatentSpace
from musegen.music.attributes import measure_attributes
from musegen.music.phrase import Phrase

__all__ = [
    "change_phrase_attributes",
    "follow_density",
    "measure_latent_attributes",
    "set_piece_attributes",
]

_DENSITY = "density"  # the attribute, and the table that says where in the noise it grows
# Standard deviations of noise for one of the band's density. The notes of drums and of the others
# correlate by .38 then, as in people's bands; with more, kicks meet the bass less often.
_SWELL = 3.0
# The same for all drums that play with a band: without, they hit less often than drummers do.
_FULLER = 0.5


def measure_latent_attributes(
    space: LatentSpace, z: np.ndarray, parts: Sequence[str]
) -> np.ndarray:
    """Decode latents ``(n, latent_dim)`` and measure the attributes of some parts.

    Gives ``(n, k)`` for the attributes ``space.controls.names``, in standard deviations from the
    mean of the training phrases; NaN where one is not defined.
    """
    phrases = [phrase.only(parts) for phrase in space.decode(z)]
    return space.controls.standardize(measure_attributes(phrases, space.controls.names))


def set_piece_attributes(
    space: LatentSpace, z: np.ndarray, counts: np.ndarray, attributes: Mapping[str, float]
) -> np.ndarray:
    """Move pieces until the mean of their phrases is as requested; all phrases change equally.

    Parameters
    ----------
    z : numpy.ndarray
        Latents, ``(pieces, phrases, latent_dim)``; the result has the same shape.
    counts : numpy.ndarray
        Shape ``(phrases,)``: how often each phrase occurs in the piece.
    attributes : mapping of str to float
        Standard deviations from the mean of the training phrases. Attributes that the model does
        not have are ignored.
    """
    requested, values = _requested(space, attributes)
    if not requested.any():
        return z
    flat = z.reshape(-1, space.latent_dim)
    now = measure_latent_attributes(space, flat, space.parts)
    by_piece = now.reshape(*z.shape[:2], -1)
    weights = counts[:, None] * ~np.isnan(by_piece)
    mean = (weights * np.nan_to_num(by_piece)).sum(1) / np.maximum(weights.sum(1), 1)
    target = by_piece + np.where(requested, values - mean, 0)[:, None]
    return _steer(space, flat, target.reshape(now.shape), requested, space.parts).reshape(z.shape)


def change_phrase_attributes(
    space: LatentSpace,
    z: np.ndarray,
    phrases: Sequence[Phrase],
    parts: Sequence[str],
    changes: Mapping[str, float],
) -> np.ndarray:
    """Move phrases until their attributes have changed as requested.

    Parameters
    ----------
    z : numpy.ndarray
        Latents, ``(n, latent_dim)``; the result has the same shape.
    phrases : sequence of Phrase
        The n phrases before the change: what `z` decodes to, or was encoded from.
    parts : sequence of str
        The parts that are measured.
    changes : mapping of str to float
        In standard deviations of the training phrases. Attributes that the model does not have are
        ignored.
    """
    requested, values = _requested(space, changes)
    if not requested.any():
        return z
    # Equal phrases are moved once: rounded differently in a batch, they could move apart.
    z, first, place = np.unique(z, axis=0, return_index=True, return_inverse=True)
    before = measure_attributes([phrases[i] for i in first], space.controls.names)
    # Other attributes stay as the latent decodes, which may differ a little from the phrase.
    target = np.where(
        requested,
        space.controls.standardize(before) + values,
        measure_latent_attributes(space, z, parts),
    )
    return _steer(space, z, target, requested, parts)[place.ravel()]


def follow_density(
    space: LatentSpace, noise: np.ndarray, other: LatentSpace, partner: np.ndarray
) -> np.ndarray:
    """Move noise so that drums play more where the band does; the noise of a band stays.

    Latents that were moved would be less like people's; noise is turned into music by the prior
    wherever it lies.

    Parameters
    ----------
    space : LatentSpace
    noise : numpy.ndarray
        To be drawn from, ``(..., latent_dim)``.
    other : LatentSpace
    partner : numpy.ndarray
        Its latents, ``(..., other.latent_dim)``; NaN where it is silent or not known.

    Returns
    -------
    numpy.ndarray
        Float32, in the shape of `noise`.
    """
    if _DENSITY not in space.tables:
        return noise
    denser = other.controls.predict(_DENSITY, partner)
    moved = noise + (_SWELL * denser + _FULLER)[..., None] * space.tables[_DENSITY]
    return np.where(np.isnan(partner[..., :1]), noise, moved).astype(np.float32)


def _requested(space: LatentSpace, values: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Which of a model's attributes are requested, and their values, 0 for the others."""
    names = space.controls.names
    requested = np.array([name in values for name in names])
    return requested, np.array([values.get(name, 0.0) for name in names])


def _steer(
    space: LatentSpace,
    z: np.ndarray,
    target: np.ndarray,
    requested: np.ndarray,
    parts: Sequence[str],
) -> np.ndarray:
    """Move the cells of some parts: steps of cells that are not heard would change nothing."""

    def measure(latents: np.ndarray) -> np.ndarray:
        return measure_latent_attributes(space, latents, parts)

    movable = space.by_dimension(np.isin(space.parts, parts))
    return steer_latents(space.controls, z, target, requested, measure, movable)
