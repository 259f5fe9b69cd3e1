"""How closely attributes follow what was asked for."""

from __future__ import annotations

import numpy as np

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.samples import Samples
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
# Each attribute of each phrase is set nine times, which takes seconds: fewer for a small dataset.
_PIECES, _PHRASES_A_PIECE = 16, 64
_FIRST_SEED = 10_000  # the attribute edits were tuned on other seeds
_RESAMPLES = 1000


def measure(samples: Samples) -> dict[str, Measure]:
    """Set the attributes of random pieces."""
    pieces = min(_PIECES, len(samples.held_out) // _PHRASES_A_PIECE)
    return control_measures(samples.space, pieces) if pieces else {}


def control_measures(
    space: LatentSpace, pieces: int = _PIECES, relative: bool = False
) -> dict[str, Measure]:
    """Set each attribute of random pieces to nine levels, from -2 to 2 standard deviations.

    The attribute of a piece is the mean of its phrases'. Intervals come from resampling pieces.

    Parameters
    ----------
    space : LatentSpace
    pieces : int
        How many pieces of 16 bars.
    relative : bool
        Ask for changes, as `MuseGen.adjust` does, instead of values, as `MuseGen.random` does. A
        piece at a limit, such as one without syncopation, cannot change as asked.

    Returns
    -------
    dict of str to Measure
        For each attribute, ``control, NAME: r`` and ``… slope``: Pearson's correlation and the
        slope of measured by asked values; ``… others``: how far the attribute that moves most
        besides moves on average, relative to this one.
    """
    names = space.controls.names
    u = np.stack([space.draw_noise(_FIRST_SEED + i, _PHRASES) for i in range(pieces)])
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
    """Return Pearson's r and the slope of y by x, with intervals from resampling groups."""
    terms = np.stack([np.ones(len(x)), x, y, x * x, y * y, x * y])
    sums = np.stack([np.bincount(group, term) for term in terms])
    count = sums.shape[1]
    drawn = np.random.default_rng(0).integers(0, count, (_RESAMPLES, count))
    # The first column is all groups once.
    n, x1, y1, xx, yy, xy = np.column_stack([sums.sum(1), sums[:, drawn].sum(2)]) / count
    xx, yy, xy = xx - x1 * x1 / n, yy - y1 * y1 / n, xy - x1 * y1 / n
    both = xy / np.sqrt(np.maximum(xx * yy, 1e-12)), xy / np.maximum(xx, 1e-12)
    low, high = np.percentile(np.stack(both)[:, 1:], [2.5, 97.5], axis=1)
    r, slope = (
        Measure(float(v[0]), float(a), float(b)) for v, a, b in zip(both, low, high, strict=True)
    )
    return r, slope
