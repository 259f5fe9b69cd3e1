"""The held-out music that conditions are taken from, and draws under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from musegen.evaluation.samples import PHRASES_PER_PIECE, Samples, sample_evenly, sixteen_bars
from musegen.model.conditions import Conditions
from musegen.music.notes import in_parts
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece
from musegen.training.labels import label_phrases

__all__ = ["FIRST_SEED", "Stretches", "with_parts_of"]

_COUNT = 40  # 320 phrases: more take longer and change the measures by less than .01
_FEWEST = 5
FIRST_SEED = 20_000
"""Of what is drawn under conditions: these are other draws than the random pieces."""


@dataclass(frozen=True, eq=False)
class Stretches:
    """Held-out songs, 16 bars of each as far as there are enough songs.

    Attributes
    ----------
    samples : Samples
    rows : numpy.ndarray
        Shape ``(stretches, 8)``: numbers of phrases in `Samples.held_out`.
    """

    samples: Samples
    rows: np.ndarray

    @classmethod
    def choose(
        cls, samples: Samples, count: int = _COUNT, playing: Sequence[str] = ()
    ) -> Stretches | None:
        """Choose stretches; None if there are too few, or all of one song.

        Parameters
        ----------
        samples : Samples
        count : int
            The most.
        playing : sequence of str
            Parts that have notes in each of them.
        """
        held = samples.held_out
        source = held.source
        rows = sixteen_bars(held)
        for part in playing:
            rows = rows[held.has_any([part])[rows].any(axis=1)]
        if len(rows) < _FEWEST or len(set(source[rows[:, 0]])) < 2:
            return None
        return cls(samples, rows[sample_evenly(source[rows[:, 0]], count)])

    @cached_property
    def songs(self) -> np.ndarray:
        """The song of each phrase, stretch by stretch."""
        return self.samples.held_out.source[self.rows.ravel()]

    @cached_property
    def groups(self) -> np.ndarray:
        """The stretch of each phrase."""
        return np.repeat(np.arange(len(self.rows)), PHRASES_PER_PIECE)

    @cached_property
    def phrases(self) -> list[Phrase]:
        """People's phrases, stretch by stretch."""
        return [self.samples.originals[i] for i in self.rows.ravel()]

    @cached_property
    def pieces(self) -> list[Piece]:
        """The stretches as pieces of 16 bars."""
        starts = range(0, len(self.phrases), PHRASES_PER_PIECE)
        return [Piece(tuple(self.phrases[i : i + PHRASES_PER_PIECE])) for i in starts]

    @cached_property
    def latents(self) -> np.ndarray:
        """Their latents, ``(stretches, 8, latent_dim)``."""
        z = self.samples.space.encode(self.phrases)
        return z.reshape(*self.rows.shape, -1)

    @cached_property
    def chords(self) -> np.ndarray:
        """Their chords as a prior reads them, ``(stretches, 8, 8, CHORD_FEATURES)``."""
        samples = self.samples
        found = label_phrases(samples.held_out, samples.space.prior_config).chords
        assert found is not None
        return found[self.rows]

    @cached_property
    def others(self) -> np.ndarray:
        """For each phrase the number of one in another song, at the same place of its stretch."""
        song = self.songs[::PHRASES_PER_PIECE]
        n = len(song)
        other = [
            next(j % n for j in range(i + 1, i + n) if song[j % n] != song[i]) for i in range(n)
        ]
        places = np.arange(PHRASES_PER_PIECE)
        return (np.array(other)[:, None] * PHRASES_PER_PIECE + places).ravel()

    def draw(self, conditions: Conditions | None = None, kept: Sequence[str] = ()) -> list[Phrase]:
        """Draw phrases under conditions, in the styles of the held-out songs.

        Parameters
        ----------
        conditions : Conditions, optional
            For each stretch; of any styles.
        kept : sequence of str
            Parts of which people's latents are given.
        """
        samples, space = self.samples, self.samples.space
        conditions = replace(conditions or Conditions(), styles=samples.conditions.styles)
        seeds = range(FIRST_SEED, FIRST_SEED + len(self.rows))
        u = np.stack([space.draw_noise(seed, PHRASES_PER_PIECE) for seed in seeds])
        is_kept = None
        if kept:
            parts = [part in kept for part in space.parts]
            is_kept = np.tile(parts, (PHRASES_PER_PIECE, 1))
            u = np.where(space.by_dimension(is_kept), self.latents, u)
        z = space.to_latents(u, is_kept, conditions)
        return space.decode(z.reshape(-1, space.latent_dim))


def with_parts_of(
    phrases: Sequence[Phrase], others: Sequence[Phrase], parts: Sequence[str]
) -> list[Phrase]:
    """Return phrases with some parts of other phrases instead of their own."""
    made: list[Phrase] = []
    for phrase, other in zip(phrases, others, strict=True):
        own, new = phrase.notes, other.notes
        notes = [own[~in_parts(own, parts)], new[in_parts(new, parts)]]
        made.append(Phrase(np.concatenate(notes)))
    return made
