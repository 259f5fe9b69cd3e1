"""The training loop stops early, resumes and reports what it cannot resume, with a toy model."""

import keras
import numpy as np
import pytest
from support.training import read_log

from musegen.errors import CheckpointError
from musegen.training.loop import Batches, Schedule, TrainingMonitor, fit_model


class Points(Batches):
    """Points on a line with noise, new ones in each epoch."""

    def __len__(self):
        return 4

    def size(self, index):
        return 8

    def __getitem__(self, index):
        rng = np.random.default_rng((self.epoch, index))
        x = rng.standard_normal((8, 3), np.float32)
        return x, x @ np.ones((3, 1), np.float32) + 0.1 * rng.standard_normal((8, 1))


def train(folder, epochs=6, interrupt=None, resume=False, learning_rate=0.05, patience=99):
    """Train a linear model; raise KeyboardInterrupt after an epoch. Returns weights and saves."""
    keras.utils.set_random_seed(0)
    # Named, because saved states keep the names of Adam's moments, which Keras would number.
    layers = [keras.Input((3,)), keras.layers.Dropout(0.2), keras.layers.Dense(1, name="dense")]
    model = keras.Sequential(layers, name="toy")
    saved = []

    def score():
        if len(saved) == interrupt:
            raise KeyboardInterrupt
        return {}

    monitor = TrainingMonitor(folder, "toy", lambda: saved.append(1), patience, score)
    schedule = Schedule(epochs, 4, learning_rate, warmup_steps=2, clip_norm=1e9)
    fit_model(model, schedule, monitor, Points, Points(None), "mse", resume)
    return model.get_weights(), saved


def test_a_resumed_training_is_as_if_never_interrupted(tmp_path):
    whole, saved = train(tmp_path / "whole")
    assert len(saved) > 3
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "parts", interrupt=3)
    assert len(read_log(tmp_path / "parts" / "toy.csv")["loss"]) == 3
    resumed, _ = train(tmp_path / "parts", resume=True)
    for own, other in zip(resumed, whole, strict=True):
        assert np.array_equal(own, other)
    logs = [read_log(tmp_path / name / "toy.csv") for name in ("parts", "whole")]
    assert logs[0]["val_loss"] == logs[1]["val_loss"]


def test_training_stops_when_the_validation_loss_does_not_improve(tmp_path, capsys):
    train(tmp_path, epochs=60, patience=2, learning_rate=50.0)
    losses = read_log(tmp_path / "toy.csv")["val_loss"]
    assert len(losses) < 60
    assert min(losses[:-2]) <= min(losses[-2:])
    assert "stopped: no better validation loss for 2 epochs" in capsys.readouterr().out
    _, saved = train(tmp_path, epochs=60, patience=2, learning_rate=50.0, resume=True)
    assert not saved, "a finished training is not resumed"
    assert len(read_log(tmp_path / "toy.csv")["val_loss"]) == len(losses)


def test_a_training_that_cannot_be_resumed_is_reported(tmp_path):
    with pytest.raises(CheckpointError, match="no training to resume: leave --resume out"):
        train(tmp_path, resume=True)
    train(tmp_path, epochs=1)
    state = tmp_path / "training" / "toy.safetensors"
    state.write_bytes(state.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="start the training again, without --resume"):
        train(tmp_path, resume=True)


def test_a_new_training_replaces_the_log_of_an_earlier_one(tmp_path):
    for _ in range(2):
        train(tmp_path, epochs=2)
    assert read_log(tmp_path / "toy.csv")["epoch"] == [1, 2]
