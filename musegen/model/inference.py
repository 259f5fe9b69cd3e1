"""Encoding of phrases: the encoder's mean, refined by a few steps down the decoder's gradient.

An encoder is trained for all music at once, and for songs that it was not trained on its latents
are a little off, while the decoder could write these songs. So its mean is only where a few steps
down the gradient of the reconstruction loss begin (semi-amortized inference: Kim et al. 2018,
Semi-Amortized Variational Autoencoders). Each dimension moves in proportion to its posterior
variance, which is Newton's method if the dimensions are independent: by the evidence lower bound
``beta / z_var`` is the curvature.
"""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from musegen.model.tensors import Arrays, Tensor, compiled, is_tensorflow, to_numpy
from musegen.model.vae import VAE

__all__ = ["make_refined_encoder"]


def make_refined_encoder(
    vae: VAE, steps: Sequence[float], xla: bool = True
) -> Callable[[Arrays], np.ndarray]:
    """Make a function from a codec's arrays to latents, float32 ``(n, latent_dim)``.

    Of all points on the way it gives the one with the lowest reconstruction loss, which is never
    higher than that of the encoder's mean. It is compiled anew for each ``n``.

    Parameters
    ----------
    vae : VAE
    steps : sequence of float
        Shares of a Newton step. Without any, the function gives the encoder's mean.
    xla : bool
        Compile by XLA: worth its seconds if the function is called more than a few times.

    Raises
    ------
    RuntimeError
        If there are steps and Keras does not compute with TensorFlow, whose gradient they need.
    """
    if not steps:
        encoder = compiled(lambda arrays: vae.encoder(arrays)[0])
        return lambda arrays: to_numpy(encoder(arrays))
    if not is_tensorflow():
        raise RuntimeError("encoding needs KERAS_BACKEND=tensorflow; the others are for training")
    import tensorflow as tf

    def loss(arrays: Arrays, z: Tensor) -> Tensor:
        return sum(vae.codec.losses(arrays, vae.decoder(z)).values())

    # By XLA with all steps in one function: with plain TensorFlow the gradient of a small batch
    # takes four times as long, and with a function for each step twice as long.
    def encode(arrays: Arrays) -> Tensor:
        z, z_log_var = vae.encoder(arrays)
        newton = tf.exp(z_log_var) / vae.config.beta
        points, losses = [], []
        for step in steps:
            with tf.GradientTape() as tape:
                tape.watch(z)
                value = loss(arrays, z)
            points.append(z)
            losses.append(value)
            z = z - step * newton * tape.gradient(value, z)
        points.append(z)
        losses.append(loss(arrays, z))
        best = tf.argmin(tf.stack(losses), axis=0)
        return tf.gather(tf.stack(points, axis=1), best, axis=1, batch_dims=1)

    encoder = compiled(encode, xla)
    return lambda arrays: to_numpy(encoder(arrays))
