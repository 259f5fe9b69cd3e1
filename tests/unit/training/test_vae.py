"""A small VAE is trained by the code that trains the real ones."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from support.examples import phrase_set
from support.training import TRAINING, read_log, vae_config

from musegen.model.checkpoint import load_vae
from musegen.model.codecs import CODECS
from musegen.model.tensors import to_numpy
from musegen.training.vae import CellBatches, PhraseBatches, train_vae


@pytest.fixture(scope="module", params=["song", "drums"])
def trained(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    phrases = phrase_set(request.param)
    return folder, phrases, train_vae(phrases, folder, vae_config(request.param), TRAINING)


def test_the_losses_fall_and_are_logged(trained):
    log = read_log(trained[0] / "train.csv")
    assert len(log["loss"]) == TRAINING.epochs
    assert log["loss"][-1] < 0.5 * log["loss"][0]
    assert log["val_loss"][-1] < 0.7 * log["val_loss"][0]
    assert {"kl", "reconstruction", "val_note_f1", "seconds"} <= log.keys()


def test_a_loaded_checkpoint_gives_the_same_outputs(trained):
    folder, phrases, vae = trained
    arrays = vae.codec.to_arrays(phrases)
    loaded = load_vae(folder)
    assert loaded.config == vae.config
    # The weights are saved in half precision: nearly the same outputs, and the same each time.
    outputs, truth = to_numpy(loaded(arrays)["outputs"]), to_numpy(vae(arrays)["outputs"])
    assert np.abs(outputs - truth).max() < 0.05 * np.abs(truth).max()
    assert np.array_equal(outputs, to_numpy(load_vae(folder)(arrays)["outputs"]))


@pytest.mark.parametrize("trained", ["song"], indirect=True)
def test_a_resumed_training_is_as_if_never_interrupted(trained, tmp_path, monkeypatch):
    folder, phrases, vae = trained

    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 4:
                raise KeyboardInterrupt

    # The learning rate depends on the whole length, so the first run is one that is interrupted.
    fit = keras.Model.fit
    with monkeypatch.context() as patch:
        patch.setattr(
            keras.Model,
            "fit",
            lambda self, *a, callbacks, **k: fit(
                self, *a, callbacks=[*callbacks, Interrupt()], **k
            ),
        )
        with pytest.raises(KeyboardInterrupt):
            train_vae(phrases, tmp_path, vae.config, TRAINING)
    assert len(read_log(tmp_path / "train.csv")["loss"]) == 5
    resumed = train_vae(phrases, tmp_path, vae.config, TRAINING, resume=True)
    ours, theirs = read_log(tmp_path / "train.csv"), read_log(folder / "train.csv")
    for name in ("loss", "val_loss", "kl"):
        assert ours[name] == theirs[name]
    for own, other in zip(resumed.weights, vae.weights, strict=True):
        assert np.array_equal(own.numpy(), other.numpy()), own.path


def test_batches_depend_only_on_seed_epoch_and_number():
    phrases = phrase_set("drums").where("train")
    codec = CODECS["drums"]()

    def hits(epoch):
        return PhraseBatches(phrases, codec, TRAINING, epoch)[1][0]["hit"]

    assert np.array_equal(hits(0), hits(0))
    assert not np.array_equal(hits(0), hits(1))
    assert not np.array_equal(hits(0), hits(None)), "validation phrases are not varied"
    fixed = PhraseBatches(phrases, codec, TRAINING, None)
    fixed.on_epoch_end()
    assert np.array_equal(fixed[1][0]["hit"], hits(None))


def test_some_voices_are_dropped():
    phrases = phrase_set("drums", count=64).where("train")
    config = replace(TRAINING, drop_voices_share=1.0, batch_size=64)
    hit = PhraseBatches(phrases, CODECS["drums"](), config, 0)[0][0]["hit"]
    classes = hit.any(1).sum(1)  # of the three that all phrases have
    assert 1 < classes.mean() < 2
    assert (classes == 0).mean() < 0.3


def test_cells_are_put_together_from_different_phrases():
    phrases = phrase_set("song").where("train")
    codec = CODECS["song"]()

    def velocities(epoch):
        return CellBatches(phrases, codec, TRAINING, epoch)[1][0]["velocity"]

    assert np.array_equal(velocities(0), velocities(0))
    assert not np.array_equal(velocities(0), velocities(1))
    assert velocities(0).shape == (TRAINING.batch_size, 4, 32, 88)
    assert velocities(0).any((2, 3)).all(), "each part has notes"
