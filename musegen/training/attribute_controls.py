"""Fits the attribute controls of a VAE."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from musegen.model.attribute_controls import AttributeControls
from musegen.model.checkpoint import save_attribute_controls
from musegen.model.vae import VAE
from musegen.music.attributes import attributes_of, measure_attributes
from musegen.music.phrase_set import PhraseSet
from musegen.training.encoded_phrases import EncodedPhrases

__all__ = ["fit_attribute_controls", "train_attribute_controls"]

# Values are clipped to these percentiles: a few lines of two notes, with a slope twenty times the
# usual one, would make the standard deviation of contour half as large again.
_PERCENTILES = (1, 99)
_RIDGE = 0.01  # of the regression, in units of the variance of whitened latents


def train_attribute_controls(vae: VAE, phrases: PhraseSet, folder: str | Path) -> AttributeControls:
    """Fit controls on training phrases and write them to the VAE's checkpoint.

    Raises
    ------
    MusicError
        If the phrases have no split ``train``.
    """
    phrases = phrases.only(vae.codec.parts).where("train")
    names = attributes_of(vae.codec.parts)
    encoded = EncodedPhrases(vae, phrases)
    values = measure_attributes(list(phrases), names)
    controls = fit_attribute_controls(
        names, encoded.z_mean, values, encoded.coloring(vae.codec.cells)
    )
    save_attribute_controls(controls, Path(folder))
    return controls


def fit_attribute_controls(
    names: Sequence[str], z: np.ndarray, values: np.ndarray, coloring: np.ndarray
) -> AttributeControls:
    """Find the directions of attributes in a latent space by ridge regression.

    Parameters
    ----------
    names : sequence of str
        The k attributes.
    z : numpy.ndarray
        Latents of phrases, ``(n, dim)``.
    values : numpy.ndarray
        Attributes of the phrases, ``(n, k)``. The regression skips phrases with a NaN.
    coloring : numpy.ndarray
        Shape ``(dim, dim)``: ``noise @ coloring`` has the covariance of the latents.
    """
    low, high = np.nanpercentile(values, _PERCENTILES, axis=0)
    values = np.clip(values, low, high)
    mean, deviation = np.nanmean(values, 0), np.maximum(np.nanstd(values, 0), 1e-6)
    center = z.mean(0)
    x = (z - center) @ np.linalg.inv(coloring)
    defined = ~np.isnan(values).any(1)
    inputs, outputs = x[defined], ((values - mean) / deviation)[defined]
    count = max(1, len(inputs))
    gram = inputs.T @ inputs / count + _RIDGE * np.eye(x.shape[1])
    slopes = np.linalg.solve(gram, inputs.T @ outputs / count).T
    max_distance = float(np.percentile(np.linalg.norm(x, axis=1), _PERCENTILES[1]))
    return AttributeControls(tuple(names), mean, deviation, slopes, center, coloring, max_distance)
