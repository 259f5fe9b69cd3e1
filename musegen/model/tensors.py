"""Types of what Keras computes with, and the few calls that Keras offers no public way for.

Everything that depends on the backend (TensorFlow, or JAX for training), or on private names of
Keras, is in this module.
"""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

__all__ = [
    "Arrays",
    "Model",
    "Tensor",
    "all_layers",
    "compiled",
    "is_tensorflow",
    "layers",
    "ops",
    "to_numpy",
]

Tensor = Any  # of the backend, or a numpy.ndarray, which every operation of Keras takes as well
layers: Any = keras.layers  # type checkers would take half of what these give for None
ops: Any = keras.ops
Arrays = Mapping[str, Any]  # tensors by name: what a codec makes of phrases


def is_tensorflow() -> bool:
    """Whether Keras computes with TensorFlow."""
    return keras.backend.backend() == "tensorflow"


class Model(keras.Model):
    """A model that creates its weights when it is called for the first time.

    Without a `build` of its own, Keras traces the whole call before it runs it, which takes more
    than half of the time in which checkpoints are loaded.
    """

    def build(self, *shapes: Any, **more_shapes: Any) -> None:
        self.built = True


def compiled(
    function: Callable[..., Any], shapes: Sequence[tuple[int | None, ...]] | None = None
) -> Callable[..., Any]:
    """Compile a function of tensors, if Keras computes with TensorFlow.

    Parameters
    ----------
    function : callable
    shapes : sequence of tuple, optional
        Of the arguments, which are float32; None stands for any length. With these, the function is
        compiled once, and otherwise again when the first other shape comes, which takes seconds.
    """
    if not is_tensorflow():
        return function
    import tensorflow as tf

    signature = shapes and [tf.TensorSpec(shape) for shape in shapes]
    return tf.function(function, autograph=False, reduce_retracing=True, input_signature=signature)


def all_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """All layers of a model, also those inside other layers, which Keras has no public call for."""
    return list(model._flatten_layers(include_self=False))  # pyright: ignore[reportPrivateUsage]


def to_numpy(tensor: Tensor) -> np.ndarray:
    """Copy a tensor of any backend to an array."""
    return np.asarray(keras.ops.convert_to_numpy(tensor))
