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

__all__ = ["make_refined_encoder"]

# Shares of a Newton step, the first two or three of which bring most (chosen on validation
# phrases). Smaller ones for drums, whose dimensions depend more on each other.
_STEPS = {"song": (0.45, 0.15, 0.3), "drums": (0.05, 0.05, 0.05)}


def make_refined_encoder(vae: VAE) -> Callable[[Mapping[str, np.ndarray]], np.ndarray]:
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

    def cost(arrays: Mapping, z: tf.Tensor) -> tf.Tensor:
        return sum(vae.codec.losses(arrays, vae.decoder(z)).values())

    # XLA, and all steps in one: in plain TensorFlow the gradient of a small batch takes four times
    # as long, and steps by themselves twice. The price is some seconds the first time.
    @tf.function(jit_compile=True, autograph=False)
    def encode(arrays: Mapping) -> tf.Tensor:
        z, z_log_var = vae.encoder(arrays)
        reach = tf.exp(z_log_var) / vae.config.beta
        tried, costs = [], []
        for step in _STEPS[vae.config.kind]:
            with tf.GradientTape() as tape:
                tape.watch(z)
                paid = cost(arrays, z)
            tried.append(z)
            costs.append(paid)
            z = z - step * reach * tape.gradient(paid, z)
        tried.append(z)
        costs.append(cost(arrays, z))
        best = tf.argmin(tf.stack(costs), axis=0)
        return tf.gather(tf.stack(tried, axis=1), best, axis=1, batch_dims=1)

    return lambda arrays: encode(arrays).numpy()
