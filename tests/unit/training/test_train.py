"""A whole checkpoint is trained by the command line, with no other checkpoint in place."""

import json
import os
import re
import shutil

import numpy as np
import pytest
from support.examples import CHECKPOINTS, phrase_set
from support.training import PRIOR, TRAINING, read_log, vae_config

from musegen import cli
from musegen.errors import CheckpointError
from musegen.model import config
from musegen.model.checkpoint import (
    load_attribute_controls,
    load_prior,
    load_vae,
    save_arrays,
    save_prior,
)
from musegen.model.conditions import condition_dim
from musegen.model.latent_space import LatentSpace
from musegen.music.attributes import attributes_of, measure_attributes
from musegen.training import train, tuning
from musegen.training.attribute_controls import train_attribute_controls
from musegen.training.prior import train_prior

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A checkpoint of drums."""
    folder = tmp_path_factory.mktemp("train")
    phrase_set("drums").save(folder / "phrases.npz")
    with pytest.MonkeyPatch.context() as patch:
        # Training sets it; what it was before comes back, for programs that other tests start.
        patch.setenv("TF_ENABLE_ONEDNN_OPTS", os.environ["TF_ENABLE_ONEDNN_OPTS"])
        patch.setattr("musegen.files.CHECKPOINTS", folder / "none")
        patch.setattr(config, "default_config", lambda kind: (vae_config(kind), PRIOR, TRAINING))
        words = ["--phrases", str(folder / "phrases.npz"), "--checkpoint", str(folder / "drums")]
        assert cli.main(["train", "drums", *words]) == 0
    return folder / "drums"


def test_a_trained_checkpoint_is_complete_and_draws(trained):
    names = {re.sub(r"-\d+-of-\d+", "", path.name) for path in trained.iterdir()}
    assert names == {
        "controls.safetensors",
        "inference.json",
        "notes.safetensors",
        "prior.csv",
        "prior.json",
        "prior.safetensors",
        "train.csv",
        "training",
        "vae.json",
        "vae.safetensors",
    }
    space = LatentSpace(trained)
    u = np.random.default_rng(0).standard_normal((1, 2, space.latent_dim), np.float32)
    assert all(len(phrase) for phrase in space.decode(space.to_latents(u)[0]))


def test_the_prior_learns_and_is_saved(trained, tmp_path):
    losses = read_log(trained / "prior.csv")["val_loss"]
    # It starts as a Gaussian, from which so few phrases do not differ much.
    assert min(losses) < 0.99 * losses[0]
    prior = load_prior(trained)
    assert prior.config == PRIOR
    save_prior(prior, tmp_path)
    inputs = {
        "z": np.ones((1, 3, 1, 16), np.float32),
        "t": np.full((1, 3, 1), 0.5, np.float32),
        "conditions": np.zeros((1, 3, condition_dim(PRIOR)), np.float32),
    }
    assert np.allclose(load_prior(tmp_path)(inputs), prior(inputs), atol=0.02)


def test_resuming_a_finished_prior_changes_nothing(trained, tmp_path):
    folder = shutil.copytree(trained, tmp_path / "drums")
    vae = load_vae(folder)
    state = (folder / "training" / "prior.safetensors").read_bytes()
    train_prior(vae, phrase_set("drums"), folder, PRIOR, TRAINING, resume=True)
    assert (folder / "training" / "prior.safetensors").read_bytes() == state, "it was finished"
    assert len(read_log(folder / "prior.csv")["loss"]) == TRAINING.prior_epochs


def test_the_prior_of_an_earlier_training_is_not_resumed(trained, tmp_path, monkeypatch):
    folder = shutil.copytree(trained, tmp_path / "drums")
    resumed = []

    def stop(*_words, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "train_vae", stop)  # as if it were interrupted
    words = (phrase_set("drums"), folder, vae_config("drums"), PRIOR, TRAINING)
    with pytest.raises(KeyboardInterrupt):
        train.train_checkpoint(*words)
    monkeypatch.setattr(train, "train_vae", lambda *_words: None)

    def note(*words):
        resumed.append(words[5])
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "train_prior", note)
    with pytest.raises(KeyboardInterrupt):
        train.train_checkpoint(*words, resume=True)
    assert resumed == [False]


def test_settings_are_those_that_fit_the_validation_phrases_best(trained):
    chosen = json.loads((trained / "inference.json").read_text())
    assert chosen["onset_threshold"] in tuning._THRESHOLDS
    assert chosen["interpolation_shrink"] in tuning._SHRINKS
    space = LatentSpace(trained)
    truth = [phrase.to_key(0) for phrase in phrase_set("drums").where("validation")]
    z = space.encode(truth)

    def f1(threshold):
        settings = tuning.replace(space.settings, onset_threshold=threshold)
        return tuning.note_f1(space.with_settings(settings).decode(z), truth)

    assert f1(space.settings.onset_threshold) == max(map(f1, tuning._THRESHOLDS))


@pytest.mark.parametrize("kind", ["song", "drums"])
def test_attribute_controls_are_fitted_and_saved(kind, tiny_checkpoints, tmp_path):
    vae = load_vae(tiny_checkpoints / kind)
    phrases = phrase_set(kind)
    made = train_attribute_controls(vae, phrases, tmp_path)
    loaded = load_attribute_controls(tmp_path)
    assert made.names == loaded.names == attributes_of(vae.codec.parts)
    for name in ("mean", "deviation", "slopes", "center", "coloring", "max_distance"):
        assert np.allclose(getattr(loaded, name), getattr(made, name), rtol=1e-5, atol=1e-6), name
    values = measure_attributes(list(phrases.where("train")), made.names)
    assert np.allclose(made.mean, values.mean(0), rtol=0.05, atol=0.05)
    assert made.slopes.shape == (len(made.names), vae.config.latent_dim)


@pytest.mark.parametrize("kind", ["song", "drums"])
def test_the_shipped_controls_belong_to_the_shipped_latents(kind):
    space = LatentSpace(CHECKPOINTS / kind)
    controls = space.controls
    assert controls.names == attributes_of(space.parts)
    u = np.random.default_rng(0).standard_normal((8, 4, space.latent_dim), np.float32)
    z = space.to_latents(u).reshape(-1, space.latent_dim)
    assert np.mean(controls.distance(z) < controls.max_distance) > 0.9
    measured = controls.standardize(measure_attributes(space.decode(z), controls.names))
    predicted = (z - controls.center) @ controls.whitening @ controls.slopes.T
    density = controls.names.index("density")
    assert np.corrcoef(measured[:, density], predicted[:, density])[0, 1] > 0.4


def damages(folder):
    """Ways in which the file of the controls gets damaged."""
    path = folder / "controls-00001-of-00001.safetensors"
    wrong_size = {"density": np.zeros(9), "center": np.zeros(4), "color": np.eye(4)}
    return {
        "missing": path.unlink,
        "empty": lambda: path.write_bytes(b""),
        "another size": lambda: save_arrays(wrong_size, folder, "controls"),
        "no attribute": lambda: save_arrays({"reach": np.zeros(1)}, folder, "controls"),
    }


@pytest.mark.parametrize("damage", damages(CHECKPOINTS))
def test_damaged_controls_are_reported_in_one_line(tiny_checkpoints, tmp_path, damage):
    folder = shutil.copytree(tiny_checkpoints / "drums", tmp_path / "drums")
    damages(folder)[damage]()
    with pytest.raises(CheckpointError, match=str(folder)) as caught:
        load_attribute_controls(folder)
    assert "\n" not in str(caught.value)
    with pytest.raises(CheckpointError, match="controls"):
        LatentSpace(folder)
