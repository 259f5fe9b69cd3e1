"""Chooses the numbers with which trained weights are used, on validation phrases.

A small search, one number after another, each for the best value of one measure:

========================  =====================================================================
number                    chosen for
========================  =====================================================================
``onset_threshold``       note F1 of reconstructions
``sustain_gain``          mean duration of drawn notes, as near as possible to that of real ones
``sharpness``             attributes of draws, distributed as nearly as possible like real ones
``interpolation_shrink``  the same of the middles between phrases of different songs
========================  =====================================================================

Drums have no durations, and a sharper prior of drums copies training phrases, so that the second
and third are for songs only. The other numbers of `InferenceConfig` keep their defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from musegen.latent.interpolation import interpolate_noise
from musegen.latent.noise import draw_noise
from musegen.model.checkpoint import save_inference_config
from musegen.model.conditions import Conditions
from musegen.model.config import InferenceConfig
from musegen.model.latent_space import LatentSpace
from musegen.model.tensors import is_tensorflow
from musegen.music.attributes import measure_attributes
from musegen.music.notes import DRUMS
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet
from musegen.music.similarity import note_f1

__all__ = ["draw_latents", "tune_inference"]

_PHRASES = 512  # as many draws, in pieces of 16 bars
_PHRASES_PER_PIECE = 8
_THRESHOLDS = tuple(round(-1.2 + 0.1 * i, 1) for i in range(19))
_SUSTAIN_GAINS = (0.0, 1.0, 2.0, 3.0, 4.0)
_SHARPNESS = (1.0, 1.15, 1.3, 1.45)
_SHRINKS = (0.0, 0.15, 0.3, 0.45, 0.55)

_Value = TypeVar("_Value")


def tune_inference(folder: str | Path, phrases: PhraseSet) -> InferenceConfig:
    """Choose a checkpoint's settings and write them into it.

    Parameters
    ----------
    folder : path
        A checkpoint with weights and attribute controls. Settings in it are not used.
    phrases : PhraseSet
        With the split ``validation``.

    Raises
    ------
    CheckpointError
        If the checkpoint is missing or damaged.
    MusicError
        If the phrases have no such split.
    """
    folder = Path(folder)
    space = LatentSpace(folder)
    held = phrases.only(space.parts).where("validation")
    held = held.take(np.linspace(0, len(held) - 1, min(len(held), _PHRASES)).astype(int))
    truth = [phrase.to_key(0) for phrase in held]
    settings = InferenceConfig()

    # Without TensorFlow there is no gradient: latents are the encoder's.
    encoding = settings if is_tensorflow() else replace(settings, encoding_steps=0)
    z = space.with_settings(encoding).encode(truth)

    def decode(latents: np.ndarray, **changes: float) -> list[Phrase]:
        return space.with_settings(replace(settings, **changes)).decode(latents)

    threshold = _lowest(
        _THRESHOLDS, lambda value: -note_f1(decode(z, onset_threshold=value), truth)
    )
    settings = replace(settings, onset_threshold=threshold)
    if "drums" not in space.parts:
        draws = _draw(space, settings)
        duration = _mean_duration(truth)
        gain = _lowest(
            _SUSTAIN_GAINS,
            lambda value: abs(_mean_duration(decode(draws, sustain_gain=value)) - duration),
        )
        settings = replace(settings, sustain_gain=gain)
        sharpness = _lowest(
            _SHARPNESS,
            lambda value: _attribute_distance(
                space, decode(_draw(space, replace(settings, sharpness=value))), truth
            ),
        )
        settings = replace(settings, sharpness=sharpness)

    u = space.with_settings(settings).to_noise(z[:, None])
    half = len(u) // 2
    shrink = _lowest(
        _SHRINKS,
        lambda value: _attribute_distance(
            space, decode(_middles(space.with_settings(settings), u, half, value)), truth
        ),
    )
    settings = replace(settings, interpolation_shrink=shrink)
    save_inference_config(settings, folder)
    return settings


def _lowest(values: Sequence[_Value], cost: Callable[[_Value], float]) -> _Value:
    """The value with the lowest cost; of equal costs the first."""
    return min(values, key=cost)


def draw_latents(
    space: LatentSpace, seeds: Iterable[int], conditions: Conditions | None = None
) -> np.ndarray:
    """Draw a piece of 16 bars for each seed; return all latents, ``(n, latent_dim)``."""
    u = np.stack([draw_noise(seed, _PHRASES_PER_PIECE, space.latent_dim) for seed in seeds])
    z = space.to_latents(u, conditions=conditions, guidance=1.0)  # as draws that are asked nothing
    return z.reshape(-1, space.latent_dim)


def _draw(space: LatentSpace, settings: InferenceConfig) -> np.ndarray:
    """Latents of random pieces, ``(n, latent_dim)``."""
    return draw_latents(space.with_settings(settings), range(_PHRASES // _PHRASES_PER_PIECE))


def _middles(space: LatentSpace, u: np.ndarray, half: int, shrink: float) -> np.ndarray:
    """Latents halfway between the first half of some phrases and the second."""
    (middle,) = interpolate_noise(u[:half], u[half : 2 * half], np.array([0.5]), shrink)
    return space.to_latents(middle, exact=True)[:, 0]


def _mean_duration(phrases: Sequence[Phrase]) -> float:
    """Mean duration of pitched notes, in steps; 0 without any."""
    notes = np.concatenate([phrase.notes for phrase in phrases])
    pitched = notes["duration"][notes["part"] != DRUMS]
    return float(pitched.mean()) if len(pitched) else 0.0


def _attribute_distance(
    space: LatentSpace, ours: Sequence[Phrase], theirs: Sequence[Phrase]
) -> float:
    """Mean Wasserstein distance of the attributes, in standard deviations."""
    names, percents = space.controls.names, np.arange(1, 100)
    quantiles: list[np.ndarray] = []
    for phrases in (ours, theirs):
        values = space.controls.standardize(measure_attributes(phrases, names))
        values = np.where(np.isnan(values).all(0), 0.0, values)  # of an attribute that none has
        quantiles.append(np.nanpercentile(values, percents, axis=0))
    return float(np.abs(quantiles[0] - quantiles[1]).mean())
