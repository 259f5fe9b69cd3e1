"""Keys, meters, pick-ups and tempos of a file, in phrases of the piece."""

from __future__ import annotations

import numpy as np
import pretty_midi

from musegen.music.keys import estimate_key, key_fits, wrap_key
from musegen.music.notes import (
    BARS_PER_PHRASE,
    BEATS_PER_PHRASE,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    NoteArray,
)
from musegen.reading.bars import Bars
from musegen.reading.grid import Grid, map_grid

__all__ = [
    "PLAYED_TEMPOS",
    "file_keys",
    "find_keys",
    "list_meters",
    "phrase_tempos",
    "pickup_steps",
]

# A file's key is used unless it fits the notes worse than the best key by so much. Programs write C
# major if nobody chose a key, so another key is believed sooner: neighbours on the circle of fifths
# fit worse by about .3.
_C_MAJOR = 0  # pretty_midi's number
_MARGIN, _CHOSEN_MARGIN = 0.15, 0.5
PLAYED_TEMPOS = (10, 960)  # quarter notes a minute; others are errors of the file
_SHORTEST_CHANGE = 0.001  # seconds: shorter deviations from a steady tempo cannot be heard
_DECIMALS = 4  # of a beat's relative length: with all eight, less than a millisecond


def file_keys(midi: pretty_midi.PrettyMIDI, notes: NoteArray, phrases: int) -> list[int]:
    """Return the key of each phrase of a file on its own grid; see `find_keys`."""
    return find_keys(midi, notes, phrases, map_grid(midi), Bars())[0]


def find_keys(
    midi: pretty_midi.PrettyMIDI, notes: NoteArray, phrases: int, grid: Grid, bars: Bars
) -> tuple[list[int], str]:
    """Find the key of each phrase: the file's if it fits the notes, else the key that fits best.

    Returns
    -------
    keys : list of int
        As in `Phrase.key`.
    source : str
        ``"file"`` or ``"notes"``.
    """
    signed = _signed_keys(midi, phrases, grid, bars)
    fits = key_fits(notes)
    best = estimate_key(notes)
    if signed is None:
        return [best] * phrases, "notes"
    is_chosen = any(change.key_number != _C_MAJOR for change in midi.key_signature_changes)
    margin = _CHOSEN_MARGIN if is_chosen else _MARGIN
    if len(set(signed)) > 1 or fits[signed[0] + 5] >= fits[best + 5] - margin:
        return signed, "file"
    return [best] * phrases, "notes"


def _signed_keys(
    midi: pretty_midi.PrettyMIDI, phrases: int, grid: Grid, bars: Bars
) -> list[int] | None:
    """Return the key of each phrase by the file's key signatures; None if it has none."""
    changes = sorted(midi.key_signature_changes, key=lambda change: change.time)
    if not changes:
        return None
    position = grid.positions([change.time for change in changes])
    middle = bars.bar_starts(BARS_PER_PHRASE * phrases)[::BARS_PER_PHRASE] + 0.5
    index = np.maximum(0, np.searchsorted(position, middle, side="right") - 1)
    # pretty_midi numbers keys from 0 to 11 for major from C, and from 12 to 23 for minor from C.
    numbers = [change.key_number for change in changes]
    keys = [wrap_key(number if number < 12 else number + 3) for number in numbers]
    return [keys[i] for i in index]


def pickup_steps(midi: pretty_midi.PrettyMIDI, grid: Grid) -> int:
    """Return the length of an incomplete first bar in steps; 0 if there is none.

    Notation programs write it as a bar of a shorter meter, or start the meter after it.
    """
    meters = sorted(midi.time_signature_changes, key=lambda meter: meter.time)
    starts = grid.positions([meter.time for meter in meters])
    later = np.flatnonzero(starts > 0)
    if not len(later):
        return 0
    bar_line = starts[later[0]]
    if later[0]:
        before, after = (
            STEPS_PER_BAR * meters[i].numerator / meters[i].denominator
            for i in (later[0] - 1, later[0])
        )
        # A meter that returns is one of the piece.
        same = (meters[0].numerator, meters[0].denominator)
        returns = same in [(meters[i].numerator, meters[i].denominator) for i in later]
        if bar_line != before or before >= after or returns:
            return 0
    return int(bar_line) if bar_line < STEPS_PER_BAR and bar_line % 1 == 0 else 0


def list_meters(midi: pretty_midi.PrettyMIDI, skip: int = 0) -> tuple[str, ...]:
    """Return the different meters of a file, such as ``3/4``, without the first `skip` changes."""
    changes = sorted(midi.time_signature_changes, key=lambda meter: meter.time)[skip:]
    meters = sorted({(meter.numerator, meter.denominator) for meter in changes})
    return tuple(f"{beats}/{unit}" for beats, unit in meters)


def phrase_tempos(
    grid: Grid, phrases: int, bars: Bars
) -> tuple[list[float], list[tuple[float, ...]], tuple[float, ...]]:
    """Return the tempo of each phrase and the lengths of its beats, from a grid.

    Returns
    -------
    tempos : list of float
        Mean tempo of each phrase, quarter notes a minute.
    beat_lengths : list of tuple of float
        As in `musegen.music.Phrase.beat_lengths`.
    clamped : tuple of float
        The tempos of the file that are out of range and not played; rising.
    """
    count = phrases * BARS_PER_PHRASE
    steps = np.append(bars.beat_starts(count), bars.bar_starts(count + 1)[-1])
    beats = np.diff(steps) / STEPS_PER_BEAT  # the meters do not use all
    used = beats > 0
    seconds = np.diff(grid.times(steps))
    lengths = np.divide(seconds, beats, out=np.zeros(len(beats)), where=used)
    slowest, fastest = PLAYED_TEMPOS
    clipped = np.clip(lengths, 60 / fastest, 60 / slowest)
    wrong = used & (np.abs(clipped - lengths) * beats > _SHORTEST_CHANGE)
    clamped = np.unique((60 / lengths[wrong]).round(2))
    shape = (phrases, BEATS_PER_PHRASE)
    clipped, beats, used = clipped.reshape(shape), beats.reshape(shape), used.reshape(shape)
    mean = np.sum(clipped * beats, axis=1, keepdims=True) / beats.sum(1, keepdims=True)
    drift = np.abs(np.cumsum((clipped - mean) * beats, axis=1)).max(1)
    relative = np.where(used, clipped / mean, 1.0).round(_DECIMALS)
    beat_lengths = [
        tuple(row) if much else ()
        for row, much in zip(relative.tolist(), drift > _SHORTEST_CHANGE, strict=True)
    ]
    return (60 / mean[:, 0]).tolist(), beat_lengths, tuple(clamped.tolist())
