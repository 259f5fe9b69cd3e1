"""From phrases to latents: the encoder's word, made better by the decoder's.

An encoder answers for all music at once, and on songs it was never trained on it is a little off
where the decoder is not. So its answer is only where a few steps down the reconstruction's
gradient begin (semi-amortized inference: Kim et al. 2018, Semi-Amortized Variational
Autoencoders). Each dimension moves in proportion to its posterior variance, which is what Newton's
method would do were the dimensions independent: ``beta / z_var`` is the curvature that the
evidence lower bound says it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import keras
import numpy as np

from musegen.model.vae import VAE

__all__ = ["refined_encoder"]

# Shares of a Newton step, the first two or three of which bring most (chosen on validation
# phrases). Smaller ones for drums, whose dimensions depend more on each other.
_STEPS = {"song": (0.45, 0.15, 0.3), "drums": (0.05, 0.05, 0.05)}


def refined_encoder(vae: VAE) -> Callable[[Mapping[str, np.ndarray]], np.ndarray]:
    """A compiled function from a codec's arrays to latents, float32 ``(n, latent_dim)``.

    Of all points on the way, the one whose reconstruction costs least is given, so that it is
    never worse than the encoder's mean. It is compiled anew for each ``n``.

    Raises
    ------
    RuntimeError
        If Keras does not run on TensorFlow: the gradient is TensorFlow's.
    """
    if keras.backend.backend() != "tensorflow":
        raise RuntimeError("encoding needs KERAS_BACKEND=tensorflow; the others are for training")
    import tensorflow as tf

    @tf.function(autograph=False)
    def begin(arrays: Mapping) -> tuple[tf.Tensor, tf.Tensor]:
        z_mean, z_log_var = vae.encoder(arrays)
        return z_mean, tf.exp(z_log_var) / vae.config.beta

    @tf.function(autograph=False)
    def cost(arrays: Mapping, z: tf.Tensor) -> tf.Tensor:
        return sum(vae.codec.losses(arrays, vae.decoder(z)).values())

    # XLA: a quarter of the time (the plain gradient of an LSTM step is slow on small batches). One
    # step and not all of them at once: it takes seconds to compile.
    @tf.function(jit_compile=True, autograph=False)
    def descend(arrays: Mapping, z: tf.Tensor, reach: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(z)
            paid = cost(arrays, z)
        return paid, z - reach * tape.gradient(paid, z)

    def encode(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        arrays = {name: tf.constant(array) for name, array in arrays.items()}
        z, reach = begin(arrays)
        tried, costs = [z], []
        for step in _STEPS[vae.config.kind]:
            paid, z = descend(arrays, z, step * reach)
            tried.append(z)
            costs.append(paid)
        costs.append(cost(arrays, z))
        best = np.argmin(costs, axis=0)
        return np.stack(tried, axis=1)[np.arange(len(best)), best]

    return encode
