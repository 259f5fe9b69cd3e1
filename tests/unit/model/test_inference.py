"""Encoding refines the encoder's mean by steps down the gradient of the reconstruction loss."""

import keras
import numpy as np
import pytest
from support.examples import CHECKPOINTS, drum_phrase

from musegen.model.checkpoint import load_inference_config, load_vae
from musegen.model.config import InferenceConfig
from musegen.model.inference import make_refined_encoder, minimize
from musegen.model.tensors import to_numpy
from musegen.music.notes import SONG_PARTS, make_notes
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet


def noise_phrase(seed: int = 0) -> Phrase:
    """Notes at random, which no encoder has learnt; music is nearly right without any step."""
    rng = np.random.default_rng(seed)
    part, onset, pitch = (rng.integers(low, high, 60) for low, high in ((0, 4), (0, 32), (30, 90)))
    rows = zip(onset.tolist(), np.array(SONG_PARTS)[part].tolist(), pitch.tolist(), strict=True)
    return Phrase(make_notes([(*row, 2, 90) for row in sorted(set(rows))]))


@pytest.mark.parametrize(("kind", "make"), [("song", noise_phrase), ("drums", drum_phrase)])
def test_refined_latents_reconstruct_better_than_the_encoders_mean(kind, make):
    vae = load_vae(CHECKPOINTS / kind)
    silence = [make().only([])] * 2
    arrays = vae.codec.to_arrays(
        PhraseSet.from_phrases([*(make(seed) for seed in range(6)), *silence])
    )

    def loss(z):
        losses = vae.codec.losses(arrays, vae.decoder(z)).values()
        return sum(to_numpy(value) for value in losses)

    z_mean = to_numpy(vae.encoder(arrays)[0])
    encode = make_refined_encoder(vae, load_inference_config(CHECKPOINTS / kind))
    z = encode(arrays)
    assert np.isfinite(z).all()
    assert (loss(z) <= loss(z_mean) + 1e-3).all()
    assert loss(z)[:6].mean() < 0.8 * loss(z_mean)[:6].mean()
    assert np.array_equal(encode(arrays), z)


def test_a_cell_is_encoded_alike_wherever_it_is():
    vae = load_vae(CHECKPOINTS / "song")
    encode = make_refined_encoder(vae, load_inference_config(CHECKPOINTS / "song"))

    def encoded(*phrases):
        z = encode(vae.codec.to_arrays(PhraseSet.from_phrases(phrases)))
        return z.reshape(len(phrases), vae.codec.cells, -1)

    phrase, other = noise_phrase(1), noise_phrase(2)
    z = encoded(phrase, other, phrase, phrase.only(["lead"]))
    assert np.array_equal(z[0], z[2])
    assert np.array_equal(z[0, 0], z[3, 0])
    losses = vae.codec.losses(
        vae.codec.to_arrays(PhraseSet.from_phrases([phrase] * 2)),
        vae.decoder(np.stack([z[0], encoded(phrase)[0]]).reshape(2, -1)),
    )
    beside, alone = to_numpy(sum(losses.values()))
    assert np.allclose(beside, alone, rtol=0.05, atol=0.5)


def test_minima_of_valleys_are_found_in_few_steps():
    rng = np.random.default_rng(0)
    bend = rng.standard_normal((6, 20, 20))
    hessian = (bend @ bend.transpose(0, 2, 1) + np.eye(20)).astype(np.float32)
    lowest = rng.standard_normal((6, 20)).astype(np.float32)
    asked = []

    def function(rows, points):
        asked.append(len(rows))
        slope = np.einsum("nij,nj->ni", hessian[rows], points - lowest[rows])
        return ((points - lowest[rows]) * slope).sum(-1) / 2, slope

    start = np.zeros_like(lowest)
    start[0] = lowest[0]  # there already
    newton = 1 / np.diagonal(hessian, axis1=1, axis2=2)
    found = minimize(function, start, 0.2 * newton, 40)
    before, after = (function(np.arange(6), points)[0] for points in (start, found))
    assert (after[1:] < 0.05 * before[1:]).all()
    assert np.array_equal(found[0], start[0])
    assert asked[0] == 6
    assert asked[1] == 5


def test_without_steps_latents_are_the_encoders_mean(tiny_checkpoints):
    vae = load_vae(tiny_checkpoints / "song")
    arrays = vae.codec.to_arrays(PhraseSet.from_phrases([noise_phrase()]))
    z_mean = to_numpy(vae.encoder(arrays)[0])
    assert np.allclose(
        make_refined_encoder(vae, InferenceConfig(encoding_steps=0))(arrays), z_mean, atol=1e-6
    )


def test_steps_need_tensorflow(tiny_checkpoints, monkeypatch):
    vae = load_vae(tiny_checkpoints / "drums")
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RuntimeError, match="KERAS_BACKEND=tensorflow"):
        make_refined_encoder(vae, InferenceConfig(encoding_steps=1))
