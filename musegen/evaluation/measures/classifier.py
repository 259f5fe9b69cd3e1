"""How well a classifier tells generated music from people's: an accuracy of .5 is perfect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.measures.tokens import pitch_class
from musegen.evaluation.samples import Samples, numbers_in_song, pair_songs, sample_evenly
from musegen.latent.interpolation import interpolate_noise
from musegen.latent.noise import draw_noise
from musegen.limits import DEFAULT_TEMPO
from musegen.music.features import phrase_features
from musegen.music.notes import PARTS, STEPS_PER_PHRASE
from musegen.music.phrase import Phrase

__all__ = ["blend_notes", "features", "measure", "tell_apart"]

_PHRASES = 700  # of each class: more change little and take longer
_TREES = 200
_FOLDS = 5


def measure(samples: Samples) -> dict[str, Measure]:
    """Tell random phrases, and midpoints between held-out phrases, from held-out phrases."""
    found = _random(samples) | _middle(samples)
    return {name: measure for name, measure in found.items() if measure}


def _random(samples: Samples) -> dict[str, Measure | None]:
    source, truth = samples.held_out.source, samples.originals
    rows = sample_evenly(source, _PHRASES)
    held = features([truth[row] for row in rows])
    piece = samples.piece_of_drawn
    chosen = sample_evenly(piece, len(rows))
    ours = features([samples.drawn[i] for i in chosen])
    random = tell_apart(ours, [f"piece {i}" for i in piece[chosen]], held, source[rows])

    # Half of each song against the other half. With different songs in the halves, the classifier
    # learns what holds for these songs alone, and .5 becomes .4.
    odd = numbers_in_song(source)[rows] % 2 == 1
    floor = tell_apart(held[odd], source[rows[odd]], held[~odd], source[rows[~odd]])

    dim = samples.space.latent_dim
    z = np.concatenate([draw_noise(seed, 1, dim) for seed in range(len(rows))])
    blur = features(samples.space.decode(z))
    return {
        "random: classifier": random and random.with_baseline(floor, "held-out music split in two"),
        "N(0, I) without the prior: classifier": tell_apart(
            blur, np.arange(len(z)), held, source[rows]
        ),
    }


def _middle(samples: Samples) -> dict[str, Measure | None]:
    source, truth, space = samples.held_out.source, samples.originals, samples.space
    # Every other phrase of a song is an end; the rest are the other class. The two songs of a pair
    # are in one fold, so that no song reveals the class of a phrase.
    rows = sample_evenly(source, len(source))
    odd = numbers_in_song(source)[rows] % 2 == 1
    a, b = pair_songs(source, rows[odd])
    if not len(a):
        return {}
    pair_of = dict(zip(source[a], source[a], strict=True)) | dict(
        zip(source[b], source[a], strict=True)
    )
    rest = np.array([row for row in rows[~odd] if source[row] in pair_of], np.int64)
    u = space.to_noise(space.encode([truth[i] for i in (*a, *b)])[:, None])
    halfway, shrink = np.array([0.5]), space.settings.interpolation_shrink
    middle = space.to_latents(interpolate_noise(u[: len(a)], u[len(a) :], halfway, shrink)[0])
    rng = np.random.default_rng(0)
    blended = [blend_notes(truth[i], truth[j], rng) for i, j in zip(a, b, strict=True)]
    held = features([truth[i] for i in rest])
    groups = [np.array([pair_of[source[i]] for i in some]) for some in (a, rest)]
    found, baseline = (
        tell_apart(features(phrases), groups[0], held, groups[1])
        for phrases in (space.decode(middle[:, 0]), blended)
    )
    return {"middle: classifier": found and found.with_baseline(baseline, "notes blended")}


def blend_notes(a: Phrase, b: Phrase, rng: np.random.Generator) -> Phrase:
    """Keep each note of two phrases with a probability of one half."""
    notes = np.concatenate([a.notes, b.notes])
    return Phrase(notes[rng.random(len(notes)) < 0.5])


def features(phrases: Sequence[Phrase]) -> np.ndarray:
    """Return what the classifier sees of phrases in C: float64 ``(n, features)``.

    These are `phrase_features`, and counts of notes by part, step and pitch class. Tempo is left
    out, because decoded phrases have none of their own.
    """
    rows = []
    for phrase in phrases:
        notes = phrase.notes
        rows.append(
            [
                *phrase_features(replace(phrase, tempo=DEFAULT_TEMPO)).values(),
                len(notes),
                *np.bincount(notes["part"], minlength=len(PARTS)),
                *np.bincount(notes["onset"], minlength=STEPS_PER_PHRASE),
                *np.bincount(pitch_class(notes), minlength=12),
            ]
        )
    return np.array(rows, float)


def tell_apart(
    ours: np.ndarray, our_group: ArrayLike, theirs: np.ndarray, their_group: ArrayLike
) -> Measure | None:
    """Return the accuracy of a random forest (Breiman 2001) on songs not seen in training.

    Parameters
    ----------
    ours, theirs : numpy.ndarray
        Features of two classes, ``(n, features)``, in random order; the longer one is cut.
    our_group, their_group : sequence
        The song or piece of each row, which is either trained or tested on.

    Returns
    -------
    Measure or None
        None if a class has fewer groups than there are folds.
    """
    n = min(len(ours), len(theirs))
    groups = [np.asarray(group).astype(str)[:n] for group in (our_group, their_group)]
    if min(len(set(group)) for group in groups) < _FOLDS:
        return None
    x = np.concatenate([ours[:n], theirs[:n]])
    y = np.repeat([0, 1], n)
    group = np.concatenate(groups)
    right = np.zeros(2 * n)
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(x, y, group):
        forest = RandomForestClassifier(_TREES, random_state=0, n_jobs=-1).fit(x[train], y[train])
        forest.n_jobs = 1  # adds up the trees' votes in the same order each time
        right[test] = forest.predict(x[test]) == y[test]
    return bootstrap(right, np.ones(2 * n), group)
