"""Puts cells of different music together, as the training phrases of a VAE that codes each cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.model.config import BendingConfig
from musegen.music.notes import IntArray, NoteArray, part_index
from musegen.music.phrase_set import PhraseSet
from musegen.training.bending import bend_cells

__all__ = ["CellPool"]


class CellPool:
    """The cells of a set of phrases, from which training phrases are drawn.

    Each style is drawn in proportion to the square root of its number of phrases: so a small style
    is heard often enough to be learnt, and its few pieces are not learnt by heart.

    Parameters
    ----------
    phrases : PhraseSet
    parts : sequence of str
        The parts of a drawn phrase. The VAE codes each cell by itself, so they need not fit.
    config : BendingConfig
    """

    def __init__(self, phrases: PhraseSet, parts: Sequence[str], config: BendingConfig) -> None:
        self._config = config
        self._parts = [part_index(part) for part in parts]
        styles, of_phrase = np.unique(phrases.style, return_inverse=True)
        counts = np.bincount(of_phrase, minlength=len(styles))
        self._shares = np.sqrt(counts) / np.sqrt(counts).sum()
        row = phrases.rows
        notes = phrases.notes.copy()
        notes["pitch"] -= phrases.key[row].astype(np.int16)
        # The notes of each style and part, and where each of their cells begins.
        self._cells: dict[tuple[int, int], tuple[NoteArray, IntArray]] = {}
        for style in range(len(styles)):
            for part in self._parts:
                mine = (notes["part"] == part) & (of_phrase[row] == style)
                _, first = np.unique(row[mine], return_index=True)
                if len(first):
                    self._cells[style, part] = notes[mine], np.append(first, mine.sum())

    def draw(self, count: int, rng: np.random.Generator) -> PhraseSet:
        """Draw phrases in C, with a cell in each part, some of them bent.

        A style without a part leaves the part empty.
        """
        notes: list[NoteArray] = []
        cells: list[IntArray] = []
        for slot, part in enumerate(self._parts):
            style = rng.choice(len(self._shares), count, p=self._shares)
            exchanged = rng.random(count) < self._config.exchanged
            source = np.where(exchanged, rng.choice(self._parts, count), part)
            for key, (all_notes, starts) in self._cells.items():
                drawn = np.flatnonzero((style == key[0]) & (source == key[1]))
                index = rng.integers(0, len(starts) - 1, len(drawn))
                sizes = np.diff(starts)[index]
                first = np.concatenate([[0], np.cumsum(sizes)])
                rows = np.repeat(starts[index] - first[:-1], sizes) + np.arange(first[-1])
                own = all_notes[rows]
                own["part"] = part
                notes.append(own)
                cells.append(np.repeat(drawn * len(self._parts) + slot, sizes))
        bent, cell = bend_cells(
            np.concatenate(notes),
            np.concatenate(cells),
            count * len(self._parts),
            rng,
            self._config,
        )
        row = cell // len(self._parts)  # sorted, as the cells are
        empty = PhraseSet.from_phrases([])
        return PhraseSet(
            notes=bent,
            starts=np.searchsorted(row, np.arange(count + 1)),
            source=np.zeros(count, empty.source.dtype),
            bar=np.zeros(count, np.int32),
            split=np.full(count, "train"),
            style=np.zeros(count, empty.source.dtype),
            section=np.zeros(count, empty.source.dtype),
            key=np.zeros(count, np.int8),
            tempo=np.full(count, 120, np.float32),
        )
