"""A data set of phrases in one file, which models are trained on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musegen.errors import MusicError
from musegen.files import DAMAGED_ARRAYS, atomic_write
from musegen.music.notes import NOTE, BoolArray, FloatArray, IntArray, NoteArray, in_parts
from musegen.music.phrase import Phrase

__all__ = ["SPLITS", "PhraseSet"]

_FIELDS = tuple(NOTE.names or ())
_LABELS = ("style", "section")
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class PhraseSet:
    """Phrases, with the song and the bar that each comes from.

    Attributes
    ----------
    notes : numpy.ndarray
        All notes of all phrases, dtype `NOTE`, onsets within their phrase.
    starts : numpy.ndarray
        Shape ``(n + 1,)``, int64: phrase `i` has the notes ``starts[i]:starts[i + 1]``.
    source : numpy.ndarray
        Shape ``(n,)``, text: the song or performance of each phrase.
    bar : numpy.ndarray
        Shape ``(n,)``, int32: the bar of its source that the phrase starts at.
    split : numpy.ndarray
        Shape ``(n,)``, text: one of `SPLITS`, equal for all phrases of a source.
    key, tempo : numpy.ndarray
        Shape ``(n,)``: int8 and float32, as in `Phrase`.
    style : numpy.ndarray
        Shape ``(n,)``, text: the style of the source, such as ``jazz``; empty if it is not known.
    section : numpy.ndarray
        Shape ``(n,)``, text: the section that the phrase starts in, a letter and how often it has
        been heard, such as ``A2``; ``i`` is an intro, ``o`` an outro, ``b`` a bridge. Empty if it
        is not known.
    """

    notes: NoteArray
    starts: IntArray
    source: NDArray[np.str_]
    bar: IntArray
    split: NDArray[np.str_]
    key: IntArray
    tempo: FloatArray
    style: NDArray[np.str_]
    section: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: int) -> Phrase:
        own = self.notes[self.starts[index] : self.starts[index + 1]]
        return Phrase(own, int(self.key[index]), float(self.tempo[index]))

    def __iter__(self) -> Iterator[Phrase]:
        return (self[i] for i in range(len(self)))

    @property
    def rows(self) -> IntArray:
        """The phrase that each of `notes` belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    @classmethod
    def from_phrases(
        cls,
        phrases: Iterable[Phrase],
        source: Iterable[str] | None = None,
        bar: Iterable[int] | None = None,
        split: Iterable[str] | None = None,
        style: Iterable[str] | None = None,
        section: Iterable[str] | None = None,
    ) -> PhraseSet:
        """Make a set of phrases.

        By default all have one unnamed source of no known style or sections, and are for training.
        """
        phrases = list(phrases)
        n = len(phrases)
        notes = [phrase.notes for phrase in phrases]
        return cls(
            notes=np.concatenate([*notes, np.zeros(0, NOTE)]),
            starts=np.concatenate([[0], np.cumsum([len(own) for own in notes])]).astype(np.int64),
            source=np.array([""] * n if source is None else list(source), np.str_),
            bar=np.array(range(n) if bar is None else list(bar), np.int32),
            split=np.array(["train"] * n if split is None else list(split), np.str_),
            key=np.array([phrase.key for phrase in phrases], np.int8),
            tempo=np.array([phrase.tempo for phrase in phrases], np.float32),
            style=np.array([""] * n if style is None else list(style), np.str_),
            section=np.array([""] * n if section is None else list(section), np.str_),
        )

    @classmethod
    def join(cls, sets: Iterable[PhraseSet]) -> PhraseSet:
        """Join sets, in order."""
        sets = list(sets)
        columns = {
            f.name: np.concatenate([getattr(s, f.name) for s in sets])
            for f in fields(cls)
            if f.name != "starts"
        }
        counts = np.concatenate([np.diff(s.starts) for s in sets])
        return cls(starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **columns)

    def take(self, index: IntArray | BoolArray | slice) -> PhraseSet:
        """Return some of the phrases, given by a mask, by their numbers or by a slice."""
        index = np.arange(len(self))[index]
        counts = np.diff(self.starts)[index]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        rows = np.repeat(self.starts[index] - starts[:-1], counts) + np.arange(int(starts[-1]))
        return PhraseSet(
            notes=self.notes[rows],
            starts=starts,
            **{
                f.name: getattr(self, f.name)[index]
                for f in fields(self)
                if f.name not in ("notes", "starts")
            },
        )

    def where(self, split: str) -> PhraseSet:
        """Return the phrases of one split; raise `MusicError` if there are none."""
        found = self.take(self.split == split)
        if not len(found):
            raise MusicError(f"there are no phrases for {split}: build the phrases from more music")
        return found

    def only(self, parts: Collection[str]) -> PhraseSet:
        """Return the phrases with only some parts, without those that have no such notes."""
        fewer = self.keep_notes(in_parts(self.notes, parts))
        return fewer.take(np.diff(fewer.starts) > 0)

    def has_any(self, parts: Collection[str]) -> BoolArray:
        """Return which phrases have notes of some parts."""
        return np.diff(self.keep_notes(in_parts(self.notes, parts)).starts) > 0

    def keep_notes(self, keep: BoolArray) -> PhraseSet:
        """Return the phrases with only some notes, given by a mask over `notes`."""
        total = np.concatenate([[0], np.cumsum(keep)])
        return replace(self, notes=self.notes[keep], starts=total[self.starts])

    def save(self, path: str | Path) -> None:
        """Write an ``.npz`` with an array for each field of the notes, completely or not at all."""
        columns = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "notes"}
        columns |= {name: self.notes[name] for name in _FIELDS}
        with atomic_write(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, **columns)

    @classmethod
    def load(cls, path: str | Path) -> PhraseSet:
        """Read a file that `save` wrote; raise `MusicError` if it is missing or another kind."""
        path = Path(path)
        try:
            with np.load(path, allow_pickle=False) as file:
                notes = np.zeros(len(file["onset"]), NOTE)
                for name in _FIELDS:
                    notes[name] = file[name]
                names = [f.name for f in fields(cls) if f.name != "notes"]
                # Files from before styles and sections were kept have none.
                needed = [name for name in names if name in file or name not in _LABELS]
                columns = {name: file[name] for name in needed}
                for name in _LABELS:
                    columns.setdefault(name, np.full(len(columns["source"]), "", np.str_))
        except FileNotFoundError:
            raise MusicError(
                f"{path} is missing: make it with `python -m musegen corpus`"
            ) from None
        except DAMAGED_ARRAYS:
            raise MusicError(
                f"{path.name} does not contain phrases: make it with `python -m musegen corpus`"
            ) from None
        return cls(notes=notes, **columns)
