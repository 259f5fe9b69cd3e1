"""Encoding of phrases: the encoder's mean, refined by steps down the decoder's gradient.

An encoder is trained for all music at once, and for songs that it was not trained on its latents
are a little off, while the decoder could write these songs. So its mean is only where a search for
the latent with the lowest reconstruction loss begins (semi-amortized inference: Kim et al. 2018,
Semi-Amortized Variational Autoencoders).

The decoder writes each cell, a part in a phrase, by itself. So each cell has a search of its own,
which ends when the cell is written right, or when it gains little more: most end soon, and the
others go on without them. Cells that are equal are searched once.
"""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

import functools
import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from musegen.model.config import InferenceConfig
from musegen.model.tensors import Arrays, Tensor, compiled, is_tensorflow, to_numpy
from musegen.model.vae import VAE
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["make_refined_encoder", "minimize"]

# Takes rows and a point for each, ``(rows, dim)``, and gives values, ``(rows,)``, and gradients.
_Function = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

# A cell with so low a loss, in nats, is written right.
_RIGHT = 0.5
# After so many steps, each search stops that has lowered its loss by less than this share.
_CHECKED, _WORTH = 4, 0.01
# L-BFGS keeps so many differences of points and gradients.
_MEMORY = 6
_FLAT = 1e-6  # so little curvature is none
# The first step, as a share of a Newton step: dimensions are not as independent as it assumes.
_FIRST_SHARE = 0.2


def make_refined_encoder(vae: VAE, settings: InferenceConfig) -> Callable[[Arrays], np.ndarray]:
    """Make a function from a codec's arrays to latents, float32 ``(n, latent_dim)``.

    The reconstruction loss of a cell is never higher than with the encoder's mean. Its latent does
    not depend on other cells, but for its last bits.

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
    encoder, loss_and_gradient = _compile(vae)
    cells, cell_dim = vae.codec.cells, vae.decoder.cell_dim

    def encode(arrays: Arrays) -> np.ndarray:
        z_mean, z_log_var = (to_numpy(z).reshape(-1, cell_dim) for z in encoder(arrays))
        part = np.arange(len(z_mean)) % cells
        by_cell = {name: np.reshape(array, (len(part), -1)) for name, array in arrays.items()}
        first, place = _find_equal([part[:, None], *by_cell.values()])

        def function(rows: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            # Whole phrases are asked for: the first cells fill the last one up.
            whole = np.resize(np.arange(len(rows)), math.ceil(len(rows) / cells) * cells)
            cell = first[rows[whole]]
            losses, gradients = loss_and_gradient(
                points[whole].reshape(-1, cells * cell_dim),
                part[cell].reshape(-1, cells),
                {name: by_cell[name][cell].reshape(-1, *a.shape[1:]) for name, a in arrays.items()},
            )
            return (
                to_numpy(losses).ravel()[: len(rows)],
                to_numpy(gradients).reshape(-1, cell_dim)[: len(rows)],
            )

        # By the evidence lower bound ``beta / z_var`` is the curvature.
        newton = np.exp(z_log_var[first]) / vae.config.beta
        z = minimize(function, z_mean[first], _FIRST_SHARE * newton, settings.encoding_steps)
        return z[place].reshape(-1, cells * cell_dim)

    return encode


def _find_equal(columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Find the first of equal rows, and for each row its place among the first ones."""
    places: dict[bytes, int] = {}
    rows = zip(*columns, strict=True)
    place = [places.setdefault(b"".join(map(np.ndarray.tobytes, row)), len(places)) for row in rows]
    return np.unique(place, return_index=True)[1], np.array(place)


def _compile(vae: VAE) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Compile the encoder, and the loss of cells with its gradient, for any number of phrases."""
    import tensorflow as tf

    name = _register_gradient()

    def loss_and_gradient(z: Tensor, part: Tensor, arrays: Arrays) -> tuple[Tensor, Tensor]:
        with tf.compat.v1.get_default_graph().gradient_override_map({"MatMul": name}):
            loss: Tensor = sum(vae.codec.losses(arrays, vae.decoder(z, part)).values())
        return loss, tf.gradients(loss, z)[0]

    silence = vae.codec.to_arrays(PhraseSet.from_phrases([Phrase()]))
    arrays = {
        name: tf.TensorSpec((None, *array.shape[1:]), array.dtype)
        for name, array in silence.items()
    }
    z = tf.TensorSpec((None, vae.config.latent_dim))
    part = tf.TensorSpec((None, vae.codec.cells), tf.int64)
    # With XLA, the first call took four times as long, for which large batches were a tenth faster.
    return (
        tf.function(vae.encoder, input_signature=[arrays], autograph=False),
        tf.function(loss_and_gradient, input_signature=[z, part, arrays], autograph=False),
    )


@functools.cache
def _register_gradient() -> str:
    """Register a faster gradient of products of few rows and weights; return its name.

    TensorFlow's own multiplies by the transposed weights, which it lays out anew each time: for
    eight rows and 320 x 1280 weights that takes three times as long.
    """
    import tensorflow as tf

    def of_product(product: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return tf.transpose(tf.matmul(product.inputs[1], gradient, transpose_b=True)), None

    name = "MatMulByWeights"
    tf.RegisterGradient(name)(of_product)
    return name


def minimize(
    function: _Function, start: np.ndarray, inverse_curvature: np.ndarray, steps: int
) -> np.ndarray:
    """Search for the minimum from each of many starting points.

    By L-BFGS (Nocedal 1980, Updating quasi-Newton matrices with limited storage). Instead of a line
    search, a step that finds no lower value is followed by a shorter one from the same point.

    Parameters
    ----------
    function : callable
    start, inverse_curvature : numpy.ndarray
        Float32 ``(n, dim)``.
    steps : int
        At most so many calls of `function` for a row.

    Returns
    -------
    numpy.ndarray
        The points with the lowest values that were met, float32 ``(n, dim)``.
    """
    best = start.copy()
    lowest, gradient = (a.copy() for a in function(np.arange(len(start)), best))
    pairs: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=_MEMORY)
    reach = np.ones((len(start), 1), np.float32)
    goes_on = np.ones(len(start), bool)
    before = lowest.copy()
    for i in range(1, steps):
        goes_on &= lowest > _RIGHT
        if i % _CHECKED == 0:
            goes_on &= lowest < (1 - _WORTH) * before
            before = lowest.copy()
        rows = np.flatnonzero(goes_on)
        if not len(rows):
            break
        known = [(moved[rows], changed[rows]) for moved, changed in pairs]
        move = -reach[rows] * _newton_step(gradient[rows], known, inverse_curvature[rows])
        point = best[rows] + move
        value, slope = function(rows, point)
        moved, changed = np.zeros_like(best), np.zeros_like(best)
        moved[rows], changed[rows] = move, slope - gradient[rows]
        pairs.append((moved, changed))
        is_lower = value < lowest[rows]
        reach[rows] *= np.where(is_lower, 1.5, 0.35)[:, None]
        reach = np.minimum(reach, 1)
        rows = rows[is_lower]
        best[rows], lowest[rows], gradient[rows] = point[is_lower], value[is_lower], slope[is_lower]
    return best


def _newton_step(
    gradient: np.ndarray,
    pairs: Sequence[tuple[np.ndarray, np.ndarray]],
    inverse_curvature: np.ndarray,
) -> np.ndarray:
    """Multiply gradients by the inverse Hessian that differences tell of (Nocedal 1980, page 779).

    Parameters
    ----------
    gradient, inverse_curvature : numpy.ndarray
        Float32 ``(rows, dim)``.
    pairs : sequence of tuple of numpy.ndarray
        How far points were from each other, and how much their gradients differed, the newest last.
    """
    step = gradient.copy()
    curvature = [_dot(moved, changed) for moved, changed in pairs]
    # Pairs without curvature say nothing of a minimum.
    inverse = [np.where(c > _FLAT, 1 / np.maximum(c, _FLAT), 0) for c in curvature]
    shares: list[np.ndarray] = []
    for (moved, changed), rho in zip(reversed(pairs), reversed(inverse), strict=True):
        shares.append(rho * _dot(moved, step))
        step -= shares[-1] * changed
    step *= inverse_curvature
    if pairs:
        expected = _dot(pairs[-1][1], inverse_curvature * pairs[-1][1])
        is_known = (curvature[-1] > _FLAT) & (expected > _FLAT)
        step *= np.where(is_known, curvature[-1] / np.maximum(expected, _FLAT), 1)
    for (moved, changed), rho, share in zip(pairs, inverse, reversed(shares), strict=True):
        step += moved * (share - rho * _dot(changed, step))
    return step


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.sum(a * b, axis=1, keepdims=True)
