"""Training, on a few phrases and a small model: the same code as for the real ones."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from support.examples import phrase_set

from musegen.errors import CheckpointError
from musegen.model.checkpoint import load_prior, load_vae, save_prior
from musegen.model.config import PriorConfig, TrainingConfig, VAEConfig
from musegen.model.prior import Prior
from musegen.model.vae import CODECS, VAE
from musegen.training.prior import Latents, PathBatches, train_prior
from musegen.training.vae import PhraseBatches, train_vae

SMALL = {
    "latent_dim": 16,
    "encoder_units": 16,
    "conductor_units": 32,
    "beat_units": 32,
    "free_nats": 0.0,
}
SHORT = TrainingConfig(
    epochs=12,
    batch_size=8,
    warmup_steps=4,
    precision="float32",
    learning_rate=5e-3,
    prior_epochs=6,
    prior_steps=12,
    prior_batch_phrases=64,
    prior_learning_rate=5e-3,
)


def column(path, name):
    header, *rows = path.read_text().splitlines()
    return [float(row.split(",")[header.split(",").index(name)]) for row in rows]


@pytest.fixture(scope="module", params=["song", "drums"])
def trained(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    phrases = phrase_set(request.param)
    return folder, phrases, train_vae(phrases, folder, VAEConfig(request.param, **SMALL), SHORT)


def test_the_loss_falls_and_is_written_down(trained):
    folder, _, _ = trained
    loss = column(folder / "train.csv", "loss")
    assert len(loss) == SHORT.epochs
    assert loss[-1] < 0.5 * loss[0]
    validation = column(folder / "train.csv", "val_loss")
    assert validation[-1] < 0.7 * validation[0]


def test_a_loaded_checkpoint_says_the_same(trained):
    folder, phrases, vae = trained
    arrays = vae.codec.arrays(phrases)
    loaded = load_vae(folder)
    assert loaded.config == vae.config
    # The weights are kept in half precision, so nearly the same, and the same each time.
    outputs = keras.ops.convert_to_numpy(loaded(arrays)["outputs"])
    truth = keras.ops.convert_to_numpy(vae(arrays)["outputs"])
    assert np.abs(outputs - truth).max() < 0.05 * np.abs(truth).max()
    again = keras.ops.convert_to_numpy(load_vae(folder)(arrays)["outputs"])
    assert np.array_equal(outputs, again)


def test_stopped_and_resumed_is_as_if_never_stopped(trained, tmp_path):
    folder, phrases, vae = trained

    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 4:
                raise KeyboardInterrupt

    # The schedule knows the whole length, so the first half is a run that breaks off.
    config = VAEConfig(vae.config.kind, **SMALL)
    original = keras.Model.fit
    try:
        keras.Model.fit = lambda self, *a, callbacks, **k: original(
            self, *a, callbacks=[*callbacks, Stop()], **k
        )
        with pytest.raises(KeyboardInterrupt):
            train_vae(phrases, tmp_path, config, SHORT)
    finally:
        keras.Model.fit = original
    assert len(column(tmp_path / "train.csv", "loss")) == 5
    resumed = train_vae(phrases, tmp_path, config, SHORT, resume=True)
    for name in ("loss", "val_loss", "kl"):
        assert column(tmp_path / "train.csv", name) == column(folder / "train.csv", name)
    for ours, theirs in zip(resumed.weights, vae.weights, strict=True):
        assert np.array_equal(ours.numpy(), theirs.numpy()), ours.path


def test_the_prior_learns_and_is_loaded_again(trained, tmp_path):
    folder, phrases, vae = trained
    config = PriorConfig(SMALL["latent_dim"], width=32, blocks=2, heads=2, dropout=0.0)
    prior = train_prior(vae, phrases, folder, config, SHORT)
    # It begins as a Gaussian, and these few phrases are not far from one.
    validation = column(folder / "prior.csv", "val_loss")
    assert min(validation) < 0.99 * validation[0]
    assert load_prior(folder).config == config
    save_prior(prior, tmp_path)
    loaded = load_prior(tmp_path)
    inputs = {
        "z": np.ones((1, 3, config.latent_dim), np.float32),
        "t": np.full((1, 3), 0.5, np.float32),
    }
    assert np.allclose(loaded(inputs), prior(inputs), atol=0.02)


def test_training_stops_when_validation_gets_no_better(tmp_path):
    impatient = replace(SHORT, epochs=40, patience=2, learning_rate=0.5, clip_norm=1e9)
    train_vae(phrase_set("drums"), tmp_path, VAEConfig("drums", **SMALL), impatient)
    assert len(column(tmp_path / "train.csv", "loss")) < 40


def test_resuming_nothing_says_so(tmp_path):
    with pytest.raises(CheckpointError, match="no training to resume"):
        train_vae(phrase_set("drums"), tmp_path, VAEConfig("drums", **SMALL), SHORT, resume=True)


def test_batches_depend_on_seed_epoch_and_number_alone():
    phrases = phrase_set("song").where("train")
    codec = CODECS["song"]()

    def batch(epoch, vary=True):
        return PhraseBatches(phrases, codec, SHORT, epoch, vary)[1][0]["onset"]

    assert np.array_equal(batch(0), batch(0))
    assert not np.array_equal(batch(0), batch(1))
    assert not np.array_equal(batch(0), batch(0, vary=False))


def test_dropped_voices_leave_some_music_in_each_phrase():
    phrases = phrase_set("song", count=64).where("train")
    config = replace(SHORT, drop_voices_share=1.0, batch_size=64)
    onset = PhraseBatches(phrases, CODECS["song"](), config, 0, vary=True)[0][0]["onset"]
    heard = onset.any((1, 3))
    assert heard.any(1).all()
    assert 0.3 < heard.mean() < 0.9


def test_latents_know_what_follows():
    phrases = phrase_set("song")
    vae = VAE(VAEConfig("song", **SMALL))
    vae.build_from(vae.codec.arrays(phrases.take(slice(0, 1))))
    latents = Latents(vae, phrases)
    assert latents.after[:5].tolist() == [1, 2, 3, -1, 5]
    assert latents.run[:5].tolist() == [4, 3, 2, 1, 4]
    # White noise through `color` has the covariance of the latents, the widest direction first.
    color = latents.color()
    covariance = np.cov(latents.z_mean.T) + np.diag(np.exp(latents.z_log_var).mean(0))
    assert np.allclose(color.T @ color, covariance, atol=1e-4)
    assert (np.diff(np.linalg.norm(color, axis=1)) <= 1e-6).all()


def test_some_phrases_of_some_paths_are_given():
    phrases = phrase_set("song")
    vae = VAE(VAEConfig("song", **SMALL))
    vae.build_from(vae.codec.arrays(phrases.take(slice(0, 1))))
    prior = Prior(PriorConfig(SMALL["latent_dim"], width=32, blocks=1, heads=2))
    batches = PathBatches(
        Latents(vae, phrases), prior, replace(SHORT, prior_batch_phrases=512), 0, 3
    )
    inputs, velocity, weight = batches[0]
    given = weight == 0
    assert inputs["z"].shape == velocity.shape
    assert given.any()
    assert not given.all(1).any()
    assert 0.3 < (~given.any(1)).mean() < 0.7
    assert (inputs["t"][given] == 1).all()
    assert (inputs["t"][~given] < 1).all()
