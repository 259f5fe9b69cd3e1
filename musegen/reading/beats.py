"""Finds the beat of a recording from the times of its onsets.

The onsets form a signal of impulses. In the spectrum of a window of the signal, a steady beat, its
halves and its quarters are peaks, and their phases tell where the beats are. The tempo may change
from window to window: dynamic programming finds the most likely sequence of tempos (as in Ellis
2007, Beat Tracking by Dynamic Programming), and the phases are followed along it.
"""

from __future__ import annotations

import numpy as np

from musegen.music.notes import STEPS_PER_BEAT

__all__ = ["find_beats"]

_RATE = 100  # samples a second: an error of 5 ms is small beside a step of 90 ms
_HOP = 200  # samples: a tempo every two seconds
_WINDOW = 1200  # samples: in twelve seconds, tempos that differ by 1 % can be distinguished
_FFT = 8192
_SLOWEST, _FASTEST = 50.0, 190.0  # quarter notes a minute
_TEMPO_STEP = 0.004  # of the logarithm; such an error adds up to 0.1 steps in one hop
_MAX_TEMPO_STEPS = 10  # from one window to the next: 2 % a second
# Penalty for a change of tempo, multiplied by the square of its tempo steps. When POP909's songs
# drift by 8 % in 20 seconds, 93 % of their notes are placed right; with 0.5, 89 %, and steady songs
# are not placed better.
_CHANGE_PENALTY = 0.2
# A weak preference for common tempos. With a stronger one, every fifth song was read at three
# halves or two thirds of its tempo.
_COMMON_TEMPO, _TEMPO_WIDTH, _TEMPO_WEIGHT = 88.0, 0.35, 0.18
_SIXTEENTHS, _EIGHTHS, _QUARTERS = 1.0, 1.0, 0.5  # weights of the peaks
_CHANCE_POWER = 3.0  # a phase has half its weight if its peak has this many times chance's power
# Eighths at double tempo are the same notes as sixteenths. Nine in ten of the training songs that
# are found faster than this, with fewer notes than this between the eighths, are written at half
# the tempo.
_DOUBLE_TEMPO, _FEW_BETWEEN = 115.0, 0.08


def find_beats(
    times: np.ndarray, tempo: float | None = None
) -> tuple[np.ndarray, np.ndarray] | None:
    """Find the times of the steps (sixteenths).

    Parameters
    ----------
    times : numpy.ndarray
        Onsets in seconds, rising, shape ``(n,)``.
    tempo : float, optional
        The tempo that the file names, in quarter notes a minute. It decides between a tempo, its
        half and its double, which the onsets cannot.

    Returns
    -------
    seconds, steps : numpy.ndarray
        Rising; the steps between these points follow by linear interpolation. Which step begins a
        bar is not known; see `musegen.reading.bar_line`. None if no beat is found.
    """
    if len(times) < 2:
        return None
    centre, frequency, spectrum, mass = _spectra(times)
    tempos = _find_tempos(frequency, spectrum, mass)
    rate = tempos * STEPS_PER_BEAT / 60
    steps = _follow_phases(centre, rate, frequency, spectrum, mass)
    if np.any(np.diff(steps) <= 0):
        return None
    return centre, _choose_octave(times, centre, steps, float(np.median(tempos)), tempo)


def _choose_octave(
    times: np.ndarray, centre: np.ndarray, steps: np.ndarray, found: float, tempo: float | None
) -> np.ndarray:
    """Return the steps at half or double the tempo if the music would be written so."""
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
    """Return the spectra of windows of the onsets, with phases relative to the window's centre.

    Returns
    -------
    centre : numpy.ndarray
        Shape ``(windows,)``, seconds.
    frequency : numpy.ndarray
        Shape ``(bins,)``, onsets a second.
    spectrum : numpy.ndarray
        Shape ``(windows, bins)``, complex.
    mass : numpy.ndarray
        Shape ``(windows,)``: the weighted number of onsets in each window.
    """
    length = int(times[-1] * _RATE) + 2
    at = times * _RATE + _WINDOW
    sample = at.astype(int)
    signal = np.zeros(length + 2 * _WINDOW)
    np.add.at(signal, sample, 1 - (at - sample))
    np.add.at(signal, sample + 1, at - sample)
    centre = np.arange(0, length + _HOP, _HOP)
    windows = np.lib.stride_tricks.sliding_window_view(
        np.append(signal, np.zeros(_WINDOW)), _WINDOW
    )[centre + _WINDOW // 2] * np.hanning(_WINDOW)
    # Frequencies up to the sixteenths of the fastest tempo.
    frequency = np.arange(int(_FASTEST / 60 * STEPS_PER_BEAT / _RATE * _FFT) + 3) * _RATE / _FFT
    to_centre = np.exp(2j * np.pi * frequency * (_WINDOW / 2) / _RATE)
    spectrum = np.stack([np.fft.rfft(w, _FFT)[: len(frequency)] * to_centre for w in windows])
    return centre / _RATE, frequency, spectrum, windows.sum(1)


def _find_tempos(frequency: np.ndarray, spectrum: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Return the most likely tempo of each window, in quarter notes a minute."""
    power = np.abs(spectrum) ** 2 / np.maximum(mass, 1e-9)[:, None]
    tempos = np.exp(np.arange(np.log(_SLOWEST), np.log(_FASTEST), _TEMPO_STEP))
    beat = tempos / 60

    def power_at(pulses_a_beat: float) -> np.ndarray:
        return np.stack([np.interp(pulses_a_beat * beat, frequency, row) for row in power])

    score = _SIXTEENTHS * np.maximum(power_at(4), power_at(3))
    score += _EIGHTHS * power_at(2)
    score += _QUARTERS * power_at(1)
    unlikely = (np.log(tempos / _COMMON_TEMPO) / _TEMPO_WIDTH) ** 2 / 2
    score -= _TEMPO_WEIGHT * mass[:, None] * unlikely

    moves = np.arange(-_MAX_TEMPO_STEPS, _MAX_TEMPO_STEPS + 1)
    cost = _CHANGE_PENALTY * moves[:, None] ** 2
    best, arrivals = score[0], []
    for row in score[1:]:
        wide = np.pad(best, _MAX_TEMPO_STEPS, constant_values=-np.inf)
        options = np.lib.stride_tricks.sliding_window_view(wide, len(tempos)) - cost
        choice = options.argmax(0)
        arrivals.append(moves[choice])
        best = np.take_along_axis(options, choice[None], 0)[0] + row
    rows = [int(best.argmax())]
    for move in reversed(arrivals):
        rows.append(rows[-1] + int(move[rows[-1]]))
    return tempos[rows[::-1]]


def _follow_phases(
    centre: np.ndarray,
    rate: np.ndarray,
    frequency: np.ndarray,
    spectrum: np.ndarray,
    mass: np.ndarray,
) -> np.ndarray:
    """Return the step at the centre of each window: predicted by tempo, corrected by phase."""
    peak = np.array(
        [
            np.interp(f, frequency, row.real) + 1j * np.interp(f, frequency, row.imag)
            for f, row in zip(rate, spectrum, strict=True)
        ]
    )
    weight = np.abs(peak) ** 2 / np.maximum(mass, 1e-9)
    weight = weight / (weight + _CHANCE_POWER)
    phase = np.angle(peak) / (2 * np.pi)
    steps = np.zeros(len(centre))
    steps[0] = phase[0]
    for i in range(1, len(centre)):
        predicted = steps[i - 1] + (centre[i] - centre[i - 1]) * (rate[i] + rate[i - 1]) / 2
        error = phase[i] - predicted
        steps[i] = predicted + weight[i] * (error - np.rint(error))
    return steps
