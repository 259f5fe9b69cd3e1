"""The grid of steps that a file's notes are read on: its tempo map's, or one found from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pretty_midi

from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_BEAT
from musegen.reading.beats import bar_line, find_beats

__all__ = ["Grid", "Onsets", "choose_grid", "grid_fit", "map_grid"]

# How well onsets lie on a grid is the mean cosine of their place within a step: 1 on it, 0 by
# chance (give or take 1 / sqrt(2 n)), -1 halfway between. The default tempo, which nobody chose, is
# believed from a fifth; a tempo that somebody set is believed unless the fit is a matter of chance:
# drummers of Groove, who heard a click, are as far off as this.
_ON_GRID = 0.2
_CHANCE = 2.0  # of the standard deviations of chance
_DEFAULT_TEMPO = 120.0
# A map at the right tempo that starts beside the beat: onsets agree on where within the step. Of
# POP909's songs nine in ten do so, which no wrong tempo did. Up to a quarter of a step is how
# somebody plays and no other start.
_AGREE = 0.5
_FARTHEST = 0.25
# A found grid bends to any notes a little: random onsets fitted theirs by 0.34 at most, songs of
# POP909 by 0.48 at least and 0.94 in the middle.
_FOUND = 0.45
_FEWEST = 32  # onsets: fewer fit some grid by chance
_LONGEST = 2 * 3600.0  # seconds: longer files are refused in the end, the search would fill memory
# Quarter notes a minute that somebody would tap: beyond, no half or double of a tempo is offered.
_SLOWEST, _FASTEST = 40.0, 220.0


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the steps are in time: straight lines between knots.

    Attributes
    ----------
    seconds, steps : numpy.ndarray
        Shape ``(knots,)``, at least two, float64, both rising.
    source : str
        ``"map"``: the file's tempo map; ``"shifted"``: the same, moved so that notes are on steps;
        ``"found"``: found from the notes.
    ticks : float
        Of the file, in a step: positions are rounded to them; 0 for not at all.
    """

    seconds: np.ndarray
    steps: np.ndarray
    source: str = "map"
    ticks: float = 0.0

    def positions(self, seconds: np.ndarray) -> np.ndarray:
        """Steps, with fractions, at some times; float64."""
        steps = _line(np.asarray(seconds, np.float64), self.seconds, self.steps)
        return np.rint(steps * self.ticks) / self.ticks if self.ticks else steps

    def times(self, steps: np.ndarray) -> np.ndarray:
        """Seconds at some positions; float64."""
        return _line(np.asarray(steps, np.float64), self.steps, self.seconds)

    @property
    def factors(self) -> tuple[float, ...]:
        """Of 0.5, 1 and 2, those by which a found tempo can be read; 1 alone where it is known."""
        if self.source != "found":
            return (1.0,)
        tempo = self._tempo
        return tuple(f for f in (0.5, 1.0, 2.0) if f == 1 or _SLOWEST <= f * tempo <= _FASTEST)

    @property
    def _tempo(self) -> float:
        """Quarter notes a minute, in the middle."""
        return float(np.median(np.diff(self.steps) / np.diff(self.seconds))) * 60 / STEPS_PER_BEAT

    def at_tempo(self, factor: float, onsets: Onsets) -> Grid:
        """The same beat counted at half or double the tempo, bars from where they seem to begin.

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
            # Of every two steps, the one that more notes begin on stays.
            odd = np.rint(self.positions(onsets.start)).astype(int) % 2
            steps = steps - (np.mean(odd) > 0.5 if len(odd) else 0)
        return _from_first_bar(replace(self, steps=steps * factor), onsets)

    def moved(self, steps: float, source: str = "") -> Grid:
        """The same grid with all positions so much later."""
        return replace(self, steps=self.steps + steps, source=source or self.source)


@dataclass(frozen=True, eq=False)
class Onsets:
    """What the notes of a file tell about its beat, each array of shape ``(n,)``, by start.

    Attributes
    ----------
    start, end : numpy.ndarray
        Seconds.
    pitch : numpy.ndarray
        MIDI numbers.
    drum : numpy.ndarray
        Whether it is a drum; bool.
    """

    start: np.ndarray
    end: np.ndarray
    pitch: np.ndarray
    drum: np.ndarray

    @classmethod
    def of(cls, instruments: Sequence[pretty_midi.Instrument]) -> Onsets:
        """Those of all notes of some tracks."""
        rows = [
            (note.start, note.end, note.pitch, instrument.is_drum)
            for instrument in instruments
            for note in instrument.notes
        ]
        start, end, pitch, drum = np.array(sorted(rows), np.float64).reshape(-1, 4).T
        return cls(start, end, pitch.astype(int), drum.astype(bool))


def _line(at: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Straight lines between knots, the first and the last going on."""
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    return y[i] + (at - x[i]) * (y[i + 1] - y[i]) / (x[i + 1] - x[i])


def map_grid(midi: pretty_midi.PrettyMIDI) -> Grid:
    """The grid of a file's own tempo map."""
    per_step = midi.resolution / STEPS_PER_BEAT
    seconds, tempos = midi.get_tempo_changes()
    steps = np.array([midi.time_to_tick(second) for second in seconds]) / per_step
    # An hour more at the last tempo: a line has two ends.
    seconds = np.append(seconds, seconds[-1] + 3600.0)
    steps = np.append(steps, steps[-1] + 60.0 * tempos[-1] * STEPS_PER_BEAT)
    return Grid(seconds, steps, ticks=per_step)


def grid_fit(positions: np.ndarray) -> complex:
    """How well onsets lie on steps, or on triplets, whichever is better.

    Parameters
    ----------
    positions : numpy.ndarray
        Steps, with fractions, shape ``(n,)``.

    Returns
    -------
    complex
        The mean of unit vectors that turn once a step (or once a triplet). Its length says how
        well the onsets agree with each other, its real part how well they are on the grid.
    """
    if not len(positions):
        return 0j
    fits = [np.exp(2j * np.pi * positions * turns).mean() for turns in (1.0, 0.75)]
    return complex(max(fits, key=lambda fit: fit.real))


def choose_grid(midi: pretty_midi.PrettyMIDI, onsets: Onsets) -> Grid:
    """The grid to read a file on.

    The tempo map's where the notes are on it, which is nearly always. Where they are all as far
    from it, it is moved (a song that starts anywhere in its file). Where they are on it by chance
    alone, as in a recording without a click, the beat is found from the notes, if they have one.

    Parameters
    ----------
    midi : pretty_midi.PrettyMIDI
    onsets : Onsets
        Of all its notes.
    """
    grid = map_grid(midi)
    times = np.unique(onsets.start)
    _, tempos = midi.get_tempo_changes()
    unset = len(tempos) == 1 and abs(tempos[0] - _DEFAULT_TEMPO) < 0.01
    # Drums keep what they are off a step, so a drummer far from the click loses nothing by it.
    if len(times) < _FEWEST or times[-1] > _LONGEST or (onsets.drum.all() and not unset):
        return grid
    fit = grid_fit(grid.positions(times)).real
    straight = np.exp(2j * np.pi * grid.positions(times)).mean()
    late = np.angle(straight) / (2 * np.pi)
    if abs(straight) >= _AGREE:
        if abs(late) <= _FARTHEST:
            return grid
        near = grid.moved(-late, "shifted")
        near = near.moved(
            bar_line(near.positions(onsets.start), near.positions(onsets.end), onsets)
        )
        early = near.positions(times[:1])[0] < -0.5
        return near.moved(STEPS_PER_BAR) if early else near
    if fit >= (_ON_GRID if unset else min(_ON_GRID, _CHANCE / np.sqrt(2 * len(times)))):
        return grid
    found = find_beats(times, None if unset else float(np.median(tempos)))
    if found is None:
        return grid
    # No rounding to ticks: those of a map that does not count say nothing.
    free = Grid(*found, source="found")
    if grid_fit(free.positions(times)).real < _FOUND:
        return grid
    return _from_first_bar(free, onsets)


def _from_first_bar(grid: Grid, onsets: Onsets) -> Grid:
    """A found grid with its bars where they sound as if they began."""
    grid = grid.moved(bar_line(grid.positions(onsets.start), grid.positions(onsets.end), onsets))
    # What is recorded before the first note is no music: the first bar with a note begins.
    first = np.floor((grid.positions(onsets.start[:1])[0] + 0.5) / STEPS_PER_BAR)
    return grid.moved(-first * STEPS_PER_BAR)
