"""Follows the pitch of one voice: pYIN, with NumPy and SciPy alone.

Mauch and Dixon (2014), pYIN: A Fundamental Frequency Estimator Using Probabilistic Threshold
Distributions; the difference function is that of de Cheveigné and Kawahara (2002), YIN.
``librosa.pyin`` would need Numba and LLVM: 170 MB, and many seconds to compile for its first call.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt
from scipy.special import betainc

__all__ = ["FRAME_SECONDS", "PitchTrack", "track_pitch"]

RATE = 16_000  # samples a second: the harmonics of a voice that carry its pitch are below 8 kHz
_HOP = 160  # samples
FRAME_SECONDS = _HOP / RATE
_LOWEST, _HIGHEST = 65.0, 1100.0  # Hz: from a low male voice to a high female one or a whistle
_BAND = 60.0, 2500.0  # Hz: breath noise is above, the hum of the mains below
_WINDOW = 800  # samples, 50 ms: three periods of the lowest voices
_FFT = 2048
_ENERGY_WINDOW = 320  # samples, 20 ms
_CHUNK = 512  # frames at a time, so that a recording of minutes needs little memory
# YIN takes the first dip of its difference function below a threshold. pYIN takes all thresholds,
# with the probabilities of this beta distribution, whose mean is .15.
_BETA = (2.0, 11.33)
_NO_DIP = 0.01  # probability that the deepest dip is the period though it is above the threshold
_BINS = 5  # a semitone
_JUMP = 10  # bins from one frame to the next, at most: two semitones in 10 ms
_SWITCH = np.log(0.02)  # from voice to none and back
_FLOOR = 1e-4  # probability of any bin, so that one bad frame does not end a note
_REFERENCE = 69, 440.0  # MIDI number and Hz


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """What is heard in each frame of `FRAME_SECONDS`; arrays of shape ``(frames,)``.

    Attributes
    ----------
    pitch : numpy.ndarray
        MIDI numbers with fractions, float64; NaN where no voice is heard.
    level : numpy.ndarray
        Decibels below full scale, float64.
    certainty : numpy.ndarray
        The probability that there is one pitch, 0 to 1, float64.
    """

    pitch: np.ndarray
    level: np.ndarray
    certainty: np.ndarray


def track_pitch(samples: np.ndarray, rate: int) -> PitchTrack:
    """Follow the pitch of one voice.

    Parameters
    ----------
    samples : numpy.ndarray
        Shape ``(samples,)`` or ``(samples, channels)``, in [-1, 1].
    rate : int
        Samples a second.
    """
    mono = np.asarray(samples, np.float64).reshape(len(samples), -1).mean(1)
    divisor = gcd(rate, RATE)
    mono = resample_poly(mono, RATE // divisor, rate // divisor)
    mono = sosfiltfilt(butter(2, _BAND, "bandpass", fs=RATE, output="sos"), mono, padlen=0)
    longest, shortest = int(RATE / _LOWEST), int(RATE / _HIGHEST)
    span = _WINDOW + longest + 2
    # Frames are centred, so the ends need silence.
    padded = np.pad(mono, (span // 2, span))
    frames = np.lib.stride_tricks.sliding_window_view(padded, span)[: len(mono) : _HOP]
    seen = [
        _candidates(frames[i : i + _CHUNK], shortest, longest)
        for i in range(0, len(frames), _CHUNK)
    ]
    frame, pitch, weight = (
        np.concatenate([part[k] + (i * _CHUNK if k == 0 else 0) for i, part in enumerate(seen)])
        for k in range(3)
    )
    low = _pitch_of(_LOWEST)
    bins = int((_pitch_of(_HIGHEST) - low) * _BINS) + 2
    bin_of = np.rint((pitch - low) * _BINS).astype(int).clip(0, bins - 1)
    observed = np.zeros((len(frames), bins))
    np.add.at(observed, (frame, bin_of), weight)
    path = _most_likely_path(observed)
    # The exact pitch of the candidate nearest to the bin that was chosen.
    exact = np.full(len(frames), np.nan)
    voiced = np.flatnonzero(path >= 0)
    exact[voiced] = low + path[voiced] / _BINS
    near = np.abs(bin_of - path[frame]) <= 1
    total = np.bincount(frame[near], weight[near], len(frames))
    mean = np.bincount(frame[near], (weight * pitch)[near], len(frames))
    use = (path >= 0) & (total > 0)
    exact[use] = mean[use] / total[use]
    return PitchTrack(exact, _levels(mono, len(frames)), observed.sum(1).clip(0, 1))


def _pitch_of(frequency: float) -> float:
    number, reference = _REFERENCE
    return number + 12 * float(np.log2(frequency / reference))


def _levels(mono: np.ndarray, frames: int) -> np.ndarray:
    padded = np.pad(mono, (_ENERGY_WINDOW // 2, _ENERGY_WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _ENERGY_WINDOW)[::_HOP][:frames]
    return 10 * np.log10(np.square(windows).mean(1) + 1e-12)


def _candidates(
    frames: np.ndarray, shortest: int, longest: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the possible periods of each frame: its number, a pitch and a probability."""
    frames = frames - frames.mean(1, keepdims=True)
    difference = _difference(frames, longest + 2)
    # Divided by its mean up to each lag, so that lag 0 is no dip.
    lags = np.arange(1, difference.shape[1])
    mean = np.cumsum(difference[:, 1:], 1) / lags
    normal = np.ones_like(difference)
    np.divide(difference[:, 1:], mean, out=normal[:, 1:], where=mean > 1e-9)
    left, here, right = normal[:, :-2], normal[:, 1:-1], normal[:, 2:]
    is_dip = (here < left) & (here <= right)
    is_dip[:, : shortest - 1] = False
    curve = left + right - 2 * here
    shift = np.divide(left - right, 2 * curve, out=np.zeros_like(here), where=curve > 1e-9)
    depth = np.where(is_dip, here - (left - right) * shift / 4, np.inf).clip(0, None)
    deepest = np.minimum.accumulate(depth, 1)
    before = np.concatenate([np.full((len(depth), 1), np.inf), deepest[:, :-1]], 1)
    frame, lag = np.nonzero(is_dip & (depth < before))
    low, high = depth[frame, lag], before[frame, lag]
    weight = _below(high) - _below(low)
    is_last = low == deepest[frame, -1]
    weight += np.where(is_last, _NO_DIP * _below(low), 0.0)
    period = lag + 1 + shift[frame, lag]
    number, reference = _REFERENCE
    return frame, number + 12 * np.log2(RATE / period / reference), weight


def _below(threshold: np.ndarray) -> np.ndarray:
    """Return the probability that pYIN's threshold is below a value."""
    return betainc(*_BETA, np.minimum(threshold, 1.0))


def _difference(frames: np.ndarray, lags: int) -> np.ndarray:
    """Return the squared difference between a window and itself some samples later, by lag."""
    spectrum = np.fft.rfft(frames, _FFT)
    window = np.fft.rfft(frames[:, :_WINDOW], _FFT)
    product = np.fft.irfft(np.conj(window) * spectrum, _FFT)[:, :lags]
    energy = np.cumsum(np.pad(np.square(frames), ((0, 0), (1, 0))), 1)
    moved = energy[:, _WINDOW : _WINDOW + lags] - energy[:, :lags]
    return np.maximum(0.0, moved[:, :1] + moved - 2 * product)


def _most_likely_path(observed: np.ndarray) -> np.ndarray:
    """Return the bin of each frame, by the Viterbi algorithm; -1 where there is no voice."""
    frames, bins = observed.shape
    silent = np.log(np.maximum(1 - observed.sum(1), _FLOOR))
    voiced = np.log(observed + _FLOOR)
    move = np.log1p(-np.abs(np.arange(-_JUMP, _JUMP + 1)) / (_JUMP + 1))
    enter = _SWITCH - np.log(bins) / 2  # any pitch may come after silence
    best, rest = voiced[0], float(silent[0])
    came = np.zeros((frames, bins), np.int32)  # bin of the frame before; -1 for silence
    from_bin = np.full(frames, -1, np.int32)  # that silence came from
    wide = np.full(bins + 2 * _JUMP, -np.inf)
    before = np.lib.stride_tricks.sliding_window_view(wide, 2 * _JUMP + 1)
    for i in range(1, frames):
        wide[_JUMP:-_JUMP] = best
        options = before + move
        choice = options.argmax(1)
        stay = np.take_along_axis(options, choice[:, None], 1)[:, 0]
        start = rest + enter
        came[i] = np.where(stay >= start, np.arange(bins) + choice - _JUMP, -1)
        last = int(best.argmax())
        if best[last] + _SWITCH > rest:
            from_bin[i] = last
            rest = float(best[last]) + _SWITCH
        best = np.maximum(stay, start) + voiced[i]
        rest += float(silent[i])
    at = int(best.argmax()) if best.max() > rest else -1
    path = np.empty(frames, np.int64)
    for i in range(frames - 1, -1, -1):
        path[i] = at
        at = int(came[i, at]) if at >= 0 else int(from_bin[i])
    return path
