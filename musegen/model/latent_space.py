"""A trained checkpoint in use: phrases ↔ latents ↔ noise. What the rest of MuseGen sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np

from musegen.model.checkpoint import load_attribute_controls, load_prior, load_vae
from musegen.model.inference import make_refined_encoder
from musegen.model.prior import follow_flow, gaussian_velocity
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["LatentSpace"]

# A classifier tells draws of 4, 8 and 12 steps from human phrases alike (.90, .90, .91). The way
# back takes the same steps: noise → latents → noise is then off by .001, with 24 of them by .008.
_FLOW_STEPS = 8
# The network's part of the velocity, times this: away from the Gaussian that it was given, as a
# better model is guided by a worse one (Karras et al. 2024, Guiding a diffusion model with a bad
# version of itself, equation 3). A network that has more to learn says too little. Chosen on
# validation phrases; drums at 1.45 were twice as often copies of what a drummer had played.
_SHARPNESS = {"song": 1.45, "drums": 1.0}
_PHRASES_AT_ONCE = 512  # some 60 MB of logits
# Phrases are encoded so many at once, the last of them filled up with silence: each number is
# compiled by itself. A piece of 16 bars has eight phrases; a corpus has thousands.
_FEW, _MANY = 8, 256


class LatentSpace:
    """One model's latent space.

    Parameters
    ----------
    folder : path
        A checkpoint.

    Attributes
    ----------
    parts : tuple of str
        Parts of the band that it speaks of.
    latent_dim : int
    controls : AttributeControls
        Its attributes.

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
        self.parts: tuple[str, ...] = self._vae.codec.parts
        self.latent_dim: int = self._vae.config.latent_dim
        self._center = np.asarray(self._prior.center.numpy())
        self._sharpness = _SHARPNESS[self._vae.config.kind]
        self._color = np.asarray(self._prior.color.numpy())
        self._white = np.linalg.inv(self._color)
        self._encoder = make_refined_encoder(self._vae)
        self._decoder = _compiled(self._vae.decoder)
        self._velocity = _compiled(lambda z, t: self._prior({"z": z, "t": t}))

    def encode(self, phrases: Sequence[Phrase]) -> np.ndarray:
        """Latents that decode to some phrases, as nearly as can be; each is moved to C first.

        Returns
        -------
        numpy.ndarray
            Float32 ``(n, latent_dim)``.
        """
        size = _FEW if len(phrases) <= _MANY // 2 else _MANY
        found = []
        for start in range(0, len(phrases), size):
            some = list(phrases[start : start + size])
            filled = some + [Phrase()] * (size - len(some))
            arrays = self._vae.codec.arrays(PhraseSet.from_phrases(filled))
            found.append(self._encoder(arrays)[: len(some)])
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
        for start in range(0, len(different), _PHRASES_AT_ONCE):
            outputs = self._decoder(different[start : start + _PHRASES_AT_ONCE])
            phrases += self._vae.codec.phrases(keras.ops.convert_to_numpy(outputs))
        return [phrases[i] for i in np.argsort(order)[place.ravel()]]

    def to_latents(self, u: np.ndarray, kept: np.ndarray | None = None) -> np.ndarray:
        """Paths that noise stands for.

        Parameters
        ----------
        u : numpy.ndarray
            Noise, ``(n, phrases, latent_dim)``. At kept phrases, their latents instead.
        kept : numpy.ndarray, optional
            Shape ``(phrases,)``, bool: phrases that are given. The others are drawn around them.

        Returns
        -------
        numpy.ndarray
            Of the same shape.
        """
        return self._along(u, kept, backwards=False)

    def to_noise(self, z: np.ndarray, kept: np.ndarray | None = None) -> np.ndarray:
        """Noise that stands for paths: the way back of `to_latents`."""
        return self._along(z, kept, backwards=True)

    def _along(self, x: np.ndarray, kept: np.ndarray | None, backwards: bool) -> np.ndarray:
        """Flow, in stretches of as many phrases as the prior knows; each goes on from the last."""
        stays = np.zeros(x.shape[1], bool) if kept is None else kept
        given = stays[:, None] | backwards
        x = np.where(given, (x - self._center) @ self._white, x).astype(np.float32)
        longest = self._prior.config.max_phrases
        ends = follow_flow(self._sharpened, x[:, :longest], _FLOW_STEPS, backwards, stays[:longest])
        half = longest // 2
        for start in range(longest, x.shape[1], half):
            before = (x if backwards else ends)[:, start - half : start]
            stretch = np.concatenate([before, x[:, start : start + half]], axis=1)
            still = np.concatenate([np.ones(half, bool), stays[start : start + half]])
            found = follow_flow(self._sharpened, stretch, _FLOW_STEPS, backwards, still)
            ends = np.concatenate([ends, found[:, half:]], axis=1)
        given = stays[:, None] | (not backwards)
        return np.where(given, ends @ self._color + self._center, ends).astype(np.float32)

    def _sharpened(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        velocity = keras.ops.convert_to_numpy(self._velocity(x, t))
        known = gaussian_velocity(t[..., None])[0] * x
        return known + self._sharpness * (velocity - known)


def _compiled(function: Callable) -> Callable:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(function, autograph=False, reduce_retracing=True)
    return function
