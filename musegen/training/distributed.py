"""Training by several processes, on one machine or many, with the result of a single process.

Each worker has the whole model and computes its share of every batch. Gradients are averaged over
the workers before they are clipped and applied, so that all have the same weights. Noise and
dropout are drawn for the whole batch by each worker, which takes its own rows: the loss is that of
a single process but for rounding.

TensorFlow's `MultiWorkerMirroredStrategy` connects the processes and sums their tensors. Keras's
`fit` does not run under the strategy, because it does not take dictionaries there
(https://github.com/keras-team/keras/issues/20329) and would clip each worker's gradients
separately.
"""

from __future__ import annotations

import json
import math
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from musegen.errors import WorkerError
from musegen.model.tensors import Tensor, all_layers, ops
from musegen.model.vae import VAE

__all__ = ["SINGLE_WORKER", "WorkerGroup", "join_workers", "share_training_steps"]


@dataclass(frozen=True)
class WorkerGroup:
    """The processes that train together, and which of them this is.

    Attributes
    ----------
    index : int
        This worker's number, from 0. The first is the chief: only it writes files.
    count : int
    sum_over_workers : callable, optional
        Sums a float32 tensor over all workers. None if there is one worker.
    """

    index: int = 0
    count: int = 1
    sum_over_workers: Callable[[Tensor], Tensor] | None = None

    @property
    def is_chief(self) -> bool:
        return self.index == 0

    def share(self, size: int) -> slice:
        """This worker's rows of a batch: at least one.

        If there are fewer rows than workers, some rows are taken twice.
        """
        start, stop = (size * i // self.count for i in (self.index, self.index + 1))
        return slice(start, max(stop, start + 1))

    def rows(self, batches: Any) -> int:
        """How many rows of an epoch are this worker's, given batches that know their `size`."""
        shares = (self.share(batches.size(i)) for i in range(len(batches)))
        return sum(share.stop - share.start for share in shares)

    def mean(self, logs: Mapping[str, float], rows: int) -> dict[str, float]:
        """Average over the rows of all workers, given means over this worker's rows."""
        if self.sum_over_workers is None:
            return dict(logs)
        own = np.array([*logs.values(), 1], np.float32) * rows
        *sums, total = (float(value) for value in self.sum_over_workers(own))
        return {name: value / total for name, value in zip(logs, sums, strict=True)}

    def wait(self) -> None:
        """Wait until all workers have called this."""
        if self.sum_over_workers is not None:
            self.sum_over_workers(np.zeros(1, np.float32))


SINGLE_WORKER = WorkerGroup()


@contextmanager
def join_workers() -> Iterator[WorkerGroup]:
    """Join the workers that the environment variable ``TF_CONFIG`` lists; without it, train alone.

    It is JSON, the same for all but the index:
    ``{"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}``.
    Waits until all have joined, and at the end until all are done. Must be called before anything
    else that uses TensorFlow.

    Raises
    ------
    WorkerError
        If the variable is not of this form, Keras does not use TensorFlow, or a worker is lost.
    """
    workers, index = _read_tf_config()
    if len(workers) < 2:
        yield SINGLE_WORKER
        return
    if keras.backend.backend() != "tensorflow":
        raise WorkerError("TF_CONFIG lists workers, which needs KERAS_BACKEND=tensorflow")
    import tensorflow as tf

    print(f"worker {index + 1} of {len(workers)}: waiting for the others", flush=True)
    try:
        on_sigterm = signal.getsignal(signal.SIGTERM)
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        signal.signal(signal.SIGTERM, on_sigterm)  # the strategy's handler goes on regardless
        if strategy.num_replicas_in_sync != len(workers):
            raise WorkerError(
                "a worker sees several GPUs and would use one: start a worker for each GPU, with "
                "CUDA_VISIBLE_DEVICES set to its number"
            )

        def sum_replicas(own: Tensor) -> Tensor:
            context = tf.distribute.get_replica_context()
            return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(own))

        @tf.function(autograph=False)
        def sum_over_workers(own: Tensor) -> Tensor:
            return strategy.run(sum_replicas, args=(own,))

        group = WorkerGroup(index, len(workers), sum_over_workers)
        yield group
        group.wait()
    except tf.errors.OpError:
        raise WorkerError("a worker was lost: start all workers again, with --resume") from None


def _read_tf_config() -> tuple[Sequence[str], int]:
    """Addresses of the workers in ``TF_CONFIG``, and which of them this is."""
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
        'TF_CONFIG lists no workers: set it to {"cluster": {"worker": ["host:port", ...]}, '
        '"task": {"type": "worker", "index": 0}}'
    )


class _Rows:
    """Which rows of the whole batch are this worker's, in the training step that is traced."""

    start: Tensor
    own: Tensor
    total: Tensor

    def draw(self, draw: Callable[[Any], Tensor], shape: Sequence[Any]) -> Tensor:
        """Call `draw` for the whole batch, and take this worker's rows."""
        cells = shape[0] // self.own  # rows of each phrase: the VAE reads its cells one by one
        whole = draw((cells * self.total, *shape[1:]))
        return whole[cells * self.start : cells * (self.start + self.own)]


def share_training_steps(model: keras.Model, group: WorkerGroup) -> None:
    """Let a compiled model compute this worker's share of each training step."""
    if group.sum_over_workers is None:
        return
    import tensorflow as tf

    rows = _Rows()
    train_step, apply = model.train_step, model.optimizer.apply

    sum_over_workers = group.sum_over_workers

    def shared_step(data: Any) -> dict[str, Any]:
        own = ops.shape(keras.tree.flatten(data)[0])[0]
        counts = tf.one_hot(group.index, group.count) * ops.cast(own, "float32")
        counts = ops.cast(sum_over_workers(counts), "int32")
        rows.own, rows.start, rows.total = own, ops.sum(counts[: group.index]), ops.sum(counts)
        return train_step(data)

    def shared_apply(grads: Sequence[Tensor], variables: Sequence[Any]) -> None:
        # Concatenated, so that there is one message to the other workers and not one for each.
        own = tf.concat([tf.reshape(tf.convert_to_tensor(grad), [-1]) for grad in grads], axis=0)
        share = ops.cast(rows.own, "float32") / ops.cast(rows.total, "float32")
        shapes = [tuple(variable.shape) for variable in variables]
        means = tf.split(sum_over_workers(share * own), [math.prod(shape) for shape in shapes])
        grads = [tf.reshape(mean, shape) for mean, shape in zip(means, shapes, strict=True)]
        apply(grads, variables)

    model.train_step, model.optimizer.apply = shared_step, shared_apply
    for layer in all_layers(model):
        if isinstance(layer, keras.layers.Dropout) and layer.rate:
            layer.call = _shared_dropout(layer, rows)
    if isinstance(model, VAE):
        noise = model.noise
        model.noise = lambda shape: rows.draw(noise, shape)


def _shared_dropout(layer: keras.layers.Dropout, rows: _Rows) -> Callable[..., Tensor]:
    def call(inputs: Tensor, training: bool = False) -> Tensor:
        if not training:
            return inputs

        def scales(shape: Any) -> Tensor:
            ones = ops.ones(shape, inputs.dtype)
            return keras.random.dropout(ones, layer.rate, seed=layer.seed_generator)

        return inputs * rows.draw(scales, ops.shape(inputs))

    return call
