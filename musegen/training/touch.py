"""Gives programmed drums the touch of a performer, so that a model learns hits and touch together.

Drums of a band's arrangement say what is hit, to which music; but all stand on the grid, and many
are equally loud. Drums of performances say how it is played, but to no music.
"""

from __future__ import annotations

import numpy as np

from musegen.model.codecs.drums import DrumsCodec
from musegen.music.notes import DRUMS, STEPS_PER_PHRASE, IntArray
from musegen.music.phrase_set import PhraseSet
from musegen.training.labels import rows_of_sources

__all__ = ["play_like_performers"]

_PERFORMED = 0.02  # mean distance from the grid, in steps, above which drums were performed
_CANDIDATES = 24  # performances tried for a song; the one that hits the most alike is taken


def play_like_performers(phrases: PhraseSet, seed: int = 0) -> PhraseSet:
    """Return phrases whose programmed drums have the touch of performed ones in the same set.

    Each song gets one performer. Each of its phrases is played like the phrase of the performance
    whose hits are the most alike: a hit has the timing and the loudness of the same drum at the
    same step, or of the nearest step at which that drum, or any, is hit. A phrase keeps its mean
    velocity, so that it still swells with its band.

    Parameters
    ----------
    phrases : PhraseSet
        Performers are taken from its split ``train`` for songs of that split, and so on.
    seed : int
    """
    notes = phrases.notes.copy()
    rows, drums = phrases.rows, phrases.notes["part"] == DRUMS
    count = np.bincount(rows[drums], minlength=len(phrases))
    distance = np.bincount(rows[drums], np.abs(notes["offset"][drums]), len(phrases))
    rng = np.random.default_rng(seed)
    for split in np.unique(phrases.split):
        has_drums = (phrases.split == split) & (count > 0)
        of_source = [own for song in rows_of_sources(phrases) if len(own := song[has_drums[song]])]
        performed = [
            songs for songs in of_source if distance[songs].sum() > _PERFORMED * count[songs].sum()
        ]
        if not performed:
            continue
        performers = {rows_of[0] for rows_of in performed}
        for song in of_source:
            if song[0] in performers:
                continue
            hits = _hits(phrases, song)
            chosen = rng.choice(len(performed), min(_CANDIDATES, len(performed)), replace=False)
            likenesses = [_likeness(hits, _hits(phrases, performed[i])) for i in chosen]
            best = int(np.argmax([likeness.max(1).mean() for likeness in likenesses]))
            performer = performed[chosen[best]]
            for row, model in zip(song, performer[likenesses[best].argmax(1)], strict=True):
                mine = slice(phrases.starts[row], phrases.starts[row + 1])
                theirs = notes[phrases.starts[model] : phrases.starts[model + 1]]
                _play_like(notes[mine], theirs[theirs["part"] == DRUMS])
    return PhraseSet(**{**vars(phrases), "notes": notes})


def _hits(phrases: PhraseSet, rows: IntArray) -> np.ndarray:
    """Which drum is hit at which step, float32 ``(n, 32 * drums)``."""
    hits = DrumsCodec().to_arrays(phrases.take(rows))["hit"]
    return hits.reshape(len(rows), -1).astype(np.float32)


def _likeness(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Dice coefficient of the hits of each phrase of `a` with each of `b`."""
    return 2 * a @ b.T / np.maximum(a.sum(1)[:, None] + b.sum(1), 1)


def _play_like(notes: np.ndarray, model: np.ndarray) -> None:
    """Give the drums among some notes, in place, the timing and loudness of a performed phrase."""
    mine = np.flatnonzero(notes["part"] == DRUMS)
    own = notes[mine]
    apart = np.abs(own["onset"][:, None].astype(int) - model["onset"])
    # The same drum before any other, then the nearest; the same place in the beat before others.
    other = own["pitch"][:, None] != model["pitch"]
    cost = apart + STEPS_PER_PHRASE * other + 0.5 * (apart % 4 > 0)
    nearest = model[cost.argmin(1)]
    velocity = nearest["velocity"].astype(float)
    velocity += own["velocity"].mean() - velocity.mean()
    notes["velocity"][mine] = np.clip(np.rint(velocity), 1, 127)
    notes["offset"][mine] = nearest["offset"]
