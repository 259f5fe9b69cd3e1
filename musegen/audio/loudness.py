"""Length and loudness: every piece ends with its release and plays about as loud as the others."""

from __future__ import annotations

import warnings

import numpy as np
import pyloudnorm

from musegen.audio.renderers import RATE, TAIL

__all__ = ["loudness", "mastering", "shape"]

_FADE = 0.05  # seconds: the end of the tail goes to zero over this, so that the cut is not heard
_SILENCE = 10 ** (-72 / 20)  # of the peak: a tail that has sunk to this is no longer heard
_TARGET = -16.0  # LUFS: what music services level to is -14 to -16; more would need hard limiting
_CEILING = -1.0  # dBFS: room for what MP3 and Vorbis add to a peak
_FLOOR = -2.8  # dBFS: a soft piece is louder than the target before it peaks lower than this
_MOST_LIMITING = 9.0  # dB: a lone drum hit is left quieter than the target rather than flattened


def mastering(audio: np.ndarray, least: int) -> np.ndarray:
    """Gain over time that brings a sound to the target loudness and ends it where it has died away.

    Stems shaped by the gain of their sum add up to the sum shaped by it: so they keep their
    balance, and the limiter's work is shared out among them.

    Parameters
    ----------
    audio : numpy.ndarray
        Shape ``(samples, 2)``, float32, not silent.
    least : int
        Samples that are kept at least; at most a tail more are.

    Returns
    -------
    numpy.ndarray
        Shape ``(length,)``, float32, for `shape`. What it shapes peaks between `_FLOOR` and
        `_CEILING`.
    """
    ending = _ending(audio, least)
    audio = shape(audio, ending)
    gain = _TARGET - loudness(audio)
    peak = 20 * np.log10(np.abs(audio).max())
    for _ in range(3):
        gain = np.clip(gain, _FLOOR - peak, _CEILING + _MOST_LIMITING - peak)
        factor = np.float32(10 ** (gain / 20))
        louder = audio * factor
        limiting = _limiting(louder, 10 ** (_CEILING / 20))
        if limiting.min() == 1:  # as loud as it may be; measuring it again would take its time
            break
        missing = _TARGET - loudness(louder * limiting[:, None])
        if missing < 0.1:  # LU: near enough, or so even a sound that its floor makes it louder
            break
        gain += missing  # what the limiter took
    return ending * limiting * factor


def shape(audio: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Sound cut or lengthened to a gain over time, and multiplied by it."""
    shaped = np.zeros((len(gain), 2), np.float32)
    shaped[: len(audio)] = audio[: len(gain)]
    shaped *= gain[:, None]
    return shaped


def loudness(audio: np.ndarray) -> float:
    """Loudness in LUFS by ITU-R BS.1770-4, of stereo at `RATE`; -70 below its gates."""
    # A block of the standard is 0.4 s: what is shorter is measured with silence after it.
    least = np.zeros((max(0, round(0.4 * RATE) + 1 - len(audio)), 2), audio.dtype)
    with warnings.catch_warnings(), np.errstate(divide="ignore"):
        warnings.simplefilter("ignore")  # of the mean of no blocks, where all is below the gates
        measured = pyloudnorm.Meter(RATE).integrated_loudness(np.concatenate([audio, least]))
    return float(measured) if np.isfinite(measured) else -70.0


def _ending(audio: np.ndarray, least: int) -> np.ndarray:
    """Gain that ends a sound where it has died away, within a tail after `least` samples."""
    loudest = np.abs(audio).max(axis=1)
    heard = int(np.flatnonzero(loudest > _SILENCE * loudest.max())[-1]) + 1
    ending = np.ones(min(max(heard, least), least + round(TAIL * RATE)), np.float32)
    fade = min(round(_FADE * RATE), len(ending))
    ending[-fade:] = np.linspace(1, 0, fade, dtype=np.float32)
    return ending


def _limiting(audio: np.ndarray, ceiling: float) -> np.ndarray:
    """Gain that turns peaks down to `ceiling` and moves slowly around them."""
    peaks = np.abs(audio).max(axis=1)
    if peaks.max() <= ceiling:
        return np.ones(len(audio), np.float32)
    hop, reach = 64, 24  # samples; hops: the gain moves within 35 ms, too slow to be heard as noise
    count = -(-len(peaks) // hop)
    blocks = np.pad(peaks, (0, count * hop - len(peaks))).reshape(count, hop).max(axis=1)
    needed = np.minimum(1, ceiling / np.maximum(blocks, ceiling))
    # The least gain needed anywhere near, one hop further than the smoothing reaches: the smooth
    # gain then stays under what each sample needs, between the middles of two hops as well.
    near = np.pad(needed, 2 * reach + 1, constant_values=1.0)
    near = np.lib.stride_tricks.sliding_window_view(near, 2 * reach + 3).min(axis=1)
    window = np.hanning(2 * reach + 1)
    smooth = np.convolve(near, window / window.sum(), "valid")
    middles = (np.arange(len(smooth)) + (count - len(smooth)) / 2 + 0.5) * hop
    return np.interp(np.arange(len(audio)), middles, smooth).astype(np.float32)
