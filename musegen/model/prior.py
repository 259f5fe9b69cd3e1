"""The prior: a flow between noise and the latents of real music, over the cells of a piece.

Flow matching (Lipman et al. 2023, Flow Matching for Generative Modeling, equation 23 with
``sigma_min = 0``): a network learns the velocity ``z - u`` at the point ``(1 - t) u + t z``.
Followed from t = 0 to 1, the velocity turns noise ``u ~ N(0, I)`` into a path of latents; followed
back, it turns a path into its noise. A transformer attends to all phrases of the piece, so that
they fit together. Time enters by adaptive layer norms, shared by all blocks (Chen et al. 2023,
PixArt-alpha, section 2.3).

Two things differ from the papers. The latents are whitened and the velocity for a Gaussian is given
(`gaussian_velocity`), so that the network learns only how music differs from a Gaussian of the same
covariance. And each cell, a part in a phrase, has a time of its own (Chen et al. 2024, Diffusion
Forcing): a cell that is kept stands at t = 1 throughout, one of which nothing is known at t = 0,
and the others are drawn to fit. Chords, sections, style and the other model's latents enter with
the phrases and with their times; their layers begin at zero.

Layers have names of their own (``name=``) because checkpoints keep weights by these names: they
cannot change.
"""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from musegen.model.conditions import condition_dim
from musegen.model.config import PriorConfig
from musegen.model.tensors import Arrays, Model, Tensor, layers, ops

__all__ = ["Prior", "draw_by_flow", "follow_flow", "gaussian_velocity"]

_TIME_FEATURES = 128


class _Block(layers.Layer):
    """Self-attention and a small network, each after a norm that is scaled and shifted by time."""

    def __init__(self, config: PriorConfig, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        width = config.width
        self.attention = layers.MultiHeadAttention(
            config.heads, width // config.heads, dropout=config.dropout, name="attention"
        )
        self.expand = layers.Dense(4 * width, "gelu", name="wide")
        self.contract = layers.Dense(width, name="narrow")
        self.dropout = layers.Dropout(config.dropout)
        self.norms = [
            layers.LayerNormalization(center=False, scale=False, name=f"norm_{i}") for i in (0, 1)
        ]

    def build(self, x_shape: tuple[int, ...], modulation_shape: tuple[int, ...]) -> None:
        width = x_shape[-1]
        # Added to the modulation that all blocks share.
        self.modulation = self.add_weight(shape=(6, width), initializer="zeros", name="bend")
        self.attention.build(x_shape, x_shape)
        self.expand.build(x_shape)
        self.contract.build((*x_shape[:-1], 4 * width))
        for norm in self.norms:
            norm.build(x_shape)
        self.built = True

    def call(self, x: Tensor, modulation: Tensor, training: bool = False) -> Tensor:
        modulation = modulation + ops.cast(self.modulation, modulation.dtype)
        scale, shift, gate, scale_2, shift_2, gate_2 = ops.unstack(modulation, 6, axis=2)
        h = self.norms[0](x) * (1 + scale) + shift
        x = x + gate * self.attention(h, h, training=training)
        h = self.norms[1](x) * (1 + scale_2) + shift_2
        return x + gate_2 * self.dropout(self.contract(self.expand(h)), training=training)


class Prior(Model):
    """The velocity at a point and time.

    Called with ``{"z": (n, phrases, cells, cell_dim), "t": (n, phrases, cells)}`` and, if it has
    conditions, ``"conditions": (n, phrases, condition_dim)`` of `musegen.model.conditions`, it
    gives the velocity in the shape of ``z``. Its latents are whitened: ``latent = center + z @
    coloring`` with the cells of a phrase joined, where both are weights that are set before
    training; coloring does not mix cells.
    """

    def __init__(self, config: PriorConfig) -> None:
        super().__init__(name="prior", autocast=False)  # times need single precision
        self.config = config
        dim = config.latent_dim
        self.center = self.add_weight(
            shape=(dim,), initializer="zeros", trainable=False, name="center"
        )
        self.coloring = self.add_weight(
            shape=(dim, dim), initializer="identity", trainable=False, name="color"
        )
        self.input_projection = layers.Dense(config.width, name="enter")
        self.read_conditions = None
        if condition_dim(config):
            self.read_conditions = layers.Dense(config.width, "gelu", name="conditions")
            self.condition_phrase, self.condition_time = (
                layers.Dense(config.width, kernel_initializer="zeros", name=f"condition_{name}")
                for name in ("phrase", "time")
            )
        self.position = layers.Embedding(config.max_phrases, config.width, name="place")
        self.time = layers.Dense(config.width, "silu", name="time")
        self.modulation = layers.Dense(6 * config.width, kernel_initializer="zeros", name="bend")
        self.blocks = [_Block(config, name=f"block_{i}") for i in range(config.blocks)]
        self.norm = layers.LayerNormalization(name="norm")
        self.output_projection = layers.Dense(dim, kernel_initializer="zeros", name="leave")

    def call(self, inputs: Arrays, training: bool = False) -> Tensor:
        z, t = inputs["z"], ops.cast(inputs["t"], "float32")
        rates = np.exp(-math.log(10_000) * np.arange(_TIME_FEATURES // 2) / (_TIME_FEATURES // 2))
        angles = 1000 * ops.expand_dims(t, -1) * rates.astype(np.float32)
        waves = ops.concatenate([ops.cos(angles), ops.sin(angles)], axis=-1)
        phrases = ops.shape(z)[1]
        time = self.time(ops.reshape(waves, (-1, phrases, t.shape[2] * _TIME_FEATURES)))
        positions = self.position(ops.arange(phrases))
        joined = ops.reshape(z, (-1, phrases, self.config.latent_dim))
        x = self.input_projection(joined) + ops.expand_dims(positions, 0)
        if self.read_conditions is not None:
            conditions = self.read_conditions(inputs["conditions"])
            x = x + self.condition_phrase(conditions)
            time = time + self.condition_time(conditions)
        modulation = ops.reshape(self.modulation(time), (-1, phrases, 6, self.config.width))
        with warnings.catch_warnings():
            # Keras warns of attention over one phrase, which a piece of two bars needs.
            warnings.filterwarnings("ignore", message="You are using a softmax over axis")
            for block in self.blocks:
                x = block(x, modulation, training=training)
        slope, deviation = gaussian_velocity(ops.expand_dims(t, -1))
        learned = ops.cast(self.output_projection(self.norm(x)), "float32")
        return slope * z + deviation * ops.reshape(learned, ops.shape(z))

    def build_from(self) -> None:
        """Create the weights."""
        config = self.config
        shape = (1, 1, config.cells)
        self(
            {
                "z": np.zeros((*shape, config.latent_dim // config.cells), np.float32),
                "t": np.zeros(shape, np.float32),
                "conditions": np.zeros((1, 1, condition_dim(config)), np.float32),
            }
        )


def gaussian_velocity(t: Tensor) -> tuple[Tensor, Tensor]:
    """The velocity if the latents were N(0, I): its slope and its standard deviation.

    With u and z both N(0, I), ``z - u`` at ``x = (1 - t) u + t z`` has the mean
    ``(2 t - 1) / (t^2 + (1 - t)^2) x`` and the variance ``1 / (t^2 + (1 - t)^2)``.

    Returns
    -------
    tuple
        The factor of `x` in the mean, and the standard deviation; both in the shape of `t`.
    """
    power = t * t + (1 - t) * (1 - t)
    return (2 * t - 1) / power, power**-0.5


def draw_by_flow(
    velocity: Callable[[np.ndarray, np.ndarray], np.ndarray],
    noise: np.ndarray,
    steps: int,
    kept: np.ndarray | None = None,
) -> np.ndarray:
    """Follow a velocity field from t = 0 to 1 in half the time of `follow_flow`.

    As near to where very many steps lead, but not the inverse of following it back. At the angle
    ``s`` with ``t = (1 + tan s) / 2``, the point ``x / sqrt(t^2 + (1 - t)^2)`` would not move if
    the latents were Gaussian: its velocity is what the network has learned, and smooth. It is
    followed by the method of Adams and Bashforth of second order.

    Parameters
    ----------
    velocity, kept
        As for `follow_flow`.
    noise : numpy.ndarray
        Starting points; cells that are kept hold their latents.
    steps : int
        Each calls `velocity` once.

    Returns
    -------
    numpy.ndarray
        End points, in the same shape.
    """
    stays = np.zeros(noise.shape[1:3], bool) if kept is None else kept
    angles = np.linspace(-math.pi / 4, math.pi / 4, steps + 1)
    step = np.float32(angles[1] - angles[0])
    y, before = noise, None
    for angle in angles[:-1]:
        time = np.float32((1 + math.tan(angle)) / 2)
        t = np.where(stays, np.float32(1), time)[..., None]
        slope, deviation = gaussian_velocity(t)
        x = y / deviation
        now = (velocity(x, np.broadcast_to(t[..., 0], x.shape[:3])) - slope * x) / deviation
        now = np.where(stays[..., None], np.float32(0), now)
        y = y + step * (now if before is None else 1.5 * now - 0.5 * before)
        before = now
    return y


def follow_flow(
    velocity: Callable[[np.ndarray, np.ndarray], np.ndarray],
    start: np.ndarray,
    steps: int,
    backwards: bool = False,
    kept: np.ndarray | None = None,
) -> np.ndarray:
    """Follow a velocity field from t = 0 to 1, or back, by Heun's method: one inverts the other.

    Parameters
    ----------
    velocity : callable
        Takes points ``(n, phrases, cells, cell_dim)`` and times ``(n, phrases, cells)``.
    start : numpy.ndarray
        Starting points, float32 ``(n, phrases, cells, cell_dim)``.
    steps : int
        Each calls `velocity` twice.
    backwards : bool
        From t = 1 to 0.
    kept : numpy.ndarray, optional
        Shape ``(phrases, cells)``, bool: cells that do not move and have the time 1.

    Returns
    -------
    numpy.ndarray
        End points, in the same shape.
    """
    times = np.linspace(0, 1, steps + 1, dtype=np.float32)
    if backwards:
        times = times[::-1]
    stays = np.zeros(start.shape[1:3], bool) if kept is None else kept
    moves = ~stays[..., None]

    def velocity_at(x: np.ndarray, time: np.float32) -> np.ndarray:
        t = np.broadcast_to(np.where(stays, np.float32(1), time), x.shape[:3])
        return velocity(x, t) * moves

    x = start
    for now, then in itertools.pairwise(times):
        first = velocity_at(x, now)
        second = velocity_at(x + (then - now) * first, then)
        x = x + (then - now) * (first + second) / 2
    return x
