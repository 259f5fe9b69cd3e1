"""The prior: a flow between noise and the latents of real music, over the phrases of a piece.

Flow matching (Lipman et al. 2023, Flow Matching for Generative Modeling, equation 23 with
``sigma_min = 0``): a network learns the velocity ``z - u`` at ``(1 - t) u + t z``. Followed from
t = 0 to 1 it turns noise ``u ~ N(0, I)`` into a path of latents; followed back, a path into its
noise. A transformer looks at all phrases of the piece at once, so they go together. Time enters
by adaptive layer norms, one set of them shared by all blocks (Chen et al. 2023, PixArt-alpha,
section 2.3).

Two things of our own. The latents are whitened, and what the velocity of a Gaussian would be is
given (`gaussian_velocity`): the network learns only how music differs from a Gaussian of the same
covariance. And each phrase has its own time (Chen et al. 2024, Diffusion Forcing): a phrase that
is kept stands at t = 1 from the start, and the others are drawn around it.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

from musegen.model.config import PriorConfig

__all__ = ["Prior", "follow_flow", "gaussian_velocity"]

_TIME_FEATURES = 128


class _Block(layers.Layer):
    """Self-attention and a small network, each with a norm that the time bends."""

    def __init__(self, config: PriorConfig, **kwargs) -> None:
        super().__init__(**kwargs)
        width = config.width
        self.attention = layers.MultiHeadAttention(
            config.heads, width // config.heads, dropout=config.dropout, name="attention"
        )
        self.wide = layers.Dense(4 * width, "gelu", name="wide")
        self.narrow = layers.Dense(width, name="narrow")
        self.dropout = layers.Dropout(config.dropout)
        self.norms = [
            layers.LayerNormalization(center=False, scale=False, name=f"norm_{i}") for i in (0, 1)
        ]

    def build(self, x_shape: tuple, time_shape: tuple) -> None:
        width = x_shape[-1]
        self.bend = self.add_weight(shape=(6, width), initializer="zeros", name="bend")
        self.attention.build(x_shape, x_shape)
        self.wide.build(x_shape)
        self.narrow.build((*x_shape[:-1], 4 * width))
        for norm in self.norms:
            norm.build(x_shape)
        self.built = True

    def call(self, x: object, time: object, training: bool = False) -> object:
        bends = ops.unstack(time + ops.cast(self.bend, time.dtype), 6, axis=2)
        scale, shift, gate, scale_2, shift_2, gate_2 = bends
        h = self.norms[0](x) * (1 + scale) + shift
        x = x + gate * self.attention(h, h, training=training)
        h = self.norms[1](x) * (1 + scale_2) + shift_2
        return x + gate_2 * self.dropout(self.narrow(self.wide(h)), training=training)


class Prior(keras.Model):
    """The velocity at a place and time.

    Called with ``{"z": (n, phrases, latent_dim), "t": (n, phrases)}``, it gives the velocity in the
    shape of ``z``. Its latents are whitened: ``latent = center + z @ color``, with both kept as
    weights.
    """

    def __init__(self, config: PriorConfig) -> None:
        super().__init__(name="prior", autocast=False)  # times need single precision
        self.config = config
        dim = config.latent_dim
        self.center = self.add_weight(
            shape=(dim,), initializer="zeros", trainable=False, name="center"
        )
        self.color = self.add_weight(
            shape=(dim, dim), initializer="identity", trainable=False, name="color"
        )
        self.enter = layers.Dense(config.width, name="enter")
        self.place = layers.Embedding(config.max_phrases, config.width, name="place")
        self.time = layers.Dense(config.width, "silu", name="time")
        self.bend = layers.Dense(6 * config.width, kernel_initializer="zeros", name="bend")
        self.blocks = [_Block(config, name=f"block_{i}") for i in range(config.blocks)]
        self.norm = layers.LayerNormalization(name="norm")
        self.leave = layers.Dense(dim, kernel_initializer="zeros", name="leave")

    def call(self, inputs: dict, training: bool = False) -> object:
        z, t = inputs["z"], ops.expand_dims(ops.cast(inputs["t"], "float32"), -1)
        rates = np.exp(-math.log(10_000) * np.arange(_TIME_FEATURES // 2) / (_TIME_FEATURES // 2))
        angles = 1000 * t * rates.astype(np.float32)
        time = self.time(ops.concatenate([ops.cos(angles), ops.sin(angles)], axis=-1))
        bend = ops.reshape(self.bend(time), (-1, ops.shape(z)[1], 6, self.config.width))
        places = self.place(ops.arange(ops.shape(z)[1]))
        x = self.enter(z) + ops.expand_dims(places, 0)
        with warnings.catch_warnings():
            # Keras warns of attention over one phrase, which is what a piece of one phrase has.
            warnings.filterwarnings("ignore", message="You are using a softmax over axis")
            for block in self.blocks:
                x = block(x, bend, training=training)
        known, width = gaussian_velocity(t)
        return known * z + width * ops.cast(self.leave(self.norm(x)), "float32")

    def build_from(self) -> None:
        """Make the weights."""
        self(
            {
                "z": np.zeros((1, 1, self.config.latent_dim), np.float32),
                "t": np.zeros((1, 1), np.float32),
            }
        )


def gaussian_velocity(t: object) -> tuple[object, object]:
    """What is known of the velocity, were the latents Gaussian: its mean and what is left open.

    With u and z both N(0, I), ``z - u`` at ``x = (1 - t) u + t z`` has the mean
    ``(2 t - 1) / (t^2 + (1 - t)^2) x`` and the variance ``1 / (t^2 + (1 - t)^2)``.

    Returns
    -------
    tuple
        What `x` is multiplied with, and the standard deviation; of the shape of `t`.
    """
    power = t * t + (1 - t) * (1 - t)
    return (2 * t - 1) / power, power**-0.5


def follow_flow(
    velocity: Callable[[np.ndarray, np.ndarray], np.ndarray],
    start: np.ndarray,
    steps: int,
    backwards: bool = False,
    kept: np.ndarray | None = None,
) -> np.ndarray:
    """Follow a velocity field from t = 0 to 1, or back, by Heun's method.

    Parameters
    ----------
    velocity : callable
        Of places ``(n, phrases, latent_dim)`` and times ``(n, phrases)``.
    start : numpy.ndarray
        Where to start, float32 ``(n, phrases, latent_dim)``.
    steps : int
        Each calls `velocity` twice.
    backwards : bool
        From t = 1 to 0.
    kept : numpy.ndarray, optional
        Shape ``(phrases,)``, bool: phrases that stay where they start, at t = 1.

    Returns
    -------
    numpy.ndarray
        Where it ends, of the same shape.
    """
    times = np.linspace(0, 1, steps + 1, dtype=np.float32)
    if backwards:
        times = times[::-1]
    stays = np.zeros(start.shape[1], bool) if kept is None else kept
    moves = ~stays[:, None]

    def at(x: np.ndarray, time: np.float32) -> np.ndarray:
        t = np.broadcast_to(np.where(stays, np.float32(1), time), x.shape[:2])
        return velocity(x, t) * moves

    x = start
    for now, then in itertools.pairwise(times):
        first = at(x, now)
        second = at(x + (then - now) * first, then)
        x = x + (then - now) * (first + second) / 2
    return x
