"""Whether interpolations sound like music, after Roberts et al. 2018, section 5.2."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from musegen.evaluation.measures.language_model import NgramModel
from musegen.evaluation.measures.statistics import Measure, resample
from musegen.evaluation.measures.tokens import (
    DRUM_TOKENS,
    MELODY_TOKENS,
    drum_tokens,
    melody_tokens,
)
from musegen.evaluation.samples import Samples, pair_songs, sample_evenly
from musegen.latent.interpolation import interpolate_noise
from musegen.music.notes import BARS_PER_PHRASE
from musegen.music.phrase_set import PhraseSet

__all__ = ["blend_tokens", "distance_grows", "measure", "relative_cost"]

_POINTS = 9
_PAIRS = 200


def measure(samples: Samples) -> dict[str, Measure]:
    """Measure nine points between held-out phrases of different songs, ends included.

    As in MusicVAE, the language model knows the lead, or the drums.
    """
    held, space = samples.held_out, samples.space
    song = "lead" in space.parts
    tokens_of = melody_tokens if song else drum_tokens
    heard = np.any(tokens_of(held), axis=1)
    rows = sample_evenly(held.source, len(held))
    a, b = pair_songs(held.source, rows[heard[rows]])
    if not len(a):
        return {}
    chosen = sample_evenly(held.source[a], _PAIRS)
    a, b = a[chosen], b[chosen]
    group = held.source[a]  # which determines the song of the other end
    ts = np.linspace(0, 1, _POINTS)
    ends = tokens_of(held.take(a)), tokens_of(held.take(b))
    ours = np.stack([ends[0], *_between(samples, a, b, ts[1:-1], tokens_of), ends[1]])
    blended = np.stack(blend_tokens(*ends, ts))
    measures = {
        "interpolation: distance to the first end grows": distance_grows(ours, group).with_baseline(
            distance_grows(blended, group), "notes blended"
        )
    }
    if samples.train is not None:
        train = samples.train.take(samples.train.bar % BARS_PER_PHRASE == 0)
        sequences = tokens_of(train)
        model = NgramModel(sequences[sequences.any(1)], MELODY_TOKENS if song else DRUM_TOKENS)
        measures["interpolation: 5-gram cost, worst point"] = relative_cost(
            model, ours, group
        ).with_baseline(relative_cost(model, blended, group), "notes blended")
    return measures


def _between(
    samples: Samples,
    a: np.ndarray,
    b: np.ndarray,
    ts: np.ndarray,
    tokens_of: Callable[[PhraseSet], np.ndarray],
) -> list[np.ndarray]:
    """Return the tokens of the points between, an array for each `t`."""
    space, truth = samples.space, samples.originals
    u = space.to_noise(space.encode([truth[i] for i in (*a, *b)])[:, None])
    between = np.concatenate(
        interpolate_noise(u[: len(a)], u[len(a) :], ts, space.settings.interpolation_shrink)
    )
    phrases = space.decode(space.to_latents(between, exact=True)[:, 0])
    return np.split(tokens_of(PhraseSet.from_phrases(phrases)), len(ts))


def blend_tokens(a: np.ndarray, b: np.ndarray, ts: np.ndarray) -> list[np.ndarray]:
    """Blend tokens: each step is that of `b` with probability `t`, else that of `a`."""
    rng = np.random.default_rng(0)
    return [np.where(rng.random(a.shape) < t, b, a) for t in ts]


def distance_grows(points: np.ndarray, group: np.ndarray) -> Measure:
    """Return the share of points with a larger Hamming distance to the first than the one before.

    Parameters
    ----------
    points : numpy.ndarray
        Tokens ``(points, pairs, steps)``.
    group : numpy.ndarray
        The songs of each pair.
    """
    distance = (points != points[0]).mean(2).T
    return resample(distance, group, lambda sums: (np.diff(sums) > 0).mean(-1))


def relative_cost(model: NgramModel, points: np.ndarray, group: np.ndarray) -> Measure:
    """Return the highest cost between the ends, relative to the interpolated cost of the ends.

    Parameters
    ----------
    model : NgramModel
    points, group
        As in `distance_grows`.
    """
    cost = np.stack([model.cost(tokens) for tokens in points], axis=1)
    t = np.linspace(0, 1, len(points))[1:-1]

    def highest(sums: np.ndarray) -> np.ndarray:
        blend = (1 - t) * sums[..., :1] + t * sums[..., -1:]
        return (sums[..., 1:-1] / blend).max(-1)

    return resample(cost, group, highest)
