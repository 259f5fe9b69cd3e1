"""A trained checkpoint in use: phrases ↔ latents ↔ noise. What the rest of MuseGen sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np

from musegen.model.checkpoint import load_prior, load_vae
from musegen.model.prior import flow
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["Space"]

# A classifier tells draws of 4, 8 and 12 steps from human phrases alike (.90, .90, .91). The way
# back takes the same steps: noise → latents → noise is then off by .001, with 24 of them by .008.
_FLOW_STEPS = 8
_PHRASES_AT_ONCE = 512  # some 60 MB of logits


class Space:
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

    Raises
    ------
    CheckpointError
        If the checkpoint is missing or damaged.
    """

    def __init__(self, folder: str | Path) -> None:
        folder = Path(folder)
        self._vae = load_vae(folder)
        self._prior = load_prior(folder)
        self.parts: tuple[str, ...] = self._vae.codec.parts
        self.latent_dim: int = self._vae.config.latent_dim
        self._center = np.asarray(self._prior.center.numpy())
        self._spread = np.asarray(self._prior.spread.numpy())
        self._encoder = _compiled(lambda arrays: self._vae.encoder(arrays)[0])
        self._decoder = _compiled(self._vae.decoder)
        self._velocity = _compiled(lambda z, t: self._prior({"z": z, "t": t}))

    def encode(self, phrases: Sequence[Phrase]) -> np.ndarray:
        """Mean latents of some phrases, float32 ``(n, latent_dim)``; each is moved to C first."""
        found = []
        for start in range(0, len(phrases), _PHRASES_AT_ONCE):
            some = PhraseSet.from_phrases(phrases[start : start + _PHRASES_AT_ONCE])
            arrays = self._vae.codec.arrays(some)
            found.append(keras.ops.convert_to_numpy(self._encoder(arrays)))
        return np.concatenate(found)

    def decode(self, z: np.ndarray) -> list[Phrase]:
        """The likeliest phrase of each latent, ``(n, latent_dim)``, in C."""
        phrases: list[Phrase] = []
        for start in range(0, len(z), _PHRASES_AT_ONCE):
            outputs = self._decoder(np.float32(z[start : start + _PHRASES_AT_ONCE]))
            phrases += self._vae.codec.phrases(keras.ops.convert_to_numpy(outputs))
        return phrases

    def to_latents(self, u: np.ndarray) -> np.ndarray:
        """Paths that noise stands for: ``(n, phrases, latent_dim)`` → the same shape."""
        return self._along(u, backwards=False) * self._spread + self._center

    def to_noise(self, z: np.ndarray) -> np.ndarray:
        """Noise that stands for paths: the way back of `to_latents`."""
        return self._along((z - self._center) / self._spread, backwards=True)

    def _along(self, x: np.ndarray, backwards: bool) -> np.ndarray:
        """Flow in stretches of as many phrases as the prior was trained on."""

        def velocity(x: np.ndarray, t: np.ndarray) -> np.ndarray:
            return keras.ops.convert_to_numpy(self._velocity(x, t))

        longest = self._prior.config.max_phrases
        stretches = [x[:, i : i + longest] for i in range(0, x.shape[1], longest)]
        ends = [
            flow(velocity, np.float32(stretch), _FLOW_STEPS, backwards) for stretch in stretches
        ]
        return np.concatenate(ends, axis=1)


def _compiled(function: Callable) -> Callable:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(function, autograph=False, reduce_retracing=True)
    return function
