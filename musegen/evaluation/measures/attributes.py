"""How well attributes can be turned: what was asked against what is measured."""

from __future__ import annotations

import numpy as np

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.samples import Samples
from musegen.latent.noise import draw_noise
from musegen.limits import DEFAULT_TEMPERATURE
from musegen.model.attribute_edits import (
    change_phrase_attributes,
    measure_latent_attributes,
    set_piece_attributes,
)
from musegen.model.latent_space import LatentSpace

__all__ = ["control_measures", "measure"]

_LEVELS = np.linspace(-2, 2, 9)
_PHRASES = 8
# Each is turned 63 times: some seconds. Of a small set of phrases nobody waits for all of them.
_PIECES, _PHRASES_A_PIECE = 16, 64
_FIRST_SEED = 10_000  # others than those the steering was tuned on
_RESAMPLES = 1000


def measure(samples: Samples) -> dict[str, Measure]:
    """Turn the attributes of random pieces: of as many as the held-out phrases are worth."""
    pieces = min(_PIECES, len(samples.held) // _PHRASES_A_PIECE)
    return control_measures(samples.space, pieces) if pieces else {}


def control_measures(
    space: LatentSpace, pieces: int = _PIECES, relative: bool = False
) -> dict[str, Measure]:
    """Turn each attribute of random pieces to nine levels, from -2 to 2 standard deviations.

    A piece measures as the mean of its phrases. Intervals are by resampling pieces.

    Parameters
    ----------
    space : LatentSpace
    pieces : int
        How many pieces of 16 bars.
    relative : bool
        Ask for changes, as `MuseGen.adjust` takes them, instead of places, as `MuseGen.random`
        does. A piece that lies near the end of what there is, such as one without syncopation,
        cannot change as asked.

    Returns
    -------
    dict of str to Measure
        For each attribute: ``control, NAME: r``, Pearson's, of asked and measured, over pieces and
        levels; ``control, NAME: slope``, of measured by asked; ``control, NAME: others``, the
        mean movement of that other attribute which moves most, relative to the movement of this.
    """
    names = space.controls.names
    u = np.stack([draw_noise(_FIRST_SEED + i, _PHRASES, space.latent_dim) for i in range(pieces)])
    z = space.to_latents(np.float32(DEFAULT_TEMPERATURE) * u)
    flat = z.reshape(-1, space.latent_dim)
    phrases = space.decode(flat)

    def turned(name: str, level: float) -> np.ndarray:
        if relative:
            moved = change_phrase_attributes(space, flat, phrases, space.parts, {name: level})
            return moved.reshape(z.shape)
        return set_piece_attributes(space, z, np.ones(_PHRASES), {name: level})

    def of_pieces(latents: np.ndarray) -> np.ndarray:
        found = measure_latent_attributes(space, latents.reshape(flat.shape), space.parts)
        return np.nanmean(found.reshape(pieces, _PHRASES, -1), axis=1)

    before = of_pieces(z)
    measures = {}
    piece = np.tile(np.arange(pieces), len(_LEVELS))
    for i, name in enumerate(names):
        after = np.stack([of_pieces(turned(name, level)) for level in _LEVELS])
        change = after - before
        asked = np.repeat(_LEVELS, pieces)
        found = (change if relative else after)[..., i].ravel()
        r, slope = _line(asked, found, piece)
        own = np.abs(change[..., i]).ravel()
        others = [
            bootstrap(np.abs(change[..., j]).ravel(), own, piece)
            for j in range(len(names))
            if j != i
        ]
        measures[f"control, {name}: r"] = r
        measures[f"control, {name}: slope"] = slope
        measures[f"control, {name}: others"] = max(others, key=lambda measure: measure.value)
    return measures


def _line(x: np.ndarray, y: np.ndarray, group: np.ndarray) -> tuple[Measure, Measure]:
    """Pearson's r and the slope of y by x, with 95 % intervals by resampling whole groups."""
    terms = np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y])
    sums = np.stack([np.bincount(group, term) for term in terms])
    count = sums.shape[1]
    drawn = np.random.default_rng(0).integers(0, count, (_RESAMPLES, count))
    # The first column is all groups once.
    n, x1, y1, xx, yy, xy = np.column_stack([sums.sum(1), sums[:, drawn].sum(2)]) / count
    xx, yy, xy = xx - x1 * x1 / n, yy - y1 * y1 / n, xy - x1 * y1 / n
    both = xy / np.sqrt(np.maximum(xx * yy, 1e-12)), xy / np.maximum(xx, 1e-12)
    return tuple(
        Measure(float(v[0]), *(float(p) for p in np.percentile(v[1:], [2.5, 97.5]))) for v in both
    )
