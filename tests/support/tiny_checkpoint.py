"""A checkpoints folder made in a second: small models that are not trained, complete and loadable.

Random weights are scaled so that draws from the prior are music of a usual density: some notes in
each part, different for each latent. What such a model makes follows from the seeds alone. It does
not reconstruct: the encoder's latents have nothing to do with the phrases.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from musegen.model.checkpoint import (
    save_attribute_controls,
    save_inference_config,
    save_prior,
    save_vae,
)
from musegen.model.config import InferenceConfig, PriorConfig, VAEConfig
from musegen.model.prior import Prior
from musegen.model.tensors import to_numpy
from musegen.model.vae import VAE
from musegen.music.attributes import attributes_of, measure_attributes
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet
from musegen.training.attribute_controls import fit_attribute_controls

__all__ = ["make_tiny_checkpoints"]

LATENT_DIM = 8
STYLES = {"song": ("hymn", "pop"), "drums": ("pop", "rock")}
_SAMPLES = 96  # latents by which outputs are scaled and attributes fitted


def make_tiny_checkpoints(folder: Path) -> Path:
    """Write the checkpoints ``song`` and ``drums`` into a folder, and give it back."""
    for kind in ("song", "drums"):
        _make(kind, folder / kind)
    return folder


def _make(kind: str, folder: Path) -> None:
    keras.utils.set_random_seed(0)
    vae = VAE(VAEConfig(kind, LATENT_DIM, encoder_units=4, conductor_units=16, beat_units=32))
    vae.build_from(vae.codec.to_arrays(PhraseSet.from_phrases([Phrase()])))
    z = np.random.default_rng(0).standard_normal((_SAMPLES, LATENT_DIM)).astype(np.float32)
    _scale_outputs(vae, z)
    save_vae(vae, folder)

    cells = vae.codec.cells
    config = PriorConfig(
        LATENT_DIM,
        cells,
        width=8,
        blocks=1,
        heads=1,
        chords=kind == "song",
        places=True,
        styles=STYLES[kind],
        partner_dim=LATENT_DIM,
    )
    prior = Prior(config)
    prior.build_from()
    # Not trained it would draw from N(0, I), whatever it is asked for; so it does nearly.
    for layer in (prior.condition_phrase, prior.output_projection):
        layer.kernel.assign(0.1 * np.random.default_rng(0).standard_normal(layer.kernel.shape))
    save_prior(prior, folder)

    settings = InferenceConfig(encoding_steps=0)  # no gradient, which takes seconds to compile
    save_inference_config(settings, folder)

    phrases = vae.codec.to_phrases(to_numpy(vae.decoder(z)), settings)
    names = attributes_of(vae.codec.parts)
    controls = fit_attribute_controls(
        names, z, measure_attributes(phrases, names), np.eye(LATENT_DIM, dtype=np.float32)
    )
    save_attribute_controls(controls, folder)


def _scale_outputs(vae: VAE, z: np.ndarray) -> None:
    """Give each number that the decoder writes a mean and a spread at which notes are rare."""
    decoder = vae.decoder
    # Saturated states, and outputs that depend nearly linearly on them alone: latents and beats
    # differ much, but none is extreme.
    for layer in (decoder.state_h, decoder.state_c, decoder.conductor.cell):
        layer.kernel.assign(4 * layer.kernel)
    weights, shift = decoder.hidden.weights
    half = weights.shape[0] // 2
    weights.assign(to_numpy(weights) * (np.arange(2 * half)[:, None] < half))
    shift.assign(np.full(shift.shape, 3.0))
    kernel, bias = vae.decoder.out.weights
    outputs = to_numpy(vae.decoder(z))
    outputs = outputs[..., : 8 * bias.shape[0]].reshape(-1, bias.shape[0])
    scale = 1 / np.maximum(outputs.std(0), 1e-6)
    mean, spread = _means_and_spreads(vae)
    kernel.assign(kernel.numpy() * scale * spread)
    bias.assign(mean - outputs.mean(0) * scale * spread)


def _means_and_spreads(vae: VAE) -> tuple[np.ndarray, np.ndarray]:
    """Of the numbers for the four steps of a beat, as the codec orders them."""
    step = vae.codec.output_count // 4
    mean, spread = np.zeros(step, np.float32), np.ones(step, np.float32)
    if vae.config.kind == "drums":
        mean[:9], spread[18:] = -1.5, 0.2  # hits; timing offsets
    else:
        onset, sounding, velocity, offset = np.arange(step).reshape(4, -1)
        mean[onset], spread[onset] = -4.0, 1.5
        mean[sounding] = -0.5
        spread[velocity], spread[offset] = 0.5, 0.2
    return np.tile(mean, 4), np.tile(spread, 4)
