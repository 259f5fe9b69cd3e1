"""Batches for the prior: paths of encoded phrases, some of them kept."""

from dataclasses import replace

import numpy as np
import pytest
from support.examples import phrase_set
from support.training import TRAINING

from musegen.model.checkpoint import load_prior, load_vae
from musegen.training.encoded_phrases import EncodedPhrases
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


def test_some_phrases_of_half_the_paths_are_kept(encoded, tiny_checkpoints):
    prior = load_prior(tiny_checkpoints / "song")
    batches = PathBatches(encoded, prior, replace(TRAINING, prior_batch_phrases=512), 0, 3)
    inputs, velocity, weight = batches[0]
    kept = weight == 0
    assert inputs["z"].shape == velocity.shape
    assert kept.any()
    assert not kept.all(1).any()
    assert 0.3 < (~kept.any(1)).mean() < 0.7
    assert (inputs["t"][kept] == 1).all()
    assert (inputs["t"][~kept] < 1).all()
    assert [batches[i][0]["z"].shape[1] for i in range(3)] == [4, 2, 1]
