"""Makes the map: draws phrases, compares them, and lays them out in a square.

Neighbours must sound alike. Distances of latents do not ensure that: phrases with similar latents
share no more onsets and chords than any two. So phrases are compared as listeners do, by rhythm,
harmony, attributes and drums, and laid out by t-SNE (van der Maaten and Hinton 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from musegen.map.phrase_map import PhraseMap
from musegen.music.attributes import attributes_of, measure_attributes
from musegen.music.instruments import DRUM_CLASSES, drum_classes
from musegen.music.notes import (
    DRUMS,
    PARTS,
    SONG_PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
)
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["draw_phrases", "make_map", "measure_neighbours", "similarities"]

_AT_ONCE = 64  # phrases in a batch; larger batches are not faster
_NAMES = (*attributes_of(SONG_PARTS), *(f"drums {name}" for name in attributes_of(["drums"])))

# Chosen by how similar neighbours on the map are (docs/model.md).
_COMPONENTS = 12  # principal components of each aspect; more would describe single notes
_WEIGHTS = {"rhythm": 1.0, "chords": 1.0, "scale": 1.0, "song": 1.0, "beat": 1.4, "drums": 1.0}
_PERPLEXITY = 40
_RANK_SHARE = 0.8  # of a point's rank in its coordinate: leaves fewer empty areas
# Then each coordinate is moved by a share of the way to the rank among the points of its quarter of
# the other coordinate: of 400 areas 6 % are empty instead of 17 %, and of ten neighbours 8 stay.
_QUARTERS, _QUARTER_SHARE = 4, 0.5


def make_map(mg: MuseGen, points: int = 4000) -> PhraseMap:
    """Draw phrases, of the seeds from 0 on, and lay them out; there must be at least 200."""
    phrases = draw_phrases(mg, range(points))
    values = np.hstack(
        [
            measure_attributes([phrase.only(parts) for phrase in phrases], attributes_of(parts))
            for parts in (SONG_PARTS, ("drums",))
        ]
    )
    positions = _layout(_aspects(phrases, values))
    return PhraseMap(positions, dict(zip(_NAMES, values.T.astype(np.float32), strict=True)))


def draw_phrases(mg: MuseGen, seeds: Sequence[int]) -> list[Phrase]:
    """Draw the phrases of points of the map."""
    return [
        piece.phrases[0]
        for start in range(0, len(seeds), _AT_ONCE)
        for piece in mg.random_many(seeds[start : start + _AT_ONCE], bars=2, form="free")
    ]


def measure_neighbours(
    mg: MuseGen, phrase_map: PhraseMap, sample: int = 100, near: int = 10
) -> dict[str, tuple[float, float]]:
    """Measure how similar neighbours on a map sound, and any two phrases.

    Parameters
    ----------
    mg : MuseGen
        The model of the map; it draws the phrases again.
    phrase_map : PhraseMap
    sample : int
        How many points are compared with their neighbours; a fixed random choice.
    near : int
        How many neighbours each has.

    Returns
    -------
    dict of str to (float, float)
        By measure of `similarities`: the mean over neighbours, and over random pairs of the same
        phrases.
    """
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(phrase_map), min(sample, len(phrase_map)), replace=False)
    places = phrase_map.positions
    distances = np.linalg.norm(places[chosen, None] - places[None], axis=-1)
    others = distances.argsort(1, kind="stable")[:, 1 : near + 1].ravel()
    seeds, place = np.unique(np.concatenate([chosen, others]), return_inverse=True)
    phrases = draw_phrases(mg, seeds.tolist())
    ours = np.repeat(place[: len(chosen)], near)
    theirs = place[len(chosen) :]
    neighbours = similarities(phrases, ours, theirs)
    anyone = similarities(phrases, ours, rng.permutation(theirs))
    return {
        name: (float(np.nanmean(neighbours[name])), float(np.nanmean(anyone[name])))
        for name in neighbours
    }


def similarities(
    phrases: Sequence[Phrase], ours: np.ndarray, theirs: np.ndarray
) -> dict[str, np.ndarray]:
    """Measure how similar pairs of phrases sound.

    Parameters
    ----------
    phrases : sequence of Phrase
        In one key.
    ours, theirs : numpy.ndarray
        Int ``(pairs,)``: indices of phrases.

    Returns
    -------
    dict of str to numpy.ndarray
        Float ``(pairs,)`` each, 1 for equal phrases: ``onsets``, the share of onset steps that
        both have, mean of the song's parts (NaN without any); ``scale``, the correlation of how
        long each pitch class sounds; ``chords``, the same for each beat; ``beat``, the F1 of the
        drums' hits.
    """
    onsets, sounding, hits = _grids(phrases)
    begins = onsets[:, :DRUMS] > 0
    either = (begins[ours] | begins[theirs]).sum(-1)
    both = (begins[ours] & begins[theirs]).sum(-1)
    heard = either > 0
    share = np.where(heard, both / np.maximum(either, 1), 0).sum(1)
    hit = hits.reshape(len(hits), -1) > 0
    total = hit[ours].sum(1) + hit[theirs].sum(1)
    return {
        "onsets": np.where(heard.any(1), share / np.maximum(heard.sum(1), 1), np.nan),
        "scale": _correlation(*(sounding.sum(1)[i] for i in (ours, theirs))),
        "chords": _correlation(*(_in_beats(sounding)[i] for i in (ours, theirs))),
        "beat": 2 * (hit[ours] & hit[theirs]).sum(1) / np.maximum(total, 1),
    }


def _aspects(phrases: Sequence[Phrase], values: np.ndarray) -> dict[str, np.ndarray]:
    """Return what listeners compare, a row for each phrase; `values` are its attributes."""
    onsets, sounding, hits = _grids(phrases)
    known = (values - np.nanmean(values, 0)) / np.maximum(np.nanstd(values, 0), 1e-6)
    song, drums = np.split(np.nan_to_num(known), [len(attributes_of(SONG_PARTS))], axis=1)
    return {
        "rhythm": _one_bar(onsets[:, :DRUMS] > 0),
        "chords": _unit(_in_beats(sounding)),
        "scale": _unit(sounding.sum(1)),
        "song": song,
        "beat": _one_bar(hits),
        "drums": drums,
    }


def _layout(aspects: dict[str, np.ndarray]) -> np.ndarray:
    # Takes a second to import, and only making a map needs it.
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    rows = []
    for name, weight in _WEIGHTS.items():
        x = aspects[name] - aspects[name].mean(0)
        x = weight * x / max(np.sqrt((x**2).sum(1).mean()), 1e-6)
        count = min(_COMPONENTS, x.shape[1])
        rows.append(PCA(count, random_state=0).fit_transform(x))
    tsne = TSNE(perplexity=_PERPLEXITY, metric="cosine", init="pca", random_state=0)
    places = tsne.fit_transform(np.hstack(rows))
    low, high = places.min(0), places.max(0)
    rank = _rank(places)
    even = (1 - _RANK_SHARE) * (places - low) / (high - low) + _RANK_SHARE * rank
    even += _QUARTER_SHARE * (_rank_in_quarters(rank) - even)
    return even.astype(np.float32)


def _rank(places: np.ndarray) -> np.ndarray:
    """Rank of each point in each coordinate, 0 to 1."""
    return places.argsort(0, kind="stable").argsort(0) / max(1, len(places) - 1)


def _rank_in_quarters(rank: np.ndarray) -> np.ndarray:
    """Rank in each coordinate among the points of the same quarter of the other one."""
    quarter = np.minimum((rank * _QUARTERS).astype(int), _QUARTERS - 1)
    found = np.zeros_like(rank)
    for coordinate in (0, 1):
        for number in range(_QUARTERS):
            own = quarter[:, 1 - coordinate] == number
            found[own, coordinate] = _rank(rank[own, coordinate])
    return found


def _grids(phrases: Sequence[Phrase]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Onsets ``(n, parts, steps)``, pitch classes ``(n, steps, 12)``, drum hits ``(n, 9, steps)``.

    The values of onsets and hits are velocities, 0 to 1.
    """
    together = PhraseSet.from_phrases(phrases)
    notes, row = together.notes, together.rows
    onset, part, pitch = (notes[name].astype(np.int64) for name in ("onset", "part", "pitch"))
    loud = notes["velocity"] / np.float32(127)
    onsets = np.zeros((len(phrases), len(PARTS), STEPS_PER_PHRASE), np.float32)
    np.maximum.at(onsets, (row, part, onset), loud)
    is_hit = part == DRUMS
    kind = drum_classes(pitch[is_hit])
    hits = np.zeros((len(phrases), len(DRUM_CLASSES), STEPS_PER_PHRASE), np.float32)
    np.maximum.at(hits, (row[is_hit], kind, onset[is_hit]), loud[is_hit])
    # Each note adds one at its start and subtracts one at its end; the running sum is what sounds.
    edges = np.zeros((len(phrases), STEPS_PER_PHRASE + 1, 12), np.float32)
    end = np.minimum(onset + notes["duration"], STEPS_PER_PHRASE)
    for step, change in ((onset, 1), (end, -1)):
        np.add.at(edges, (row[~is_hit], step[~is_hit], pitch[~is_hit] % 12), change)
    return onsets, edges.cumsum(1)[:, :-1], hits


def _one_bar(grid: np.ndarray) -> np.ndarray:
    """Return the mean of a grid's two bars, blurred: an onset a step late is similar."""
    from scipy.ndimage import gaussian_filter1d

    bars = grid.reshape(*grid.shape[:2], -1, STEPS_PER_BAR).mean(2)
    return gaussian_filter1d(bars, 0.5, axis=-1, mode="wrap").reshape(len(grid), -1)


def _in_beats(sounding: np.ndarray) -> np.ndarray:
    beats = sounding.reshape(len(sounding), -1, STEPS_PER_BEAT, 12).sum(2)
    return beats.reshape(len(sounding), -1)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = (_unit(x - x.mean(1, keepdims=True)) for x in (a, b))
    return (a * b).sum(1)
