"""A trained checkpoint in use: phrases ↔ latents ↔ noise. All that the rest of MuseGen needs."""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from musegen.model.checkpoint import (
    load_attribute_controls,
    load_inference_config,
    load_prior,
    load_vae,
)
from musegen.model.config import InferenceConfig
from musegen.model.inference import make_refined_encoder
from musegen.model.prior import follow_flow, gaussian_velocity
from musegen.model.tensors import Arrays, compiled, to_numpy
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["LatentSpace"]

_DECODED_AT_ONCE = 512  # about 60 MB of logits
# Phrases are encoded in batches of one of these sizes, filled up with silence: the last bits of a
# latent depend on the size, and that on the number of phrases alone. A piece of 16 bars has 8
# phrases, one of 64 bars has 32; a dataset has thousands.
_SMALL_BATCH, _MIDDLE_BATCH, _LARGE_BATCH = 8, 32, 256


class LatentSpace:
    """The latent space of one model.

    Parameters
    ----------
    folder : path
        A checkpoint.

    Attributes
    ----------
    parts : tuple of str
        The parts of the band that the model writes.
    latent_dim : int
    controls : AttributeControls
        The model's attributes.
    settings : InferenceConfig
        The checkpoint's own.

    Raises
    ------
    CheckpointError
        If the checkpoint is missing or damaged.
    """

    def __init__(self, folder: str | Path) -> None:
        folder = Path(folder)
        self._vae = load_vae(folder)
        self._prior = load_prior(folder)
        self.controls = load_attribute_controls(folder)
        self.settings = load_inference_config(folder)
        self.parts = self._vae.codec.parts
        self.latent_dim = self._vae.config.latent_dim
        self._center = to_numpy(self._prior.center)
        self._coloring = to_numpy(self._prior.coloring)
        self._whitening = np.linalg.inv(self._coloring)
        self._encoder: Callable[[Arrays], np.ndarray] | None = None
        dim = self.latent_dim
        self._decoder = compiled(self._vae.decoder, shapes=[(None, dim)])
        self._velocity = compiled(
            lambda z, t: self._prior({"z": z, "t": t}), shapes=[(None, None, dim), (None, None)]
        )

    def with_settings(self, settings: InferenceConfig) -> LatentSpace:
        """The same model with other settings."""
        other = copy.copy(self)
        other.settings = settings
        if settings.encoding_steps != self.settings.encoding_steps:
            other._encoder = None
        return other

    def encode(self, phrases: Sequence[Phrase]) -> np.ndarray:
        """Find latents that decode to given phrases, as nearly as possible, moved to C.

        Returns
        -------
        numpy.ndarray
            Float32 ``(n, latent_dim)``.
        """
        if self._encoder is None:
            self._encoder = make_refined_encoder(self._vae, self.settings.encoding_steps)
        size = _LARGE_BATCH if len(phrases) > _LARGE_BATCH // 2 else _MIDDLE_BATCH
        size = _SMALL_BATCH if len(phrases) <= _SMALL_BATCH else size
        found: list[np.ndarray] = []
        for start in range(0, len(phrases), size):
            batch = list(phrases[start : start + size])
            filled = batch + [Phrase()] * (size - len(batch))
            arrays = self._vae.codec.to_arrays(PhraseSet.from_phrases(filled))
            found.append(self._encoder(arrays)[: len(batch)])
        return np.concatenate(found)

    def decode(self, z: np.ndarray) -> list[Phrase]:
        """The most likely phrase of each latent, in C.

        Equal latents give equal phrases: each different latent is decoded once. On many processors
        the last bits of a result depend on its row in the batch.

        Parameters
        ----------
        z : numpy.ndarray
            Latents, ``(n, latent_dim)``.
        """
        z = np.asarray(z, np.float32)
        _, first, place = np.unique(z, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(first)  # of first appearance
        different = z[first[order]]
        phrases: list[Phrase] = []
        for start in range(0, len(different), _DECODED_AT_ONCE):
            outputs = self._decoder(different[start : start + _DECODED_AT_ONCE])
            phrases += self._vae.codec.to_phrases(to_numpy(outputs), self.settings)
        return [phrases[i] for i in np.argsort(order)[place.ravel()]]

    def to_latents(self, u: np.ndarray, kept: np.ndarray | None = None) -> np.ndarray:
        """Turn noise into paths of latents, by the prior.

        Parameters
        ----------
        u : numpy.ndarray
            Noise, ``(n, phrases, latent_dim)``; at kept phrases, their latents instead.
        kept : numpy.ndarray, optional
            Shape ``(phrases,)``, bool: phrases that are given. The others are drawn to fit them.

        Returns
        -------
        numpy.ndarray
            In the same shape.
        """
        return self._follow(u, kept, backwards=False)

    def to_noise(self, z: np.ndarray, kept: np.ndarray | None = None) -> np.ndarray:
        """Find the noise that `to_latents` turns into given paths: its inverse."""
        return self._follow(z, kept, backwards=True)

    def _follow(self, x: np.ndarray, kept: np.ndarray | None, backwards: bool) -> np.ndarray:
        """Follow the flow in overlapping stretches of as many phrases as the prior was trained for.

        Each stretch keeps the last half of the one before.
        """
        kept = np.zeros(x.shape[1], bool) if kept is None else kept
        latents = kept[:, None] | backwards
        x = np.where(latents, (x - self._center) @ self._whitening, x).astype(np.float32)
        longest, steps = self._prior.config.max_phrases, self.settings.flow_steps
        ends = follow_flow(
            self._sharpened_velocity, x[:, :longest], steps, backwards, kept[:longest]
        )
        half = longest // 2
        for start in range(longest, x.shape[1], half):
            before = (x if backwards else ends)[:, start - half : start]
            stretch = np.concatenate([before, x[:, start : start + half]], axis=1)
            still = np.concatenate([np.ones(half, bool), kept[start : start + half]])
            found = follow_flow(self._sharpened_velocity, stretch, steps, backwards, still)
            ends = np.concatenate([ends, found[:, half:]], axis=1)
        latents = kept[:, None] | (not backwards)
        return np.where(latents, ends @ self._coloring + self._center, ends).astype(np.float32)

    def _sharpened_velocity(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        velocity = to_numpy(self._velocity(x, t))
        gaussian = gaussian_velocity(t[..., None])[0] * x
        return gaussian + self.settings.sharpness * (velocity - gaussian)
