"""Training by several processes, on one machine or many, as if they were one.

Each has the whole model and computes its share of every batch. Gradients are averaged over the
workers before they are clipped and applied, so that all go on with the same weights. What is drawn
at random for a batch is drawn for the whole of it by each, who takes its own rows: the loss is that
of one process, but for rounding.

TensorFlow's `MultiWorkerMirroredStrategy` connects the processes and adds up their tensors. Keras
itself is told of no strategy: its `fit` under this one takes no dictionaries
(https://github.com/keras-team/keras/issues/20329), and would clip each worker's gradients apart.
"""

from __future__ import annotations

import json
import math
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from musegen.errors import WorkerError
from musegen.model.vae import VAE

__all__ = ["ALONE", "Workers", "join_workers", "take_part"]


@dataclass(frozen=True)
class Workers:
    """Processes that train together, as one of them sees it.

    Attributes
    ----------
    index : int
        This one's number, from 0. The first is the chief, who alone writes files.
    count : int
    add_up : callable, optional
        Gives the sum over all workers of a float32 tensor that each has. None of one alone.
    """

    index: int = 0
    count: int = 1
    add_up: Callable | None = None

    @property
    def is_chief(self) -> bool:
        return self.index == 0

    def share(self, size: int) -> slice:
        """The rows of a batch that are this worker's: never none.

        Of fewer rows than there are workers some are taken twice.
        """
        start, stop = (size * i // self.count for i in (self.index, self.index + 1))
        return slice(start, max(stop, start + 1))

    def rows(self, batches: keras.utils.PyDataset) -> int:
        """How many rows of an epoch are this worker's; `batches.size` tells how many one has."""
        shares = (self.share(batches.size(i)) for i in range(len(batches)))
        return sum(share.stop - share.start for share in shares)

    def mean(self, logs: Mapping[str, float], rows: int) -> dict[str, float]:
        """Means over all workers' rows of means over this one's rows."""
        if self.count == 1:
            return dict(logs)
        own = np.float32([*logs.values(), 1]) * rows
        *sums, total = (float(value) for value in self.add_up(own))
        return {name: value / total for name, value in zip(logs, sums, strict=True)}

    def wait(self) -> None:
        """Wait until all have come here."""
        if self.count > 1:
            self.add_up(np.zeros(1, np.float32))


ALONE = Workers()


@contextmanager
def join_workers() -> Iterator[Workers]:
    """The workers that the environment variable ``TF_CONFIG`` names; `ALONE` without it.

    It is JSON, the same for all but the index:
    ``{"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}``.
    This waits until all have joined, and in the end until all are done. It must come before
    anything else is done with TensorFlow.

    Raises
    ------
    WorkerError
        If it is not that, Keras does not run on TensorFlow, or a worker is lost.
    """
    workers, index = _named_workers()
    if len(workers) < 2:
        yield ALONE
        return
    if keras.backend.backend() != "tensorflow":
        raise WorkerError("TF_CONFIG names workers, which needs KERAS_BACKEND=tensorflow")
    import tensorflow as tf

    print(f"worker {index + 1} of {len(workers)}: waiting for the others", flush=True)
    try:
        ended = signal.getsignal(signal.SIGTERM)
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        signal.signal(signal.SIGTERM, ended)  # the strategy notes it, and goes on all the same
        if strategy.num_replicas_in_sync != len(workers):
            raise WorkerError(
                "each worker trains on one device: start one for each GPU, with "
                "CUDA_VISIBLE_DEVICES naming it"
            )

        def own_and_others(own: tf.Tensor) -> tf.Tensor:
            context = tf.distribute.get_replica_context()
            return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(own))

        @tf.function(autograph=False)
        def add_up(own: tf.Tensor) -> tf.Tensor:
            return strategy.run(own_and_others, args=(own,))

        joined = Workers(index, len(workers), add_up)
        yield joined
        joined.wait()
    except tf.errors.OpError:
        raise WorkerError("a worker was lost: start all of them again, with --resume") from None


def _named_workers() -> tuple[Sequence[str], int]:
    """Addresses of the workers that ``TF_CONFIG`` names, and which of them this is."""
    text = os.environ.get("TF_CONFIG")
    if not text:
        return (), 0
    try:
        config = json.loads(text)
        workers, task = config["cluster"]["worker"], config["task"]
        index = int(task["index"])
        if set(config["cluster"]) == {"worker"} == {task["type"]} and 0 <= index < len(workers):
            return workers, index
    except (ValueError, KeyError, TypeError):
        pass
    raise WorkerError(
        'TF_CONFIG names no workers: write {"cluster": {"worker": ["host:port", ...]}, '
        '"task": {"type": "worker", "index": 0}}'
    )


class _Rows:
    """Which rows of the whole batch are this worker's, in the training step being traced."""

    start: object
    own: object
    total: object

    def of(self, draw: Callable[[tuple], object], shape: Sequence) -> object:
        """This worker's rows of what `draw` gives for the whole batch."""
        return draw((self.total, *shape[1:]))[self.start : self.start + self.own]


def take_part(model: keras.Model, workers: Workers) -> None:
    """Make a compiled model's training steps shares of steps on larger batches."""
    if workers.count == 1:
        return
    import tensorflow as tf

    rows = _Rows()
    train_step, apply = model.train_step, model.optimizer.apply

    def shared_step(data: tuple) -> dict:
        own = ops.shape(keras.tree.flatten(data)[0])[0]
        counts = workers.add_up(tf.one_hot(workers.index, workers.count) * ops.cast(own, "float32"))
        counts = ops.cast(counts, "int32")
        rows.own, rows.start, rows.total = own, ops.sum(counts[: workers.index]), ops.sum(counts)
        return train_step(data)

    def shared_apply(grads: Sequence, variables: Sequence) -> None:
        # One long tensor: the way to the others and back is made once.
        own = tf.concat([tf.reshape(tf.convert_to_tensor(grad), [-1]) for grad in grads], axis=0)
        share = ops.cast(rows.own, "float32") / ops.cast(rows.total, "float32")
        shapes = [tuple(variable.shape) for variable in variables]
        means = tf.split(workers.add_up(share * own), [math.prod(shape) for shape in shapes])
        grads = [tf.reshape(mean, shape) for mean, shape in zip(means, shapes, strict=True)]
        apply(grads, variables)

    model.train_step, model.optimizer.apply = shared_step, shared_apply
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, keras.layers.Dropout) and layer.rate:
            layer.call = _shared_dropout(layer, rows)
    if isinstance(model, VAE):
        noise = model.noise
        model.noise = lambda shape: rows.of(noise, shape)


def _shared_dropout(layer: keras.layers.Dropout, rows: _Rows) -> Callable:
    def call(inputs: object, training: bool = False) -> object:
        if not training:
            return inputs

        def scales(shape: tuple) -> object:
            ones = ops.ones(shape, inputs.dtype)
            return keras.random.dropout(ones, layer.rate, seed=layer.seed_generator)

        return inputs * rows.of(scales, ops.shape(inputs))

    return call
