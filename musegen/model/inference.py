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
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["make_refined_encoder"]


def make_refined_encoder(vae: VAE, steps: Sequence[float]) -> Callable[[Arrays], np.ndarray]:
    """Make a function from a codec's arrays to latents, float32 ``(n, latent_dim)``.

    Of all points on the way it gives the one with the lowest reconstruction loss, which is never
    higher than that of the encoder's mean.

    Parameters
    ----------
    vae : VAE
    steps : sequence of float
        Shares of a Newton step. Without any, the function gives the encoder's mean.

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

    # A loop of TensorFlow's, so that the gradient is traced once and not for each step. With XLA,
    # the first call took four times as long, for which large batches were a tenth faster.
    def encode(arrays: Arrays) -> Tensor:
        z_mean, z_log_var = vae.encoder(arrays)
        newton = tf.exp(z_log_var) / vae.config.beta
        shares = tf.constant(steps, tf.float32)

        def follow(i: Tensor, z: Tensor, best: Tensor, lowest: Tensor) -> tuple[Tensor, ...]:
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(z)
                value = loss(arrays, z)
            best, lowest = better(z, value, best, lowest)
            return i + 1, z - shares[i] * newton * tape.gradient(value, z), best, lowest

        infinite = tf.fill(tf.shape(z_mean)[:1], np.float32(np.inf))
        start = (tf.constant(0), z_mean, z_mean, infinite)
        _, z, best, lowest = tf.while_loop(lambda i, *_: i < len(steps), follow, start)
        return better(z, loss(arrays, z), best, lowest)[0]

    def better(z: Tensor, value: Tensor, best: Tensor, lowest: Tensor) -> tuple[Tensor, Tensor]:
        is_lower = value < lowest
        return tf.where(is_lower[:, None], z, best), tf.where(is_lower, value, lowest)

    # Traced for any number of phrases, and not once for each.
    silence = vae.codec.to_arrays(PhraseSet.from_phrases([Phrase()]))
    any_number = {
        name: tf.TensorSpec((None, *array.shape[1:]), array.dtype)
        for name, array in silence.items()
    }
    encoder = tf.function(encode, input_signature=[any_number], autograph=False)
    return lambda arrays: to_numpy(encoder(arrays))
