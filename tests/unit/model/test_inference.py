"""Latents found by the encoder and a few steps down the reconstruction's gradient."""

import keras
import numpy as np
import pytest
from support.examples import CHECKPOINTS, band_phrase, drum_phrase

from musegen.model.checkpoint import load_vae
from musegen.model.inference import make_refined_encoder
from musegen.music.phrase_set import PhraseSet


@pytest.mark.parametrize(("kind", "make"), [("song", band_phrase), ("drums", drum_phrase)])
def test_latents_are_better_than_the_encoders_mean(kind, make):
    vae = load_vae(CHECKPOINTS / kind)
    arrays = vae.codec.arrays(PhraseSet.from_phrases([make(seed) for seed in range(8)]))

    def cost(z):
        losses = vae.codec.losses(arrays, vae.decoder(z)).values()
        return sum(keras.ops.convert_to_numpy(loss) for loss in losses)

    z_mean = keras.ops.convert_to_numpy(vae.encoder(arrays)[0])
    encode = make_refined_encoder(vae)
    z = encode(arrays)
    assert (cost(z) <= cost(z_mean) + 1e-3).all()
    assert cost(z).mean() < 0.8 * cost(z_mean).mean()
    assert np.array_equal(encode(arrays), z)


def test_silence_is_encoded_too():
    vae = load_vae(CHECKPOINTS / "song")
    silence = vae.codec.arrays(PhraseSet.from_phrases([band_phrase().only([])] * 8))
    assert np.isfinite(make_refined_encoder(vae)(silence)).all()
