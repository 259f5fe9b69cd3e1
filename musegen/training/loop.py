"""The training loop of the VAE and of the prior: log, best weights, early stopping, resuming."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from musegen.errors import CheckpointError
from musegen.files import atomic_write
from musegen.model.tensors import Tensor, to_numpy
from musegen.training.distributed import SINGLE_WORKER, WorkerGroup, share_training_steps

__all__ = ["Batches", "Schedule", "TrainingMonitor", "fit_model", "precision", "state_file"]


class Batches(keras.utils.PyDataset):
    """Batches that are drawn anew in each epoch, of which each worker gets its share.

    What is drawn depends only on the seed, the epoch and the number of the batch, so that a resumed
    training goes on as if it had not been interrupted.

    Parameters
    ----------
    epoch : int
        The first epoch; None to draw the same batches in every epoch, for validation.
    group : WorkerGroup
    """

    def __init__(self, epoch: int | None, group: WorkerGroup = SINGLE_WORKER) -> None:
        super().__init__()
        self.epoch = epoch or 0
        self.is_fixed = epoch is None
        self.share = group.share

    def size(self, index: int) -> int:
        """Rows of a batch, over all workers."""
        raise NotImplementedError

    def on_epoch_end(self) -> None:
        self.epoch += not self.is_fixed


@dataclass(frozen=True)
class Schedule:
    """How long a model is trained, and with which learning rates."""

    epochs: int
    steps: int  # of an epoch
    learning_rate: float  # the highest
    warmup_steps: int
    clip_norm: float

    def optimizer(self) -> keras.optimizers.Optimizer:
        """Adam, its learning rate warmed up and then lowered along a cosine to a hundredth."""
        total = self.epochs * self.steps
        warmup = min(self.warmup_steps, total // 2)
        rate: Any = keras.optimizers.schedules.CosineDecay(
            0.0, total - warmup, alpha=0.01, warmup_target=self.learning_rate, warmup_steps=warmup
        )
        return keras.optimizers.Adam(rate, global_clipnorm=self.clip_norm)


def fit_model(
    model: Any,
    schedule: Schedule,
    monitor: TrainingMonitor,
    training: Callable[[int], Batches],
    validation: Batches,
    loss: Callable[[Tensor, Tensor], Tensor] | None = None,
    resume: bool = False,
) -> None:
    """Train a model until its schedule ends or its validation loss stops improving.

    Parameters
    ----------
    model : keras.Model
        With its weights created.
    training : callable
        Gives the training batches from an epoch on.
    loss : callable, optional
        Takes targets and outputs; None if the model computes its own.
    resume : bool
        Go on from the state that the monitor has saved.

    Raises
    ------
    CheckpointError
        If there is no such state, or it is of another model.
    """
    optimizer = schedule.optimizer()
    optimizer.build(model.trainable_variables)
    # On a CPU, XLA takes longer than plain TensorFlow here (.53 s a step, not .29).
    model.compile(optimizer, loss=loss, jit_compile=keras.backend.backend() == "jax")
    group = monitor.group
    share_training_steps(model, group)
    monitor.start(model, resume)
    if not monitor.is_finished:
        batches = training(monitor.epoch)
        monitor.rows = group.rows(batches), group.rows(validation)
        model.fit(
            batches,
            validation_data=validation,
            initial_epoch=monitor.epoch,
            epochs=schedule.epochs,
            callbacks=[monitor],
            shuffle=False,  # the batches shuffle themselves
            verbose=2 if group.is_chief else 0,
        )
    group.wait()  # until the chief has written


class TrainingMonitor(keras.callbacks.Callback):
    """After each epoch: log, keep the best weights, save the state, stop if it is time.

    Parameters
    ----------
    folder : Path
        The checkpoint. ``<name>.csv`` gets the losses, ``training/<name>.safetensors`` the state.
    name : str
        Of what is trained.
    save : callable
        Writes the model's weights to the checkpoint; called when they are the best so far.
    patience : int
        Epochs without a better validation loss after which training stops.
    score : callable
        Gives more numbers for the log, by name.
    group : WorkerGroup
        The workers that train together. Only the chief writes; losses are means over all workers.

    Attributes
    ----------
    rows : tuple of int
        How many of an epoch's training and validation rows are this worker's.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        save: Callable[[], None],
        patience: int,
        score: Callable[[], dict[str, float]] = dict,
        group: WorkerGroup = SINGLE_WORKER,
    ) -> None:
        super().__init__()
        self.log = folder / f"{name}.csv"
        self.state = state_file(folder, name)
        self.save = save
        self.patience = patience
        self.score = score
        self.group = group
        self.rows: tuple[int, int] = (1, 1)
        self.epoch, self.best_loss, self.epochs_waited = 0, math.inf, 0
        self.start_time = 0.0

    def start(self, model: keras.Model, resume: bool) -> None:
        """Load the saved state into a compiled model, or delete the log of an earlier training."""
        if resume:
            state = _load_state(model, self.state)
            self.epoch, self.epochs_waited = int(state["epoch"]), int(state["waited"])
            self.best_loss = state["best"]
        elif self.group.is_chief:
            self.log.unlink(missing_ok=True)

    @property
    def is_finished(self) -> bool:
        """Whether the validation loss has not improved for `patience` epochs."""
        return self.epochs_waited >= self.patience

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.start_time = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        model: Any = self.model
        seconds = time.monotonic() - self.start_time
        logs = {} if logs is None else logs
        for rows, is_validation in zip(self.rows, (False, True), strict=True):
            own = {k: v for k, v in logs.items() if k.startswith("val_") == is_validation}
            logs.update(self.group.mean(own, rows))  # in place, so that Keras prints the means
        is_better = logs["val_loss"] < self.best_loss
        if is_better:
            self.best_loss, self.epochs_waited = float(logs["val_loss"]), 0
        else:
            self.epochs_waited += 1
        if self.group.is_chief:
            _append_row(self.log, {"epoch": epoch + 1, **logs, **self.score(), "seconds": seconds})
            if is_better:
                self.save()
            state = {"epoch": epoch + 1, "best": self.best_loss, "waited": self.epochs_waited}
            _save_state(model, self.state, state)
        if self.is_finished:
            if self.group.is_chief:
                print(f"stopped: no better validation loss for {self.epochs_waited} epochs")
            model.stop_training = True


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Let layers that are created in this block compute in a precision, by Keras's name of it."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _append_row(path: Path, row: dict[str, float]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, sorted(row, key=lambda name: (name != "epoch", name)))
        if is_new:
            writer.writeheader()
        writer.writerow({k: v if k == "epoch" else f"{v:.5g}" for k, v in row.items()})


def _state_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Everything that changes in training: weights, Adam's moments, random seeds."""
    seeds = [variable for variable in model.variables if "seed_generator" in variable.name]
    variables = [*model.weights, *seeds, *model.optimizer.variables]
    # Numbered, because names are not unique and paths count the models made in a process.
    return {f"{i:03} {variable.name}": variable for i, variable in enumerate(variables)}


def _save_state(model: keras.Model, path: Path, state: dict[str, float]) -> None:
    arrays = {name: to_numpy(variable) for name, variable in _state_variables(model).items()}
    with atomic_write(path) as temporary:
        save_file(arrays, temporary, {name: repr(value) for name, value in state.items()})


def state_file(folder: Path, name: str) -> Path:
    """Return the file of the state from which a training goes on."""
    return folder / "training" / f"{name}.safetensors"


def _load_state(model: keras.Model, path: Path) -> dict[str, float]:
    if not path.exists():
        raise CheckpointError(
            f"{path} is missing, so there is no training to resume: leave --resume out"
        )
    try:
        with safe_open(path, "numpy") as file:
            for name, variable in _state_variables(model).items():
                variable.assign(file.get_tensor(name))
            return {name: float(value) for name, value in file.metadata().items()}
    except (SafetensorError, OSError, ValueError):
        raise CheckpointError(
            f"{path} is damaged or of another model: start the training again, without --resume"
        ) from None
