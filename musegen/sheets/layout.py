"""How notes are laid out on paper: bars, voices, and values that a reader takes in at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from musegen.music import Piece
from musegen.music.meters import signatures
from musegen.music.notes import (
    BARS_PER_PHRASE,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    IntArray,
)

__all__ = ["Bar", "Chord", "Symbol", "bars_of", "fill_bar", "find_voices", "part_chords"]

# In steps: values that are one note on paper, dotted ones too.
_VALUES = (16, 12, 8, 6, 4, 3, 2, 1)


@dataclass(frozen=True)
class Bar:
    """A bar on paper, which the meter may make longer or shorter than a bar of the piece.

    Attributes
    ----------
    start, steps : int
        In played steps (`Piece.played_steps`).
    beats, unit : int
        The time signature: 3 and 4 in 3/4.
    phrase : int
        The phrase that it begins in, from 0.
    """

    start: int
    steps: int
    beats: int
    unit: int
    phrase: int

    @property
    def beat(self) -> int:
        """The steps that are written as one group: a quarter, or a dotted one in 6/8."""
        is_compound = self.unit >= 8 and self.beats > 3 and self.beats % 3 == 0
        return 3 * STEPS_PER_BAR // self.unit if is_compound else STEPS_PER_BEAT


@dataclass(frozen=True)
class Chord:
    """Notes that start and end together, in played steps; one note is a chord too."""

    start: int
    end: int
    pitches: tuple[int, ...]


@dataclass(frozen=True)
class Symbol:
    """A note, chord or rest on paper.

    Attributes
    ----------
    at, steps : int
        From the start of the bar, and the length.
    pitches : tuple of int
        Nothing for a rest.
    is_tied_from, is_tied_to : bool
        Whether a tie comes from the symbol before, and goes to the next one.
    """

    at: int
    steps: int
    pitches: tuple[int, ...] = ()
    is_tied_from: bool = False
    is_tied_to: bool = False


def bars_of(piece: Piece) -> list[Bar]:
    """Return the bars of a piece as they are written, in its meters."""
    found = signatures(piece.meters)
    edges = [*(STEPS_PER_BAR * slot for slot, *_ in found), piece.steps]
    starts: list[int] = piece.played_steps(np.array(edges)).astype(int).tolist()
    bars: list[Bar] = []
    for (slot, beats, unit), start, end in zip(found, starts[:-1], starts[1:], strict=True):
        count = max(1, (end - start) * unit // (beats * STEPS_PER_BAR))  # two of 2/4 share a slot
        steps = (end - start) // count
        bars += [
            Bar(start + i * steps, steps, beats, unit, slot // BARS_PER_PHRASE)
            for i in range(count)
        ]
    return bars


def part_chords(piece: Piece, part: str, bars: Sequence[Bar]) -> list[Chord]:
    """Return the notes of a part, those that start and end together as one.

    A hit of the drums has no length of its own: it is written up to the next one, or to the end of
    its beat.
    """
    notes = piece.notes
    notes = notes[notes["part"] == PARTS.index(part)]
    start = piece.played_steps(notes["onset"]).astype(int)
    end = piece.played_steps(notes["onset"] + notes["duration"]).astype(int)
    end = np.maximum(end, start + 1)
    if part == "drums":
        end = _ends_of_hits(start, bars)
    groups: dict[tuple[int, int], set[int]] = {}
    for key, pitch in zip(
        zip(start.tolist(), end.tolist(), strict=True), notes["pitch"].tolist(), strict=True
    ):
        groups.setdefault(key, set()).add(pitch)
    # Of those that start together the longest comes first: it has the first voice.
    order = sorted(groups, key=lambda key: (key[0], -key[1]))
    return [Chord(*key, tuple(sorted(groups[key]))) for key in order]


def _ends_of_hits(start: IntArray, bars: Sequence[Bar]) -> IntArray:
    edges = [bar.start + at for bar in bars for at in range(0, bar.steps, bar.beat)]
    edges.append(bars[-1].start + bars[-1].steps)
    stops = np.unique(np.concatenate([start, np.array(edges)]))
    return stops[np.searchsorted(stops, start, side="right")]


def find_voices(chords: Sequence[Chord]) -> list[list[Chord]]:
    """Part chords that overlap into voices, as few as possible."""
    voices: list[list[Chord]] = []
    for chord in chords:
        free = next((voice for voice in voices if voice[-1].end <= chord.start), None)
        if free is None:
            voices.append([chord])
        else:
            free.append(chord)
    return voices


def fill_bar(voice: Sequence[Chord], bar: Bar) -> list[Symbol]:
    """Return what a voice has in a bar, with rests where it is silent; nothing if it always is."""
    symbols: list[Symbol] = []
    at, end = bar.start, bar.start + bar.steps
    for chord in voice:
        start, stop = max(chord.start, bar.start), min(chord.end, end)
        if start >= stop:
            continue
        symbols += _values(at, start, bar)
        values = list(_values(start, stop, bar))
        for i, symbol in enumerate(values):
            symbols.append(
                replace(
                    symbol,
                    pitches=chord.pitches,
                    is_tied_from=i > 0 or start > chord.start,
                    is_tied_to=i < len(values) - 1 or stop < chord.end,
                )
            )
        at = stop
    return [*symbols, *_values(at, end, bar)] if symbols else []


def _values(start: int, stop: int, bar: Bar) -> Iterator[Symbol]:
    """Part a time within a bar into values that show where the beats are."""
    at, left = start - bar.start, stop - start
    while left > 0:
        within = at % bar.beat
        if within == 0:
            limit = left
        elif bar.beat == STEPS_PER_BEAT and within == 2 and left == STEPS_PER_BEAT:
            limit = left  # a quarter on an offbeat: syncopation that everybody reads
        else:
            limit = min(left, bar.beat - within)
        steps = next(value for value in _VALUES if value <= limit and _is_plain(value, at, bar))
        yield Symbol(at, steps)
        at += steps
        left -= steps


def _is_plain(steps: int, at: int, bar: Bar) -> bool:
    """Whether one note of this length shows the beats it covers."""
    if bar.beat != STEPS_PER_BEAT:
        return steps % bar.beat == 0 or steps < bar.beat
    # What is longer than a quarter does not begin late in the bar's half and cross its middle.
    has_middle = bar.steps == STEPS_PER_BAR and bar.unit == 4
    return not (has_middle and at == STEPS_PER_BEAT and steps > 2 * STEPS_PER_BEAT)
