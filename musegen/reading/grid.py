"""The grid of steps that notes are placed on: from the tempo map, or found from the notes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pretty_midi
from numpy.typing import ArrayLike

from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_BEAT
from musegen.reading.bar_line import find_bar_line
from musegen.reading.beats import find_beats
from musegen.reading.onsets import Onsets

__all__ = ["Grid", "choose_grid", "find_grid", "grid_fit", "map_grid"]

# How well onsets fit a grid is the mean cosine of their position within a step: 1 if all are on
# steps, 0 by chance (with standard deviation 1 / sqrt(2 n)), -1 if all are halfway between steps.
# The default tempo of MIDI, which nobody chose, is accepted from this fit on. A tempo that the file
# sets is accepted unless the fit could be chance: Groove's drummers, who heard a click, fit no
# better.
_GOOD_FIT = 0.2
_CHANCE = 2.0  # standard deviations of the fit by chance
_DEFAULT_TEMPO = 120.0
# A tempo map with the right tempo may start beside the beat: then the onsets agree on a position
# within the step. They do in nine of ten of POP909's songs, and with no wrong tempo. A quarter of a
# step or less is the player's timing and not another start.
_AGREEMENT = 0.5
_MAX_LATENESS = 0.25
# A found grid adapts a little to any notes: random onsets reached a fit of .34 at most, POP909's
# songs .48 at least and .94 in the median.
_FOUND_FIT = 0.45
_FEWEST_ONSETS = 32  # fewer fit some grid by chance
# Divisions of a step into which nobody plays so exactly: thirty-second triplets, quintuplets, and
# notes of a 128th. They have the longer notes in them.
_FINE_DIVISIONS = (3, 5, 8)
_EXACT_FIT = 0.9
_LONGEST = 2 * 3600.0  # seconds: longer files are refused later, and the search needs much memory
# Quarter notes a minute: half or double of a found tempo is offered if it is within this range.
_SLOWEST, _FASTEST = 40.0, 220.0


@dataclass(frozen=True, eq=False)
class Grid:
    """The times of the steps, by linear interpolation and extrapolation of some points.

    Attributes
    ----------
    seconds, steps : numpy.ndarray
        The points, both float64 of shape ``(points,)``, at least two, rising.
    source : str
        ``"map"``: the file's tempo map; ``"shifted"``: the tempo map, shifted so that the notes are
        on steps; ``"found"``: found from the notes; ``"unknown"``: the tempo map, though the notes
        do not fit it, because no other beat was found.
    ticks : float
        Ticks of the file in a step: positions are rounded to ticks. 0 means no rounding.
    """

    seconds: np.ndarray
    steps: np.ndarray
    source: str = "map"
    ticks: float = 0.0

    def positions(self, seconds: ArrayLike) -> np.ndarray:
        """Convert times to positions in fractional steps, float64."""
        steps = _interpolate(np.asarray(seconds, np.float64), self.seconds, self.steps)
        return np.rint(steps * self.ticks) / self.ticks if self.ticks else steps

    def times(self, steps: ArrayLike) -> np.ndarray:
        """Convert positions in steps to times in seconds, float64."""
        return _interpolate(np.asarray(steps, np.float64), self.steps, self.seconds)

    @property
    def factors(self) -> tuple[float, ...]:
        """The factors (of 0.5, 1 and 2) that an estimated tempo can be multiplied by, or 1."""
        if self.source not in ("found", "unknown"):
            return (1.0,)
        step_rates = np.diff(self.steps) / np.diff(self.seconds)
        tempo = float(np.median(step_rates)) * 60 / STEPS_PER_BEAT
        return tuple(f for f in (0.5, 1.0, 2.0) if f == 1 or _SLOWEST <= f * tempo <= _FASTEST)

    def at_tempo(self, factor: float, onsets: Onsets) -> Grid:
        """Return the grid at half or double the tempo, with the bar lines found again.

        Parameters
        ----------
        factor : float
            One of `factors`.
        onsets : Onsets
            All notes of the file.
        """
        if factor == 1:
            return self
        steps = self.steps
        if factor < 1:
            # Of every two steps, keep the one on which more notes start.
            odd = np.rint(self.positions(onsets.start)).astype(int) % 2
            steps = steps - (np.mean(odd) > 0.5 if len(odd) else 0)
        return _start_at_first_bar(replace(self, steps=steps * factor, ticks=0.0), onsets)

    def on_beats(self, beats: np.ndarray) -> Grid:
        """Return the grid with tempo changes on beats alone, as pieces have them.

        Parameters
        ----------
        beats : numpy.ndarray
            The steps of the beats, rising, to the first beat after the last note.
        """
        near = np.rint(self.steps)
        on_beat = (np.abs(self.steps - near) < 1e-6) & np.isin(near, beats)
        inside = (self.steps > beats[0]) & (self.steps < beats[-1])
        if on_beat[inside].all():
            return self
        # The file's ticks are not on steps of this grid where its tempo changes within a beat.
        return replace(self, seconds=self.times(beats), steps=beats.astype(np.float64), ticks=0.0)

    def moved(self, steps: float, source: str = "") -> Grid:
        """Return the grid with all positions so many steps later."""
        return replace(self, steps=self.steps + steps, source=source or self.source)


def _interpolate(at: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Interpolate linearly; extrapolate along the first and the last segment."""
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    return y[i] + (at - x[i]) * (y[i + 1] - y[i]) / (x[i + 1] - x[i])


def map_grid(midi: pretty_midi.PrettyMIDI) -> Grid:
    """Return the grid of a file's tempo map."""
    ticks_per_step = midi.resolution / STEPS_PER_BEAT
    seconds, tempos = midi.get_tempo_changes()
    steps = np.array([midi.time_to_tick(second) for second in seconds]) / ticks_per_step
    # A second point for the last tempo, an hour later.
    seconds = np.append(seconds, seconds[-1] + 3600.0)
    steps = np.append(steps, steps[-1] + 60.0 * tempos[-1] * STEPS_PER_BEAT)
    return Grid(seconds, steps, ticks=ticks_per_step)


def grid_fit(positions: np.ndarray) -> complex:
    """Measure how well onsets fit the steps, or triplets if they fit these better.

    Parameters
    ----------
    positions : numpy.ndarray
        In fractional steps, shape ``(n,)``.

    Returns
    -------
    complex
        The mean of unit vectors that turn once a step (or once a triplet). Its absolute value
        tells how well the onsets agree with each other, its real part how well they fit the grid.
    """
    if not len(positions):
        return 0j
    fits = [np.exp(2j * np.pi * positions * turns).mean() for turns in (1.0, 0.75)]
    return complex(max(fits, key=lambda fit: fit.real))


def choose_grid(midi: pretty_midi.PrettyMIDI, onsets: Onsets) -> Grid:
    """Choose the grid for reading a file.

    It is the grid of the tempo map if the notes fit it, as in nearly all files. If all notes are
    off by the same time (a song that does not start on a step of its file), that grid is shifted.
    If the notes fit it only by chance (a recording without a click), the beat is found from the
    notes, if they have one; if not, the source of the grid is "unknown".

    Parameters
    ----------
    midi : pretty_midi.PrettyMIDI
    onsets : Onsets
        All notes of the file.
    """
    grid = map_grid(midi)
    times = np.unique(onsets.start)
    _, tempos = midi.get_tempo_changes()
    unset = len(tempos) == 1 and abs(tempos[0] - _DEFAULT_TEMPO) < 0.01
    # Drums keep their timing offsets, so a drummer far from the click loses nothing.
    drums_alone = onsets.is_drum.all() and not unset
    if len(times) < 2 or times[-1] > _LONGEST or drums_alone:
        return grid
    fit = grid_fit(grid.positions(times)).real
    agreement = np.exp(2j * np.pi * grid.positions(times)).mean()
    lateness = np.angle(agreement) / (2 * np.pi)
    if len(times) < _FEWEST_ONSETS:
        is_loose = unset and fit < _GOOD_FIT and not _is_written(grid, times)
        return replace(grid, source="unknown") if is_loose else grid
    if abs(agreement) >= _AGREEMENT:
        if abs(lateness) <= _MAX_LATENESS:
            return grid
        shifted = grid.moved(-lateness, "shifted")
        if all((m.numerator, m.denominator) == (4, 4) for m in midi.time_signature_changes):
            shifted = _move_to_bar_line(shifted, onsets)
        starts_before_0 = shifted.positions(times[:1])[0] < -0.5
        return shifted.moved(STEPS_PER_BAR) if starts_before_0 else shifted
    if fit >= (_GOOD_FIT if unset else min(_GOOD_FIT, _CHANCE / np.sqrt(2 * len(times)))):
        return grid
    if _is_written(grid, times):
        return grid
    found = find_beats(times, None if unset else float(np.median(tempos)))
    if found is None:
        return replace(grid, source="unknown")
    found_grid = Grid(*found, source="found")  # the file's ticks mean nothing in it
    if grid_fit(found_grid.positions(times)).real < _FOUND_FIT:
        return replace(grid, source="unknown")
    return _start_at_first_bar(found_grid, onsets)


def find_grid(onsets: Onsets, tempo: float | None = None) -> Grid | None:
    """Find the grid of a recording of which nothing but its notes is known.

    Parameters
    ----------
    onsets : Onsets
    tempo : float, optional
        As in `musegen.reading.beats.find_beats`.

    Returns
    -------
    Grid or None
        None if the notes have no beat.
    """
    found = find_beats(np.unique(onsets.start), tempo)
    return None if found is None else _start_at_first_bar(Grid(*found, source="found"), onsets)


def _is_written(grid: Grid, times: np.ndarray) -> bool:
    """Whether onsets are on short notes of the grid as exactly as only programs write them."""
    positions = grid.positions(times)
    return any(
        np.exp(2j * np.pi * positions * division).mean().real >= _EXACT_FIT
        for division in _FINE_DIVISIONS
        if division % grid.ticks  # else all ticks are on it
    )


def _move_to_bar_line(grid: Grid, onsets: Onsets) -> Grid:
    start, end = grid.positions(onsets.start), grid.positions(onsets.end)
    return grid.moved(find_bar_line(start, end, onsets))


def _start_at_first_bar(grid: Grid, onsets: Onsets) -> Grid:
    """Return the grid with the bar lines found, and the first bar with a note at step 0."""
    grid = _move_to_bar_line(grid, onsets)
    first = np.floor((grid.positions(onsets.start[:1])[0] + 0.5) / STEPS_PER_BAR)
    return grid.moved(-first * STEPS_PER_BAR)
