"""A piece: phrases in order, with tempo, key and instruments."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from musegen.music.feel import Feel, played
from musegen.music.instruments import DEFAULT_PROGRAMS
from musegen.music.notes import (
    BARS_PER_PHRASE,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    sort_notes,
    tidy_notes,
)
from musegen.music.phrase import Phrase

if TYPE_CHECKING:
    import pretty_midi

__all__ = ["Piece"]


@dataclass(frozen=True, eq=False)
class Piece:
    """Phrases in order: what is seen, heard and saved.

    Attributes
    ----------
    phrases : tuple of Phrase
        At least one. Each carries its own key, tempo and feel, so that a morph can move them.
    programs : mapping of str to int
        General MIDI program (0 to 127) of each part; of ``drums``, the drum kit's.
    bars : int
        Length; the last phrase may be cut to its first bar. 0 means all of the phrases.
    path : mapping of str to numpy.ndarray, optional
        The latents it was decoded from, by model (``song``, ``drums``), each of shape
        ``(phrases, latent_dim)``, float32. None for music that came from elsewhere.
    changes : mapping of int to mapping of str to int
        Programs that take over on the way: by the phrase they begin at, those of some parts.
    """

    phrases: tuple[Phrase, ...]
    programs: Mapping[str, int] = field(default_factory=lambda: DEFAULT_PROGRAMS)
    bars: int = 0
    path: Mapping[str, np.ndarray] | None = None
    changes: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        phrases = tuple(self.phrases)
        if not phrases:
            raise ValueError("a piece has at least one phrase")
        full = BARS_PER_PHRASE * len(phrases)
        bars = self.bars or full
        if math.ceil(bars / BARS_PER_PHRASE) != len(phrases):
            raise ValueError(f"{bars} bars do not fit {len(phrases)} phrases")
        object.__setattr__(self, "phrases", phrases)
        object.__setattr__(self, "bars", bars)
        object.__setattr__(
            self, "programs", MappingProxyType({**DEFAULT_PROGRAMS, **self.programs})
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Piece):
            return NotImplemented
        return (
            self.phrases == other.phrases
            and self.programs == other.programs
            and self.bars == other.bars
            and self.changes == other.changes
        )

    def __len__(self) -> int:
        return len(self.phrases)

    def __repr__(self) -> str:
        parts = ", ".join(self.parts) or "silence"
        return f"<Piece: {self.bars} bars at {self.tempo:g} bpm, {len(self.notes)} notes: {parts}>"

    @classmethod
    def from_notes(
        cls,
        notes: np.ndarray,
        keys: Sequence[int],
        tempos: Sequence[float],
        programs: Mapping[str, int] | None = None,
        bars: int = 0,
        feels: Sequence[Feel] | None = None,
    ) -> Piece:
        """Cut notes with onsets from the start of the piece into phrases.

        Parameters
        ----------
        notes : numpy.ndarray
            Dtype `NOTE`, onsets in steps from the start of the piece.
        keys, tempos : sequence
            One for each phrase; their length is the number of phrases.
        programs : mapping, optional
            As in `Piece.programs`.
        bars : int
            As in `Piece.bars`.
        feels : sequence of Feel, optional
            One for each phrase; the usual one if not given.
        """
        feels = [Feel()] * len(keys) if feels is None else feels
        notes = sort_notes(notes)
        edges = np.arange(len(keys) + 1) * STEPS_PER_PHRASE
        rows = np.searchsorted(notes["onset"], edges)
        phrases = []
        for i, (key, tempo, feel) in enumerate(zip(keys, tempos, feels, strict=True)):
            own = notes[rows[i] : rows[i + 1]].copy()
            own["onset"] -= edges[i]
            phrases.append(Phrase(own, int(key), float(tempo), feel))
        return cls(tuple(phrases), programs or DEFAULT_PROGRAMS, bars)

    @property
    def key(self) -> int:
        """Key of the first phrase, as in `Phrase.key`."""
        return self.phrases[0].key

    @property
    def tempo(self) -> float:
        """Tempo of the first phrase, in quarter notes a minute."""
        return self.phrases[0].tempo

    @property
    def feel(self) -> Feel:
        """Feel of the first phrase."""
        return self.phrases[0].feel

    @property
    def steps(self) -> int:
        """Length in steps."""
        return self.bars * STEPS_PER_BAR

    @property
    def notes(self) -> np.ndarray:
        """All notes, dtype `NOTE`, with onsets in steps from the start of the piece.

        No note sounds past the end of the piece, or past the next onset of its pitch and part.
        """
        parts = []
        for i, phrase in enumerate(self.phrases):
            notes = phrase.notes.copy()
            notes["onset"] += i * STEPS_PER_PHRASE
            parts.append(notes)
        notes = np.concatenate(parts)
        notes = notes[notes["onset"] < self.steps]
        notes["duration"] = np.minimum(notes["duration"], self.steps - notes["onset"])
        return tidy_notes(notes)

    def played(self) -> tuple[np.ndarray, np.ndarray]:
        """When the notes are heard: what is in the MIDI file, in the sound and in the picture.

        Returns
        -------
        start, end : numpy.ndarray
            In steps from the start of the piece, fractions of them too, float64; one for each of
            `notes`, in the same order. More in `musegen.music.feel.played`.
        """
        return played(self.notes, [phrase.feel for phrase in self.phrases], self.steps)

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts that have notes, in the order of `PARTS`."""
        present = set(np.unique(self.notes["part"]).tolist())
        return tuple(name for i, name in enumerate(PARTS) if i in present)

    @property
    def seconds(self) -> float:
        """Length in seconds, without the release of the last notes."""
        return float(self.seconds_at(self.steps))

    def seconds_at(self, steps: float | np.ndarray) -> np.ndarray:
        """Time of a position.

        Parameters
        ----------
        steps : float or array
            Positions in steps from the start, fractions allowed.

        Returns
        -------
        numpy.ndarray
            Seconds, float64, of the same shape.
        """
        length = [STEPS_PER_PHRASE * 60 / (STEPS_PER_BEAT * p.tempo) for p in self.phrases]
        starts = np.concatenate([[0.0], np.cumsum(length)])
        position = np.asarray(steps, np.float64) / STEPS_PER_PHRASE
        index = np.clip(np.floor(position).astype(int), 0, len(self) - 1)
        return starts[index] + (position - index) * np.asarray(length)[index]

    def programs_at(self, phrase: int) -> Mapping[str, int]:
        """Programs of all parts in a phrase, counted from 0."""
        programs = dict(self.programs)
        for start in sorted(self.changes):
            if start <= phrase:
                programs |= self.changes[start]
        return programs

    def first(self, bars: int) -> Piece:
        """The beginning of the piece, `bars` long; all of it where it is not longer."""
        if bars >= self.bars:
            return self
        phrases = math.ceil(bars / BARS_PER_PHRASE)
        path = self.path and {name: z[:phrases] for name, z in self.path.items()}
        changes = {at: programs for at, programs in self.changes.items() if at < phrases}
        return replace(self, phrases=self.phrases[:phrases], bars=bars, path=path, changes=changes)

    def only(self, parts: Collection[str]) -> Piece:
        """The same piece with some parts alone."""
        return replace(self, phrases=tuple(phrase.only(parts) for phrase in self.phrases))

    def to_key(self, key: int) -> Piece:
        """The same piece moved so that its first phrase is in `key`; key changes within it stay."""
        shift = key - self.key
        moved = tuple(p.to_key((p.key + shift + 5) % 12 - 5) for p in self.phrases)
        return replace(self, phrases=moved)

    def with_tempo(self, tempo: float) -> Piece:
        """The same piece with its first phrase at `tempo`; changes within it stay in proportion."""
        ratio = tempo / self.tempo
        return replace(self, phrases=tuple(replace(p, tempo=p.tempo * ratio) for p in self.phrases))

    def with_feel(self, feel: Feel) -> Piece:
        """The same piece with all of its phrases played like this."""
        return replace(self, phrases=tuple(replace(p, feel=feel) for p in self.phrases))

    def with_programs(self, programs: Mapping[str, int]) -> Piece:
        """The same piece with other instruments for the parts named, from beginning to end."""
        changes = {
            at: {part: program for part, program in change.items() if part not in programs}
            for at, change in self.changes.items()
        }
        changes = {at: change for at, change in changes.items() if change}
        return replace(self, programs={**self.programs, **programs}, changes=changes)

    def to_pretty_midi(self) -> pretty_midi.PrettyMIDI:
        """The piece as a `pretty_midi.PrettyMIDI`, a track for each part that has notes."""
        from musegen.midi import to_pretty_midi

        return to_pretty_midi(self)

    def write_midi(self, path: str | Path, tag: str | None = None) -> None:
        """Write a Standard MIDI File, whole or not at all; `tag` is a text that it carries."""
        from musegen.midi import write_midi

        write_midi(self, path, tag)
