"""A phrase: two bars of 4/4 or less, the unit that the model encodes to one latent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np

from musegen.limits import DEFAULT_TEMPO
from musegen.music.feel import Feel
from musegen.music.meters import COMMON_TIME, Meter
from musegen.music.notes import (
    BARS_PER_PHRASE,
    BEATS_PER_PHRASE,
    NOTE,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    IntArray,
    NoteArray,
    in_parts,
    sort_notes,
    transpose_notes,
)

__all__ = ["Phrase"]


@dataclass(frozen=True, eq=False)
class Phrase:
    """Two bars of 16 steps each, all of them used in 4/4.

    Attributes
    ----------
    notes : numpy.ndarray
        Dtype `musegen.music.notes.NOTE`, read-only; onsets from 0 to 31. A note may end after the
        end of the phrase: it goes on sounding in the next one.
    key : int
        Semitones from C to the tonic of the major key (or of a minor key's relative major), from
        -5 (G) to 6 (F sharp). 0 is C major and A minor.
    tempo : float
        Quarter notes a minute.
    feel : Feel
        Swing and the timing of the players.
    beat_lengths : tuple of float
        Length of each of the eight quarters relative to the mean of those that the meters use,
        where the tempo changes within the phrase; empty where it does not.
    meters : tuple of Meter
        Two: how many of the 16 steps of each bar are used, and by which meter.
    """

    notes: NoteArray = field(default_factory=lambda: np.zeros(0, NOTE))
    key: int = 0
    tempo: float = DEFAULT_TEMPO
    feel: Feel = field(default_factory=Feel)
    beat_lengths: tuple[float, ...] = ()
    meters: tuple[Meter, Meter] = (COMMON_TIME, COMMON_TIME)

    def __post_init__(self) -> None:
        notes = sort_notes(np.asarray(self.notes, NOTE))
        if len(notes) and not (
            notes["onset"].min() >= 0 and notes["onset"].max() < STEPS_PER_PHRASE
        ):
            raise ValueError(f"the onsets of a phrase must be from 0 to {STEPS_PER_PHRASE - 1}")
        if len(self.meters) != BARS_PER_PHRASE:
            raise ValueError("a phrase has two meters")
        if self.beat_lengths:
            used = self.beat_steps / STEPS_PER_BEAT
            if (
                len(self.beat_lengths) != BEATS_PER_PHRASE
                or min(self.beat_lengths) <= 0
                or abs(used @ self.beat_lengths - used.sum()) > 0.01
            ):
                raise ValueError("the lengths of the eight beats must be over 0, and 1 in the mean")
        notes.flags.writeable = False
        object.__setattr__(self, "notes", notes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Phrase):
            return NotImplemented
        return (
            self.key == other.key
            and self.tempo == other.tempo
            and self.feel == other.feel
            and self.beat_lengths == other.beat_lengths
            and self.meters == other.meters
            and np.array_equal(self.notes, other.notes)
        )

    def __len__(self) -> int:
        return len(self.notes)

    def __repr__(self) -> str:
        return f"<Phrase: {len(self)} notes>"

    @property
    def beat_steps(self) -> IntArray:
        """How many steps of each of the eight quarters are used, 0 to 4; shape ``(8,)``."""
        bars = np.array([meter.steps for meter in self.meters])
        starts = np.arange(0, STEPS_PER_BAR, STEPS_PER_BEAT)
        return np.minimum(np.maximum(bars[:, None] - starts, 0), STEPS_PER_BEAT).ravel()

    def only(self, parts: Collection[str]) -> Phrase:
        """Return the phrase with only the notes of some parts."""
        return replace(self, notes=self.notes[in_parts(self.notes, parts)])

    def to_key(self, key: int) -> Phrase:
        """Return the phrase transposed to another key, given as in `Phrase.key`.

        Drums stay as they are; see `musegen.music.notes.transpose_notes`.
        """
        return replace(self, notes=transpose_notes(self.notes, key - self.key), key=key)
