"""A phrase: two bars of 4/4, what one latent stands for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np

from musegen.music.feel import Feel
from musegen.music.notes import DRUMS, NOTE, STEPS_PER_PHRASE, part_index, sort_notes

__all__ = ["DEFAULT_TEMPO", "Phrase"]

DEFAULT_TEMPO = 96.0  # between the medians of the training songs (78) and drum performances (110)


@dataclass(frozen=True, eq=False)
class Phrase:
    """Two bars of 4/4.

    Attributes
    ----------
    notes : numpy.ndarray
        Dtype `musegen.music.notes.NOTE`; onsets from 0 to 31. A duration may reach past the end
        of the phrase: such a note goes on sounding in the next one.
    key : int
        Semitones from C up to the tonic of the major key (or of a minor key's relative major),
        from -5 (G) to 6 (F sharp). 0 is C major and A minor.
    tempo : float
        Quarter notes a minute.
    feel : Feel
        How it is played: swing, and the players' timing.
    """

    notes: np.ndarray = field(default_factory=lambda: np.zeros(0, NOTE))
    key: int = 0
    tempo: float = DEFAULT_TEMPO
    feel: Feel = field(default_factory=Feel)

    def __post_init__(self) -> None:
        notes = sort_notes(np.asarray(self.notes, NOTE))
        if len(notes) and not (
            notes["onset"].min() >= 0 and notes["onset"].max() < STEPS_PER_PHRASE
        ):
            raise ValueError(f"a phrase's onsets lie from 0 to {STEPS_PER_PHRASE - 1}")
        notes.flags.writeable = False
        object.__setattr__(self, "notes", notes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Phrase):
            return NotImplemented
        return (
            self.key == other.key
            and self.tempo == other.tempo
            and self.feel == other.feel
            and np.array_equal(self.notes, other.notes)
        )

    def __len__(self) -> int:
        return len(self.notes)

    def __repr__(self) -> str:
        return f"<Phrase: {len(self)} notes>"

    def only(self, parts: Collection[str]) -> Phrase:
        """The same phrase with the notes of some parts alone."""
        keep = np.isin(self.notes["part"], [part_index(part) for part in parts])
        return replace(self, notes=self.notes[keep])

    def to_key(self, key: int) -> Phrase:
        """The same phrase moved to another key; drums stay as they are.

        Parameters
        ----------
        key : int
            As in `Phrase.key`. The notes move by ``key - self.key`` semitones; one that would
            leave the MIDI range moves an octave back into it.
        """
        notes = self.notes.copy()
        pitched = notes["part"] != DRUMS
        pitch = notes["pitch"][pitched] + (key - self.key)
        pitch[pitch < 0] += 12
        pitch[pitch > 127] -= 12
        notes["pitch"][pitched] = pitch
        return replace(self, notes=notes, key=key)
