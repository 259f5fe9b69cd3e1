"""Batches for the prior: paths of encoded phrases, some of them kept."""

from dataclasses import replace

import numpy as np
import pytest
from support.examples import phrase_set
from support.training import TRAINING

from musegen.model.checkpoint import load_prior, load_vae
from musegen.training.encoded_phrases import EncodedPhrases
from musegen.training.labels import label_phrases
from musegen.training.prior import PathBatches


@pytest.fixture(scope="module")
def encoded(tiny_checkpoints):
    return EncodedPhrases(load_vae(tiny_checkpoints / "song"), phrase_set("song"))


def test_encoded_phrases_know_which_phrase_follows(encoded):
    assert encoded.next_row[:5].tolist() == [1, 2, 3, -1, 5]
    assert encoded.run_length[:5].tolist() == [4, 3, 2, 1, 4]


def test_coloring_gives_white_noise_the_covariance_of_the_latents(encoded):
    coloring = encoded.coloring()
    covariance = np.cov(encoded.z_mean.T) + np.diag(np.exp(encoded.z_log_var).mean(0))
    assert np.allclose(coloring.T @ coloring, covariance, atol=1e-4)
    assert (np.diff(np.linalg.norm(coloring, axis=1)) <= 1e-6).all(), "largest variance first"


def test_directions_in_which_phrases_differ_more_than_they_blur_are_signal(encoded):
    coloring = encoded.coloring(noise=0.5)
    shares = encoded.signal_shares(coloring, noise=0.5)
    assert shares.shape == (encoded.z_mean.shape[1],)
    assert ((shares >= 0) & (shares <= 1)).all()
    posterior = np.exp(encoded.z_log_var).mean(0)
    along = coloring / np.linalg.norm(coloring, axis=1, keepdims=True)
    expected = [
        (signal := np.var(encoded.z_mean @ row, ddof=1)) / (signal + posterior @ row**2)
        for row in along
    ]
    assert shares == pytest.approx(expected, abs=0.02)


@pytest.fixture
def batches(encoded, tiny_checkpoints):
    prior = load_prior(tiny_checkpoints / "song")
    labels = label_phrases(phrase_set("song"), prior.config)
    return PathBatches(encoded, labels, prior, replace(TRAINING, prior_batch_phrases=512), 0, 3)


def test_kept_and_unknown_cells_have_no_weight(batches):
    inputs, velocity, weight = batches[0]
    assert inputs["z"].shape == velocity.shape == (128, 4, 4, 2)
    assert inputs["t"].shape == weight.shape == (128, 4, 4)
    kept, unknown = inputs["t"] == 1, inputs["t"] == 0
    assert np.array_equal(weight == 0, kept | unknown)
    assert kept.any()
    assert unknown.any()
    assert (weight.any((1, 2))).all(), "something is drawn in each path"
    assert [batches[i][0]["z"].shape[1] for i in range(3)] == [4, 2, 1]


def test_whole_phrases_and_single_parts_are_kept(batches):
    kept = batches[0][0]["t"] == 1
    whole, some = kept.all(2), kept.any(2) & ~kept.all(2)
    assert 0.2 < whole.any(1).mean() < 0.7
    assert 0.2 < some.any(1).mean() < 0.7
    assert 0.1 < (~kept.any((1, 2))).mean() < 0.5


def test_conditions_are_left_out_of_some_paths(batches):
    inputs, _, _ = batches[0]
    asked = inputs["conditions"].any(2)
    assert 0.02 < (~asked.any(1)).mean() < 0.4
    beats = inputs["conditions"][..., :200].reshape(128, 4, 8, 25)
    assert 0.2 < beats[..., -1].mean() < 0.7, "chords are known in about half of the phrases"


def test_a_model_with_one_cell_keeps_whole_phrases(tiny_checkpoints):
    prior = load_prior(tiny_checkpoints / "drums")
    phrases = phrase_set("drums")
    encoded = EncodedPhrases(load_vae(tiny_checkpoints / "drums"), phrases)
    config = replace(TRAINING, prior_batch_phrases=512)
    labels = label_phrases(phrases, prior.config)
    weight = PathBatches(encoded, labels, prior, config, 0, 3)[0][2]
    kept = weight[..., 0] == 0
    assert not kept.all(1).any()
    assert 0.3 < (~kept.any(1)).mean() < 0.7


def test_coloring_of_cells_does_not_mix_them(encoded):
    coloring = encoded.coloring(4)
    blocks = coloring.reshape(4, 2, 4, 2).swapaxes(1, 2)
    mixed = ~np.eye(4, dtype=bool)
    assert not blocks[mixed].any()
    whole = np.cov(encoded.z_mean.T) + np.diag(np.exp(encoded.z_log_var).mean(0))
    assert np.allclose((coloring.T @ coloring)[:2, :2], whole[:2, :2], atol=1e-4)
