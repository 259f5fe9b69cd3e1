"""What a checkpoint is measured with: held-out phrases, draws, and what it was trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from musegen.errors import MusicError
from musegen.latent.forms import DEFAULT_FORM, apply_form
from musegen.latent.noise import draw_noise
from musegen.limits import DEFAULT_TEMPERATURE
from musegen.model.latent_space import LatentSpace
from musegen.music.notes import BARS_PER_PHRASE, DRUMS
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["PHRASES_PER_PIECE", "Samples", "in_c", "places", "song_pairs", "spread", "stretches"]

PHRASES_PER_PIECE = 8  # 16 bars
_PER_SONG = 32  # one performance of a drummer is ten times as long as the usual one
# Random phrases are about as many as the held-out ones, within what takes seconds.
_FEWEST_PIECES, _MOST_PIECES = 16, 192


@dataclass(frozen=True, eq=False)
class Samples:
    """A checkpoint and the music that it is measured on.

    Attributes
    ----------
    space : LatentSpace
    split : str
        What is held out: ``test``, or ``all`` where no phrase is marked so.
    held : PhraseSet
        Phrases of the space's parts that do not overlap, in C, with their own tempos.
    train : PhraseSet, optional
        All that the checkpoint was trained on, in C. None where it is not known to be other music
        than what is held out.
    """

    space: LatentSpace
    split: str
    held: PhraseSet
    train: PhraseSet | None

    @classmethod
    def gather(cls, folder: str | Path, phrases: PhraseSet) -> Samples:
        """Load a checkpoint, and choose from some phrases what it is measured on.

        Raises
        ------
        CheckpointError
            If the checkpoint is missing or damaged.
        MusicError
            If there are no phrases of the checkpoint's parts.
        """
        space = LatentSpace(folder)
        mine = in_c(phrases.only(space.parts))
        held, train, split = mine, None, "all"
        if (mine.split == "test").any():
            held, split = mine.where("test"), "test"
            if (mine.split == "train").any():
                train = mine.where("train")
        held = held.take(held.bar % BARS_PER_PHRASE == 0)
        if not len(held):
            parts = ", ".join(space.parts)
            raise MusicError(f"none of these phrases has a note of {parts}: give others")
        return cls(space, split, held, train)

    @cached_property
    def truth(self) -> list[Phrase]:
        """The held-out phrases."""
        return list(self.held)

    @cached_property
    def drawn(self) -> list[Phrase]:
        """Random phrases: pieces of `PHRASES_PER_PIECE` from the prior, one after another.

        In the generator's usual form, at its usual temperature.
        """
        dim = self.space.latent_dim
        as_many = len(self.held) // PHRASES_PER_PIECE + 1
        pieces = min(max(as_many, _FEWEST_PIECES), _MOST_PIECES)
        u = np.stack(
            [
                apply_form(DEFAULT_FORM, draw_noise(seed, PHRASES_PER_PIECE, dim), seed)
                for seed in range(pieces)
            ]
        )
        z = self.space.to_latents(np.float32(DEFAULT_TEMPERATURE) * u)
        return self.space.decode(z.reshape(-1, dim))

    @property
    def drawn_piece(self) -> np.ndarray:
        """Shape of `drawn`: the piece of each phrase."""
        return np.arange(len(self.drawn)) // PHRASES_PER_PIECE


def in_c(phrases: PhraseSet) -> PhraseSet:
    """The same phrases in C, as `Phrase.to_key` moves them, all at once."""
    notes = phrases.notes.copy()
    pitched = notes["part"] != DRUMS
    pitch = notes["pitch"][pitched] - phrases.key[phrases.rows][pitched]
    pitch[pitch < 0] += 12
    pitch[pitch > 127] -= 12
    notes["pitch"][pitched] = pitch
    return replace(phrases, notes=notes, key=np.zeros_like(phrases.key))


def places(source: np.ndarray) -> np.ndarray:
    """The place of each phrase among those of its song, from 0, in an order drawn by chance."""
    order = np.random.default_rng(0).permutation(len(source))
    order = order[np.argsort(source[order], kind="stable")]
    _, start, count = np.unique(source[order], return_index=True, return_counts=True)
    place = np.empty(len(source), np.int64)
    place[order] = np.arange(len(source)) - np.repeat(start, count)
    return place


def spread(source: np.ndarray, count: int, per_song: int = _PER_SONG) -> np.ndarray:
    """Rows of some phrases, as evenly from all songs as can be, and in an order drawn by chance.

    Parameters
    ----------
    source : numpy.ndarray
        The song of each phrase.
    count, per_song : int
        At most so many in all, and of each song.
    """
    place = places(source)
    rows = np.random.default_rng(1).permutation(np.flatnonzero(place < per_song))
    first = rows[np.argsort(place[rows], kind="stable")][:count]
    return np.random.default_rng(2).permutation(first)


def song_pairs(source: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of phrases of two songs; each song is paired with one other, of about its length.

    So the pairs of songs stand alone: what is between two of them can be known by neither from
    any other pair.

    Parameters
    ----------
    source : numpy.ndarray
        The song of each phrase.
    rows : numpy.ndarray
        The phrases to be paired.

    Returns
    -------
    tuple of numpy.ndarray
        Rows of the first ends, and of the second ones. No phrase is in two pairs.
    """
    songs, count = np.unique(source[rows], return_counts=True)
    songs = songs[np.argsort(-count, kind="stable")]
    a: list[int] = []
    b: list[int] = []
    for one, other in zip(songs[::2], songs[1::2], strict=False):
        ends = [rows[source[rows] == song] for song in (one, other)]
        n = min(len(end) for end in ends)
        a += ends[0][:n].tolist()
        b += ends[1][:n].tolist()
    return np.array(a, np.int64), np.array(b, np.int64)


def stretches(phrases: PhraseSet) -> np.ndarray:
    """16 bars in a row, without overlap: shape ``(n, 8)``, the rows of their phrases."""
    found: list[list[int]] = []
    run: list[int] = []
    for row in np.lexsort((phrases.bar, phrases.source)).tolist():
        follows = (
            run
            and phrases.source[row] == phrases.source[run[-1]]
            and phrases.bar[row] == phrases.bar[run[-1]] + BARS_PER_PHRASE
        )
        run = [*run, row] if follows else [row]
        if len(run) == PHRASES_PER_PIECE:
            found.append(run)
            run = []
    return np.array(found, np.int64).reshape(-1, PHRASES_PER_PIECE)
