"""The beat of notes whose file does not say where it is, from their onsets alone.

Times of onsets are a row of impulses; in a spectrum of a stretch of it a steady beat and its
halves and quarters are peaks, whose phases say where within the beat the notes are. From stretch
to stretch the tempo may bend: the likeliest course is found by dynamic programming (as for beats
in Ellis 2007, Beat Tracking by Dynamic Programming), and the phases are counted on along it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_BEAT

if TYPE_CHECKING:
    from musegen.reading.grid import Onsets

__all__ = ["bar_line", "find_beats"]

_RATE = 100  # impulses a second: 5 ms are nothing beside a step of 90
_HOP = 200  # a tempo every two seconds
_WINDOW = 1200  # twelve seconds: two tempos a step apart in a hundred are told from each other
_FFT = 8192
_SLOWEST, _FASTEST = 50.0, 190.0  # quarter notes a minute
_TEMPO_STEP = 0.004  # in the logarithm: a hop of two seconds at this error is off by 0.1 steps
_REACH = 10  # steps of tempo from one stretch to the next: 2 % a second
# In likelihood, for a square step of tempo: POP909's songs, made to drift by 8 % in 20 seconds, are
# followed on 93 % of their notes; at 0.5, on 89 %, and steady ones no better.
_STIFFNESS = 0.2
# A weak wish for usual tempos, since the notes decide: stronger ones made tempos of three halves or
# two thirds of the true one out of every fifth song.
_USUAL_TEMPO, _TEMPO_WIDTH, _TEMPO_WISH = 88.0, 0.35, 0.18
_SIXTEENTHS, _EIGHTHS, _QUARTERS = 1.0, 1.0, 0.5  # what a peak at each level counts
_DOUBT = 3.0  # a phase counts by half where its peak is this many times what chance gives
# Eighths at twice the tempo are the same notes as sixteenths. The training songs are written the
# slower way from here: of songs found faster, hardly a note between the eighths, nine in ten.
_DOUBLE_TEMPO, _FEW_BETWEEN = 115.0, 0.08

# Logarithms of the sounding time of notes that begin on each step of a bar, of all and of bass
# notes, over that of an even bar: from 160 songs of POP909-CL, smoothed.
_BAR_ALL = np.log([3.55, 0.31, 1.16, 0.30, 1.91, 0.26, 1.05, 0.31,
                   2.33, 0.29, 0.98, 0.32, 1.82, 0.26, 0.88, 0.27])  # fmt: skip
_BAR_BASS = np.log([5.24, 0.39, 1.30, 0.16, 1.69, 0.24, 0.52, 0.14,
                    2.93, 0.31, 0.91, 0.19, 1.40, 0.24, 0.37, 0.14])  # fmt: skip
_BASS_TOP = 52
_KICKS, _CRASHES = (35, 36), (49, 52, 55, 57)


def find_beats(
    times: np.ndarray, tempo: float | None = None
) -> tuple[np.ndarray, np.ndarray] | None:
    """Where the steps are, sixteenths of a bar of four beats.

    Parameters
    ----------
    times : numpy.ndarray
        Onsets in seconds, rising, shape ``(n,)``.
    tempo : float, optional
        Quarter notes a minute that somebody named: of a tempo, its half and its double, which
        notes alone cannot tell apart, the nearest to it is taken.

    Returns
    -------
    seconds, steps : numpy.ndarray
        Knots of straight lines, both rising; which step a bar begins on is `bar_line`'s to say.
        None where the notes have no such order.
    """
    if len(times) < 2:
        return None
    centre, frequency, spectrum, mass = _spectra(times)
    course = _tempo_course(frequency, spectrum, mass)
    rate = course * STEPS_PER_BEAT / 60
    steps = _count_phases(centre, rate, frequency, spectrum, mass)
    if np.any(np.diff(steps) <= 0):
        return None
    return centre, _at_level(times, centre, steps, float(np.median(course)), tempo)


def _at_level(
    times: np.ndarray, centre: np.ndarray, steps: np.ndarray, found: float, tempo: float | None
) -> np.ndarray:
    """Steps at half or double the tempo, where that is how the music would be written."""
    odd = np.mean(np.rint(np.interp(times, centre, steps)).astype(int) % 2)
    if tempo is None:
        halve = found > _DOUBLE_TEMPO and min(odd, 1 - odd) < _FEW_BETWEEN
        double = False
    else:
        level = round(np.log2(found / tempo))
        halve, double = level > 0, level < 0
    if halve:
        return (steps - (odd > 0.5)) / 2
    return 2 * steps if double else steps


def _spectra(times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Spectra of stretches of the row of impulses, phases counted from their centres."""
    length = int(times[-1] * _RATE) + 2
    at = times * _RATE + _WINDOW
    whole = at.astype(int)
    row = np.zeros(length + 2 * _WINDOW)
    np.add.at(row, whole, 1 - (at - whole))
    np.add.at(row, whole + 1, at - whole)
    centre = np.arange(0, length + _HOP, _HOP)
    stretches = np.lib.stride_tricks.sliding_window_view(
        np.append(row, np.zeros(_WINDOW)), _WINDOW
    )[centre + _WINDOW // 2] * np.hanning(_WINDOW)
    # Up to the sixteenths of the fastest tempo: the rest is not looked at.
    frequency = np.arange(int(_FASTEST / 60 * STEPS_PER_BEAT / _RATE * _FFT) + 3) * _RATE / _FFT
    turn = np.exp(2j * np.pi * frequency * (_WINDOW / 2) / _RATE)
    spectrum = np.stack([np.fft.rfft(s, _FFT)[: len(frequency)] * turn for s in stretches])
    return centre / _RATE, frequency, spectrum, stretches.sum(1)


def _tempo_course(frequency: np.ndarray, spectrum: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """The likeliest tempo of each stretch, quarter notes a minute."""
    power = np.abs(spectrum) ** 2 / np.maximum(mass, 1e-9)[:, None]
    tempos = np.exp(np.arange(np.log(_SLOWEST), np.log(_FASTEST), _TEMPO_STEP))
    beat = tempos / 60

    def peak(times_a_beat: float) -> np.ndarray:
        return np.stack([np.interp(times_a_beat * beat, frequency, row) for row in power])

    score = _SIXTEENTHS * np.maximum(peak(4), peak(3)) + _EIGHTHS * peak(2) + _QUARTERS * peak(1)
    unusual = (np.log(tempos / _USUAL_TEMPO) / _TEMPO_WIDTH) ** 2 / 2
    score -= _TEMPO_WISH * mass[:, None] * unusual

    moves = np.arange(-_REACH, _REACH + 1)
    cost = _STIFFNESS * moves[:, None] ** 2
    best, came = score[0], []
    for row in score[1:]:
        wide = np.pad(best, _REACH, constant_values=-np.inf)
        options = np.lib.stride_tricks.sliding_window_view(wide, len(tempos)) - cost
        choice = options.argmax(0)
        came.append(moves[choice])
        best = np.take_along_axis(options, choice[None], 0)[0] + row
    course = [int(best.argmax())]
    for move in reversed(came):
        course.append(course[-1] + int(move[course[-1]]))
    return tempos[course[::-1]]


def _count_phases(
    centre: np.ndarray,
    rate: np.ndarray,
    frequency: np.ndarray,
    spectrum: np.ndarray,
    mass: np.ndarray,
) -> np.ndarray:
    """Steps at the centre of each stretch: counted on by tempo, put right by phase."""
    peak = np.array(
        [
            np.interp(f, frequency, row.real) + 1j * np.interp(f, frequency, row.imag)
            for f, row in zip(rate, spectrum, strict=True)
        ]
    )
    sure = np.abs(peak) ** 2 / np.maximum(mass, 1e-9)
    sure = sure / (sure + _DOUBT)
    phase = np.angle(peak) / (2 * np.pi)
    steps = np.zeros(len(centre))
    steps[0] = phase[0]
    for i in range(1, len(centre)):
        counted = steps[i - 1] + (centre[i] - centre[i - 1]) * (rate[i] + rate[i - 1]) / 2
        off = phase[i] - counted
        steps[i] = counted + sure[i] * (off - np.rint(off))
    return steps


def bar_line(start: np.ndarray, end: np.ndarray, onsets: Onsets) -> int:
    """How many steps to move notes by so that bars begin where they sound as if they did.

    Long notes, and above all long bass notes and kick drums, stand on the first beat, then on the
    third.

    Parameters
    ----------
    start, end : numpy.ndarray
        Of the notes, in steps.
    onsets : Onsets
        The same notes.

    Returns
    -------
    int
        From -8 to 7.
    """
    length = np.clip(end - start, 0.5, STEPS_PER_BAR)
    length[onsets.drum] = 1.0
    length[onsets.drum & np.isin(onsets.pitch, _CRASHES)] = STEPS_PER_BAR
    kick = onsets.drum & np.isin(onsets.pitch, _KICKS)
    length[kick] = STEPS_PER_BEAT
    low = kick | (~onsets.drum & (onsets.pitch < _BASS_TOP))
    place = np.floor(start + 0.5).astype(int) % STEPS_PER_BAR
    heard = np.bincount(place, length, STEPS_PER_BAR)
    deep = np.bincount(place[low], length[low], STEPS_PER_BAR)
    scores = [
        np.roll(heard, move) @ _BAR_ALL / max(heard.sum(), 1e-9)
        + np.roll(deep, move) @ _BAR_BASS / max(deep.sum(), 1e-9)
        for move in range(STEPS_PER_BAR)
    ]
    return (int(np.argmax(scores)) + 8) % STEPS_PER_BAR - 8
