"""Where music is told from people's: in the representation, the decoder or the prior.

A classifier (`musegen.evaluation.measures.classifier`) tells reconstructions, draws and middles of
interpolations from held-out phrases, also without seeing velocities, lengths, or both. What gives a
reconstruction away is lost by the representation; what gives draws away besides, by decoder and
prior. Draws cannot be told less often than the training music is, by which a model learns: the
held-out songs are others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musegen.evaluation.measures.classifier import FEATURE_GROUPS, features, tell_apart
from musegen.evaluation.measures.statistics import Measure
from musegen.evaluation.samples import (
    PHRASES_PER_PIECE,
    Samples,
    pair_songs,
    sample_evenly,
    sixteen_bars,
)
from musegen.latent.interpolation import interpolate_noise
from musegen.music.notes import BARS_PER_PHRASE
from musegen.music.phrase import Phrase

__all__ = ["blend_notes", "measure"]

_STRETCHES = 90  # of each class, each of eight phrases: more change little and take longer
_FEWEST = 10  # stretches of one style, or of all: with fewer, single phrases are told apart
_HALVES = "held-out music split in two"
_WITHOUT = {
    "": (),
    ", without velocities": ("velocities",),
    ", without lengths": ("lengths",),
    ", without both": ("velocities", "lengths"),
}


@dataclass(frozen=True, eq=False)
class _Stretches:
    """Held-out phrases in a row, numbered as in `Samples.held_out`.

    Attributes
    ----------
    rows : numpy.ndarray
        Shape ``(stretches, phrases)``: eight phrases, or one where the music is too short.
    group : numpy.ndarray
        Shape ``(stretches,)``: stretches of one group are trained on or tested on together.
    """

    rows: np.ndarray
    group: np.ndarray

    def take(self, index: np.ndarray) -> _Stretches:
        return _Stretches(self.rows[index], self.group[index])

    @property
    def groups(self) -> np.ndarray:
        """The group of each phrase."""
        return np.repeat(self.group, self.rows.shape[1])


def _choose_stretches(samples: Samples) -> _Stretches:
    source = samples.held_out.source
    rows = sixteen_bars(samples.held_out)
    if len(rows) >= _FEWEST:
        rows = rows[sample_evenly(source[rows[:, 0]], _STRETCHES)]
        return _Stretches(rows, np.arange(len(rows)))
    rows = sample_evenly(source, _STRETCHES * PHRASES_PER_PIECE)
    return _Stretches(rows[:, None], source[rows])


def measure(samples: Samples) -> dict[str, Measure]:
    """Tell reconstructions, random phrases and middles from held-out phrases."""
    held = _choose_stretches(samples)
    truth = [samples.originals[i] for i in held.rows.ravel()]
    again = [samples.reconstructed[i] for i in held.rows.ravel()]
    floor = _halves(samples, held)
    found = _without(samples, "reconstruction: classifier", again, held.groups, truth, held, floor)
    found |= _by_style(samples, held)

    found["training music: classifier"] = _training_music(samples, held, truth)

    length = held.rows.shape[1]
    dim = samples.space.latent_dim
    u = np.stack([samples.space.draw_noise(seed, length) for seed in range(len(held.rows))])
    z = samples.space.to_latents(u, conditions=samples.conditions, guidance=1.0)
    drawn = samples.space.decode(z.reshape(-1, dim))
    pieces = np.repeat([f"piece {i}" for i in range(len(u))], length)
    found |= _without(samples, "random: classifier", drawn, pieces, truth, held, floor)
    # A classifier that has learned from one stretch of a song knows the song's others.
    by_song = _Stretches(held.rows, samples.held_out.source[held.rows[:, 0]])
    found["random: classifier, folds by song"] = _tell(samples, drawn, pieces, truth, by_song)
    found |= _singles(samples)
    blur = samples.space.decode(u.reshape(-1, dim))
    found["N(0, I) without the prior: classifier"] = _tell(samples, blur, pieces, truth, held)
    found |= _middles(samples, held)
    return {name: measure for name, measure in found.items() if measure}


def _groups_seen(samples: Samples, without: Sequence[str] = ()) -> list[str]:
    """Return the groups of features: of drums, also the timing, which makes a drummer."""
    unseen = {*without} if "drums" in samples.space.parts else {*without, "timing"}
    return [group for group in FEATURE_GROUPS if group not in unseen]


def _tell(
    samples: Samples,
    ours: Sequence[Phrase],
    groups: np.ndarray,
    truth: Sequence[Phrase],
    held: _Stretches,
    without: Sequence[str] = (),
) -> Measure | None:
    seen = _groups_seen(samples, without)
    rows = [features(phrases, seen) for phrases in (ours, truth)]
    return tell_apart(rows[0], groups, rows[1], held.groups)


def _without(
    samples: Samples,
    name: str,
    ours: Sequence[Phrase],
    groups: np.ndarray,
    truth: Sequence[Phrase],
    held: _Stretches,
    floor: Measure | None,
) -> dict[str, Measure | None]:
    """Tell phrases from held-out ones with all features, and without some."""
    found = {
        name + what: _tell(samples, ours, groups, truth, held, without)
        for what, without in _WITHOUT.items()
    }
    return {
        name: measure and measure.with_baseline(floor, _HALVES) for name, measure in found.items()
    }


def _halves(samples: Samples, held: _Stretches) -> Measure | None:
    """Tell every other stretch from the rest: what people's music reaches."""
    odd = np.arange(len(held.rows)) % 2 == 1
    one, other = held.take(odd), held.take(~odd)
    phrases = [[samples.originals[i] for i in half.rows.ravel()] for half in (one, other)]
    return _tell(samples, phrases[0], one.groups, phrases[1], other)


def _training_music(samples: Samples, held: _Stretches, truth: Sequence[Phrase]) -> Measure | None:
    """Tell stretches of training songs from held-out ones."""
    if samples.train is None or held.rows.shape[1] == 1:
        return None
    train = samples.train.take(samples.train.bar % BARS_PER_PHRASE == 0)
    rows = sixteen_bars(train)
    rows = rows[sample_evenly(train.source[rows[:, 0]], len(held.rows))]
    music = train.take(rows.ravel())
    return _tell(samples, list(music), music.source, truth, held)


def _by_style(samples: Samples, held: _Stretches) -> dict[str, Measure | None]:
    style = samples.held_out.style[held.rows[:, 0]]
    found: dict[str, Measure | None] = {}
    styles = np.unique(style)
    for name in styles.tolist() if len(styles) > 1 else []:
        own = held.take(style == name)
        if name and len(own.rows) >= _FEWEST:
            truth = [samples.originals[i] for i in own.rows.ravel()]
            again = [samples.reconstructed[i] for i in own.rows.ravel()]
            measured = _tell(samples, again, own.groups, truth, own)
            found[f"reconstruction: classifier, {name}"] = measured and measured.with_baseline(
                _halves(samples, own), _HALVES
            )
    return found


def _singles(samples: Samples) -> dict[str, Measure | None]:
    """Tell the phrases of random pieces, with their form, from held-out ones, one by one."""
    source = samples.held_out.source
    rows = sample_evenly(source, _STRETCHES * PHRASES_PER_PIECE)
    piece = samples.piece_of_drawn
    chosen = sample_evenly(piece, len(rows))
    ours = [samples.drawn[i] for i in chosen]
    held = _Stretches(rows[:, None], source[rows])
    truth = [samples.originals[i] for i in rows]
    pieces = np.array([f"piece {i}" for i in piece[chosen]])
    found = _tell(samples, ours, pieces, truth, held)
    return {
        "random: classifier, single phrases": found
        and found.with_baseline(_halves(samples, held), _HALVES)
    }


def _middles(samples: Samples, held: _Stretches) -> dict[str, Measure | None]:
    """Tell the middles between stretches of two songs from one of their ends."""
    a, b = pair_songs(samples.held_out.source[held.rows[:, 0]], np.arange(len(held.rows)))
    if not len(a):
        return {}
    space, truth = samples.space, samples.originals
    first, second = held.rows[a], held.rows[b]
    z = space.encode([truth[i] for i in np.concatenate([first, second]).ravel()])
    u = space.to_noise(z.reshape(2 * len(a), -1, space.latent_dim))
    halfway, shrink = np.array([0.5]), space.settings.interpolation_shrink
    u = interpolate_noise(u[: len(a)], u[len(a) :], halfway, shrink)[0]
    middle = space.to_latents(u, exact=True)
    ours = space.decode(middle.reshape(-1, space.latent_dim))
    rng = np.random.default_rng(0)
    pairs = zip(first.ravel(), second.ravel(), strict=True)
    blended = [blend_notes(truth[i], truth[j], rng) for i, j in pairs]
    # An end is in one fold with its middles, so that no song reveals the class of a phrase.
    ends = _Stretches(first, held.group[a])
    originals = [truth[i] for i in first.ravel()]
    baseline = _tell(samples, blended, ends.groups, originals, ends)
    found = {
        f"middle: classifier{what}": _tell(samples, ours, ends.groups, originals, ends, without)
        for what, without in _WITHOUT.items()
    }
    first_name = "middle: classifier"
    if measured := found[first_name]:
        found[first_name] = measured.with_baseline(baseline, "notes blended")
    return found


def blend_notes(a: Phrase, b: Phrase, rng: np.random.Generator) -> Phrase:
    """Keep each note of two phrases with a probability of one half."""
    notes = np.concatenate([a.notes, b.notes])
    return Phrase(notes[rng.random(len(notes)) < 0.5])
