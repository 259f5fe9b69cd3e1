"""What every training here shares: the log, early stopping, and a state to go on from."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from musegen.errors import CheckpointError
from musegen.files import atomic_write
from musegen.training.distributed import ALONE, Workers

__all__ = ["Keeper", "adam", "precision"]


class Keeper(keras.callbacks.Callback):
    """After each epoch: log, keep the best weights, save the state, stop when it is time.

    Parameters
    ----------
    folder : Path
        The checkpoint. ``<name>.csv`` gets the losses, ``training/<name>.safetensors`` the state.
    name : str
        Of what is trained.
    save : callable
        Writes the model's weights into the checkpoint; called when they are the best so far.
    patience : int
        Epochs without a better validation loss before it stops.
    score : callable, optional
        Gives more numbers for the log, by name.
    workers : Workers
        Those that train together. The chief alone writes; losses are means over them all.

    Attributes
    ----------
    rows : tuple of int
        How many of an epoch's training and validation rows are this worker's. To be set where
        there are others.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        save: Callable[[], None],
        patience: int,
        score: Callable[[], dict[str, float]] = dict,
        workers: Workers = ALONE,
    ) -> None:
        super().__init__()
        self.log = folder / f"{name}.csv"
        self.state = folder / "training" / f"{name}.safetensors"
        self.save = save
        self.patience = patience
        self.score = score
        self.workers = workers
        self.rows = 1, 1
        self.epoch, self.best, self.waited = 0, math.inf, 0
        self.began = 0.0

    def start(self, model: keras.Model, resume: bool) -> None:
        """Go on from the saved state, or clear the log of an earlier training.

        Raises
        ------
        CheckpointError
            If there is no such state, or it is of another model.
        """
        if resume:
            state = _load_state(model, self.state)
            self.epoch, self.waited = int(state["epoch"]), int(state["waited"])
            self.best = state["best"]
        elif self.workers.is_chief:
            self.log.unlink(missing_ok=True)

    @property
    def waited_enough(self) -> bool:
        """Whether the validation loss has not got better for `patience` epochs."""
        return self.waited >= self.patience

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        seconds = time.monotonic() - self.began
        logs = logs or {}
        for rows, is_validation in zip(self.rows, (False, True), strict=True):
            own = {k: v for k, v in logs.items() if k.startswith("val_") == is_validation}
            logs.update(self.workers.mean(own, rows))  # in place: what is printed later is this
        is_better = logs["val_loss"] < self.best
        if is_better:
            self.best, self.waited = float(logs["val_loss"]), 0
        else:
            self.waited += 1
        if self.workers.is_chief:
            _log(self.log, {"epoch": epoch + 1, **logs, **self.score(), "seconds": seconds})
            if is_better:
                self.save()
            state = {"epoch": epoch + 1, "best": self.best, "waited": self.waited}
            _save_state(self.model, self.state, state)
        if self.waited_enough:
            if self.workers.is_chief:
                print(f"no better validation loss for {self.waited} epochs: stopped")
            self.model.stop_training = True


def adam(learning_rate: float, steps: int, warmup_steps: int, clip_norm: float) -> keras.Optimizer:
    """Adam with a learning rate that warms up and then falls to a hundredth along a cosine."""
    warmup = min(warmup_steps, steps // 2)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps - warmup, alpha=0.01, warmup_target=learning_rate, warmup_steps=warmup
    )
    return keras.optimizers.Adam(schedule, global_clipnorm=clip_norm)


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Layers made in this block compute in `policy`."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _log(path: Path, row: dict[str, float]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, sorted(row, key=lambda name: (name != "epoch", name)))
        if fresh:
            writer.writeheader()
        writer.writerow({k: v if k == "epoch" else f"{v:.5g}" for k, v in row.items()})


def _state_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Everything that changes in training: weights, Adam's moments, random seeds."""
    seeds = [variable for variable in model.variables if "seed_generator" in variable.name]
    every = [*model.weights, *seeds, *model.optimizer.variables]
    # By number: Keras counts up the paths of models made in one process.
    return {f"{i:03} {variable.name}": variable for i, variable in enumerate(every)}


def _save_state(model: keras.Model, path: Path, state: dict[str, float]) -> None:
    arrays = {name: np.asarray(v.numpy()) for name, v in _state_variables(model).items()}
    with atomic_write(path) as beside:
        save_file(arrays, beside, {name: repr(value) for name, value in state.items()})


def _load_state(model: keras.Model, path: Path) -> dict[str, float]:
    if not path.exists():
        raise CheckpointError(f"{path} is missing: there is no training to resume")
    try:
        with safe_open(path, "numpy") as file:
            for name, variable in _state_variables(model).items():
                variable.assign(file.get_tensor(name))
            return {name: float(value) for name, value in file.metadata().items()}
    except (SafetensorError, OSError, ValueError):
        raise CheckpointError(
            f"{path} is damaged or of another model: start the training anew, without --resume"
        ) from None
