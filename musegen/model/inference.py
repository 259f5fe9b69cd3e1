"""Encoding of phrases: the encoder's mean, refined by steps down the decoder's gradient.

An encoder is trained for all music at once, and for songs that it was not trained on its latents
are a little off, while the decoder could write these songs. So its mean is only where steps down
the gradient of the reconstruction loss begin (semi-amortized inference: Kim et al. 2018,
Semi-Amortized Variational Autoencoders). Each dimension moves in proportion to its posterior
variance, which is Newton's method if the dimensions are independent: by the evidence lower bound
``beta / z_var`` is the curvature. The steps gather momentum (Nesterov 1983, as written in Sutskever
et al. 2013, equations 3 and 4), and go on while they pay.
"""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from musegen.model.config import InferenceConfig
from musegen.model.tensors import Arrays, Tensor, compiled, is_tensorflow, to_numpy
from musegen.model.vae import VAE
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["make_refined_encoder"]


_CHECKED = 4  # after so many steps each phrase whose loss fell by less than this share stops
_WORTH = 0.01


def make_refined_encoder(vae: VAE, settings: InferenceConfig) -> Callable[[Arrays], np.ndarray]:
    """Make a function from a codec's arrays to latents, float32 ``(n, latent_dim)``.

    Of all points on the way it gives the one with the lowest reconstruction loss, which is never
    higher than that of the encoder's mean. A phrase's latent does not depend on the others, but for
    its last bits.

    Parameters
    ----------
    vae : VAE
    settings : InferenceConfig
        With ``encoding_steps`` 0 the function gives the encoder's mean.

    Raises
    ------
    RuntimeError
        If there are steps and Keras does not compute with TensorFlow, whose gradient they need.
    """
    if not settings.encoding_steps:
        encoder = compiled(lambda arrays: vae.encoder(arrays)[0])
        return lambda arrays: to_numpy(encoder(arrays))
    if not is_tensorflow():
        raise RuntimeError("encoding needs KERAS_BACKEND=tensorflow; the others are for training")
    import tensorflow as tf

    momentum = settings.encoding_momentum

    # A loop of TensorFlow's, so that the gradient is traced once and not for each step. With XLA,
    # the first call took four times as long, for which large batches were a tenth faster.
    def encode(arrays: Arrays) -> Tensor:
        z_mean, z_log_var = vae.encoder(arrays)
        step = settings.encoding_share * tf.exp(z_log_var) / vae.config.beta

        def follow(
            i: Tensor, z: Tensor, move: Tensor, best: Tensor, lowest: Tensor, before: Tensor
        ) -> tuple[Tensor, ...]:
            point = z + momentum * move
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(point)
                value: Tensor = sum(vae.codec.losses(arrays, vae.decoder(point)).values())
            # A phrase that has stopped has a reference of minus infinity.
            is_lower = (value < lowest) & (before > -np.inf)
            best = tf.where(is_lower[:, None], point, best)
            lowest = tf.where(is_lower, value, lowest)
            if_checked = tf.where(lowest < (1 - _WORTH) * before, lowest, np.float32(-np.inf))
            before = tf.where((i + 1) % _CHECKED == 0, if_checked, before)
            gradient: Tensor = tape.gradient(value, point)
            move = momentum * move - step * gradient
            return i + 1, z + move, move, best, lowest, before

        def goes_on(i: Tensor, *state: Tensor) -> Tensor:
            return (i < settings.encoding_steps) & tf.reduce_any(state[-1] > -np.inf)

        infinite = tf.fill(tf.shape(z_mean)[:1], np.float32(np.inf))
        start = (tf.constant(0), z_mean, tf.zeros_like(z_mean), z_mean, infinite, infinite)
        return tf.while_loop(goes_on, follow, start)[3]

    # Traced for any number of phrases, and not once for each.
    silence = vae.codec.to_arrays(PhraseSet.from_phrases([Phrase()]))
    any_number = {
        name: tf.TensorSpec((None, *array.shape[1:]), array.dtype)
        for name, array in silence.items()
    }
    encoder = tf.function(encode, input_signature=[any_number], autograph=False)
    return lambda arrays: to_numpy(encoder(arrays))
