"""A piece: phrases in order, with tempo, key and instruments."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musegen.limits import check_range
from musegen.midi import TICKS_PER_QUARTER, TimedTrack, build_midi, write_midi
from musegen.music.feel import Feel, play_times
from musegen.music.harmony import Chords, recognize_chords
from musegen.music.instruments import DEFAULT_PROGRAMS
from musegen.music.keys import wrap_key
from musegen.music.meters import COMMON_TIME, Meter, signatures
from musegen.music.notes import (
    BARS_PER_PHRASE,
    BEATS_PER_PHRASE,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    FloatArray,
    IntArray,
    NoteArray,
    part_index,
    sort_notes,
    tidy_notes,
)
from musegen.music.phrase import Phrase

if TYPE_CHECKING:
    import pretty_midi  # pyright: ignore[reportMissingTypeStubs]

__all__ = ["Piece"]

_TICKS_PER_STEP = TICKS_PER_QUARTER // STEPS_PER_BEAT

_Value = TypeVar("_Value")


@dataclass(frozen=True, eq=False)
class Piece:
    """Phrases in order: what is shown, played and saved.

    A piece does not change, so threads can share it: its arrays and mappings are read-only.

    Attributes
    ----------
    phrases : tuple of Phrase
        At least one. Each has its own key, tempo and feel, so that they can change within a piece.
    programs : mapping of str to int
        General MIDI program (0 to 127) of each part; of ``drums``, the drum kit.
    bars : int
        Length. The last phrase may be cut to its first bar. 0 means all bars of the phrases.
    path : mapping of str to numpy.ndarray, optional
        The latents that the piece was decoded from, by model (``song``, ``drums``), float32 of
        shape ``(phrases, latent_dim)``. None for music that no model made.
    changes : mapping of int to mapping of str to int
        Changes of instruments: for the phrase that each begins at, the new programs of some parts.

    Raises
    ------
    ValueError
        If there is no phrase, or the bars do not fit the phrases.
    MusicError
        If there is no such part or program.
    """

    phrases: tuple[Phrase, ...]
    programs: Mapping[str, int] = field(default_factory=lambda: DEFAULT_PROGRAMS)
    bars: int = 0
    path: Mapping[str, FloatArray] | None = None
    changes: Mapping[int, Mapping[str, int]] = field(default_factory=dict[int, Mapping[str, int]])

    def __post_init__(self) -> None:
        phrases = tuple(self.phrases)
        if not phrases:
            raise ValueError("a piece must have at least one phrase")
        bars = self.bars or BARS_PER_PHRASE * len(phrases)
        if math.ceil(bars / BARS_PER_PHRASE) != len(phrases):
            raise ValueError(f"{bars} bars do not fit {len(phrases)} phrases")
        for chosen in (self.programs, *self.changes.values()):
            _check_programs(chosen)
        programs = {**DEFAULT_PROGRAMS, **self.programs}
        changes = {at: MappingProxyType(dict(change)) for at, change in self.changes.items()}
        path = self.path and {name: _read_only(z) for name, z in self.path.items()}
        object.__setattr__(self, "phrases", phrases)
        object.__setattr__(self, "bars", bars)
        object.__setattr__(self, "programs", MappingProxyType(programs))
        object.__setattr__(self, "changes", MappingProxyType(changes))
        object.__setattr__(self, "path", path and MappingProxyType(path))

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
        notes: NoteArray,
        keys: Sequence[int],
        tempos: Sequence[float],
        programs: Mapping[str, int] | None = None,
        bars: int = 0,
        feels: Sequence[Feel] | None = None,
        beat_lengths: Sequence[tuple[float, ...]] | None = None,
        meters: Sequence[Meter] = (),
    ) -> Piece:
        """Cut notes into phrases.

        Parameters
        ----------
        notes : numpy.ndarray
            Dtype `NOTE`, onsets in steps from the start of the piece.
        keys, tempos : sequence
            One for each phrase.
        programs : mapping, optional
            As in `Piece.programs`.
        bars : int
            As in `Piece.bars`.
        feels : sequence of Feel, optional
            One for each phrase; straight and human if not given.
        beat_lengths : sequence of tuple of float, optional
            As in `Phrase.beat_lengths`, one for each phrase; equal if not given.
        meters : sequence of Meter
            One for each bar. If there are too few, the last one goes on.
        """
        meters = list(meters or [COMMON_TIME])
        while len(meters) < BARS_PER_PHRASE * len(keys):
            meters.append(meters[-1].following)
        feels = [Feel()] * len(keys) if feels is None else feels
        beat_lengths = [()] * len(keys) if beat_lengths is None else beat_lengths
        notes = sort_notes(notes)
        edges = np.arange(len(keys) + 1) * STEPS_PER_PHRASE
        rows = np.searchsorted(notes["onset"], edges)
        phrases: list[Phrase] = []
        for i, (key, tempo, feel, beats) in enumerate(
            zip(keys, tempos, feels, beat_lengths, strict=True)
        ):
            own = np.array(notes[rows[i] : rows[i + 1]])
            own["onset"] -= edges[i]
            own_meters = (meters[BARS_PER_PHRASE * i], meters[BARS_PER_PHRASE * i + 1])
            phrases.append(Phrase(own, int(key), float(tempo), feel, beats, own_meters))
        return cls(tuple(phrases), programs or DEFAULT_PROGRAMS, bars)

    @property
    def key(self) -> int:
        """Key of the first phrase, as in `Phrase.key`."""
        return self.phrases[0].key

    @property
    def keys(self) -> tuple[int, ...]:
        """Key of each phrase."""
        return tuple(phrase.key for phrase in self.phrases)

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
        """Length in steps, also those that the meters do not use."""
        return self.bars * STEPS_PER_BAR

    @property
    def meters(self) -> tuple[Meter, ...]:
        """The meter of each bar."""
        return tuple(meter for phrase in self.phrases for meter in phrase.meters)[: self.bars]

    @property
    def notes(self) -> NoteArray:
        """All notes, dtype `NOTE`, with onsets in steps from the start of the piece.

        No note is on a step that the meters do not use, or sounds past the end of the piece, or
        past the next onset of its pitch and part.
        """
        parts: list[NoteArray] = []
        for i, phrase in enumerate(self.phrases):
            notes = np.array(phrase.notes)
            notes["onset"] += i * STEPS_PER_PHRASE
            parts.append(notes)
        notes = np.concatenate(parts)
        notes = notes[notes["onset"] < self.steps]
        bar, step = np.divmod(notes["onset"], STEPS_PER_BAR)
        notes = notes[step < self._bar_steps()[bar]]
        notes["duration"] = np.minimum(notes["duration"], self.steps - notes["onset"])
        return tidy_notes(notes)

    @cached_property
    def chords(self) -> Chords:
        """The chord of each quarter, four in each bar, recognised from the notes.

        Quarters that the meter does not use repeat the chord before.
        """
        found = recognize_chords(self.notes, self.steps // STEPS_PER_BEAT)
        used = np.concatenate([phrase.beat_steps for phrase in self.phrases])[: len(found)]
        return found.held(used > 0)

    def play_times(self) -> tuple[FloatArray, FloatArray]:
        """Return when each of `notes` starts and ends, in fractional played steps.

        The MIDI file, the sound and the picture use these; see `musegen.music.feel.play_times` and
        `played_steps`.
        """
        feels = [
            phrase.feel
            if all(meter.has_quarter_beats for meter in phrase.meters)
            else replace(phrase.feel, swing=0.0)
            for phrase in self.phrases
        ]
        return play_times(self.notes, feels, self._bar_steps())

    def _bar_steps(self) -> IntArray:
        """Return the used steps of each bar, int64, shape ``(bars,)``."""
        return np.array([meter.steps for meter in self.meters])

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts that have notes, in the order of `PARTS`."""
        present = set(np.unique(self.notes["part"]).tolist())
        return tuple(name for i, name in enumerate(PARTS) if i in present)

    @property
    def seconds(self) -> float:
        """Length in seconds, without the decay of the last notes."""
        return float(self.seconds_at(self.played_steps(self.steps)))

    def played_steps(self, steps: ArrayLike) -> NDArray[np.float64]:
        """Convert positions in steps to played steps: without those that the meters do not use.

        In 4/4 both are equal. In 3/4 the second bar begins at step 16, but at played step 12.
        """
        position = np.asarray(steps, np.float64)
        length = self._bar_steps().astype(np.float64)
        bar = np.minimum(np.maximum(position // STEPS_PER_BAR, 0).astype(int), len(length) - 1)
        within = np.minimum(position - STEPS_PER_BAR * bar, length[bar])
        return (np.cumsum(length) - length)[bar] + within

    def seconds_at(self, steps: ArrayLike) -> NDArray[np.float64]:
        """Convert positions in (fractional) played steps from the start to seconds."""
        starts, tempos = self._beat_tempos()
        beats = np.diff(starts) / STEPS_PER_BEAT
        edges = np.concatenate([[0.0], np.cumsum(60 / tempos * beats)])
        position = np.asarray(steps, np.float64)
        index = np.searchsorted(starts, position, side="right") - 1
        index = np.minimum(np.maximum(index, 0), len(beats) - 1)
        share = (position - starts[index]) / (STEPS_PER_BEAT * beats[index])
        return edges[index] + share * np.diff(edges)[index]

    def _beat_tempos(self) -> tuple[IntArray, FloatArray]:
        """Return the tempo of each quarter of which steps are used, in quarter notes a minute.

        Returns
        -------
        starts : numpy.ndarray
            The played steps between which they lie, shape ``(n + 1,)``.
        tempos : numpy.ndarray
            Shape ``(n,)``.
        """
        used = np.concatenate([phrase.beat_steps for phrase in self.phrases])
        lengths = [phrase.beat_lengths or (1.0,) * BEATS_PER_PHRASE for phrase in self.phrases]
        tempos = np.array([phrase.tempo for phrase in self.phrases])
        tempos = (tempos[:, None] / np.array(lengths)).ravel()
        return np.concatenate([[0], np.cumsum(used[used > 0])]), tempos[used > 0]

    def programs_at(self, phrase: int) -> Mapping[str, int]:
        """Return the programs of all parts in a phrase, counted from 0."""
        programs = dict(self.programs)
        for start in sorted(self.changes):
            if start <= phrase:
                programs |= self.changes[start]
        return programs

    def first(self, bars: int) -> Piece:
        """Return the first `bars` bars of the piece, or all of it if it is not longer."""
        check_range(bars, "bars", 1, math.inf, whole=True)
        if bars >= self.bars:
            return self
        phrases = math.ceil(bars / BARS_PER_PHRASE)
        path = self.path and {name: z[:phrases] for name, z in self.path.items()}
        changes = {at: programs for at, programs in self.changes.items() if at < phrases}
        return replace(self, phrases=self.phrases[:phrases], bars=bars, path=path, changes=changes)

    def only(self, parts: Collection[str]) -> Piece:
        """Return the piece with only some parts."""
        return replace(self, phrases=tuple(phrase.only(parts) for phrase in self.phrases))

    def to_key(self, key: int) -> Piece:
        """Return the piece transposed so that its first phrase is in `key`; key changes stay."""
        shift = key - self.key
        moved = tuple(p.to_key(wrap_key(p.key + shift)) for p in self.phrases)
        return replace(self, phrases=moved)

    def with_tempo(self, tempo: float) -> Piece:
        """Return the piece with its first phrase at `tempo`; tempo changes stay in proportion."""
        ratio = tempo / self.tempo
        return replace(self, phrases=tuple(replace(p, tempo=p.tempo * ratio) for p in self.phrases))

    def with_feel(self, feel: Feel) -> Piece:
        """Return the piece with this feel in all phrases."""
        return replace(self, phrases=tuple(replace(p, feel=feel) for p in self.phrases))

    def with_programs(self, programs: Mapping[str, int]) -> Piece:
        """Return the piece with other programs for some parts, from the beginning to the end."""
        changes = {
            at: {part: program for part, program in change.items() if part not in programs}
            for at, change in self.changes.items()
        }
        changes = {at: change for at, change in changes.items() if change}
        return replace(self, programs={**self.programs, **programs}, changes=changes)

    def to_pretty_midi(self) -> pretty_midi.PrettyMIDI:
        """Return the piece as a `pretty_midi.PrettyMIDI` with a track for each part with notes.

        A part that changes its instrument has a track for each instrument.
        """
        bars = self.played_steps(np.arange(0, self.steps, STEPS_PER_BAR))
        starts, tempos = self._beat_tempos()
        found = signatures(self.meters)
        return build_midi(
            self._midi_tracks(),
            _changes_of(starts[:-1], tempos.tolist()),
            _changes_of(bars[::BARS_PER_PHRASE], [phrase.key % 12 for phrase in self.phrases]),
            _changes_of(bars[[bar for bar, *_ in found]], [meter[1:] for meter in found]),
            length=(len(self) + 1) * STEPS_PER_PHRASE * _TICKS_PER_STEP,
        )

    def write_midi(self, path: str | Path, tag: str | None = None) -> None:
        """Write a Standard MIDI File completely or not at all.

        Parameters
        ----------
        path : str or Path
        tag : str, optional
            A text to store in the file; see `musegen.midi.write.write_midi`.

        Raises
        ------
        FileError
            If the file cannot be written.
        """
        write_midi(self.to_pretty_midi(), path, tag)

    def _midi_tracks(self) -> Iterable[TimedTrack]:
        notes = self.notes
        start, end = (np.round(t * _TICKS_PER_STEP).astype(np.int64) for t in self.play_times())
        programs = [self.programs_at(i) for i in range(len(self))]
        for part in self.parts:
            own = np.flatnonzero(notes["part"] == PARTS.index(part))
            phrase = notes["onset"][own] // STEPS_PER_PHRASE
            program_of_note = np.array([programs[int(i)][part] for i in phrase])
            for program in dict.fromkeys(program_of_note.tolist()):
                rows = own[program_of_note == program]
                yield TimedTrack(
                    part,
                    program,
                    part == "drums",
                    start[rows],
                    end[rows],
                    notes["pitch"][rows],
                    notes["velocity"][rows],
                )


def _check_programs(programs: Mapping[str, int]) -> None:
    for part, program in programs.items():
        part_index(part)
        check_range(program, f"the program of {part}", 0, 127, whole=True)


def _read_only(array: FloatArray) -> FloatArray:
    """Return the array itself if it is read-only, else a read-only copy."""
    if array.flags.writeable:
        array = np.array(array)
        array.flags.writeable = False
    return array


def _changes_of(steps: FloatArray | IntArray, values: Sequence[_Value]) -> list[tuple[int, _Value]]:
    """Return the tick and the value of the first, and of each that differs from the last.

    Parameters
    ----------
    steps : numpy.ndarray
        The played step at which each value begins.
    values : sequence
    """
    ticks: list[int] = (steps * _TICKS_PER_STEP).astype(int).tolist()
    changes: list[tuple[int, _Value]] = []
    for tick, value in zip(ticks, values, strict=True):
        if not changes or value != changes[-1][1]:
            changes.append((tick, value))
    return changes
