"""Encoding refines the encoder's mean by steps down the gradient of the reconstruction loss."""

import keras
import numpy as np
import pytest
from support.examples import CHECKPOINTS, band_phrase, drum_phrase

from musegen.model.checkpoint import load_inference_config, load_vae
from musegen.model.config import InferenceConfig
from musegen.model.inference import make_refined_encoder
from musegen.model.tensors import to_numpy
from musegen.music.phrase_set import PhraseSet


@pytest.mark.parametrize(("kind", "make"), [("song", band_phrase), ("drums", drum_phrase)])
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


def test_without_steps_latents_are_the_encoders_mean(tiny_checkpoints):
    vae = load_vae(tiny_checkpoints / "song")
    arrays = vae.codec.to_arrays(PhraseSet.from_phrases([band_phrase()]))
    z_mean = to_numpy(vae.encoder(arrays)[0])
    assert np.allclose(
        make_refined_encoder(vae, InferenceConfig(encoding_steps=0))(arrays), z_mean, atol=1e-6
    )


def test_steps_need_tensorflow(tiny_checkpoints, monkeypatch):
    vae = load_vae(tiny_checkpoints / "drums")
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RuntimeError, match="KERAS_BACKEND=tensorflow"):
        make_refined_encoder(vae, InferenceConfig(encoding_steps=1))
