"""Length and loudness: every piece ends with its release and plays about as loud as the others."""

from __future__ import annotations

import warnings

import numpy as np
import pyloudnorm

from musegen.audio.renderers import RATE, TAIL

__all__ = ["level", "loudness", "trim"]

_FADE = 0.05  # seconds: the end of the tail goes to zero over this, so that the cut is not heard
_SILENCE = 10 ** (-72 / 20)  # of the peak: a tail that has sunk to this is no longer heard
_TARGET = -16.0  # LUFS: what music services level to is -14 to -16; more would need hard limiting
_CEILING = -1.0  # dBFS: room for what MP3 and Vorbis add to a peak
_FLOOR = -2.8  # dBFS: a soft piece is louder than the target before it peaks lower than this
_MOST_LIMITING = 9.0  # dB: a lone drum hit is left quieter than the target rather than flattened


def trim(audio: np.ndarray, least: int) -> np.ndarray:
    """The sound up to where it has died away, at least `least` samples and at most a tail more."""
    loudest = np.abs(audio).max(axis=1)
    heard = int(np.flatnonzero(loudest > _SILENCE * loudest.max())[-1]) + 1
    length = min(max(heard, least), least + round(TAIL * RATE))
    trimmed = np.zeros((length, 2), np.float32)
    trimmed[: len(audio)] = audio[:length]
    fade = min(round(_FADE * RATE), length)
    trimmed[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return trimmed


def level(audio: np.ndarray) -> np.ndarray:
    """Sound brought to the target loudness, its peak between `_FLOOR` and `_CEILING`."""
    gain = _TARGET - loudness(audio)
    peak = 20 * np.log10(np.abs(audio).max())
    for _ in range(3):
        gain = np.clip(gain, _FLOOR - peak, _CEILING + _MOST_LIMITING - peak)
        levelled = _limit(audio * np.float32(10 ** (gain / 20)), 10 ** (_CEILING / 20))
        missing = _TARGET - loudness(levelled)
        if missing < 0.1:  # LU: near enough, or so even a sound that its floor makes it louder
            break
        gain += missing  # what the limiter took
    return levelled


def loudness(audio: np.ndarray) -> float:
    """Loudness in LUFS by ITU-R BS.1770-4, of stereo at `RATE`; -70 below its gates."""
    # A block of the standard is 0.4 s: what is shorter is measured with silence after it.
    least = np.zeros((max(0, round(0.4 * RATE) + 1 - len(audio)), 2), audio.dtype)
    with warnings.catch_warnings(), np.errstate(divide="ignore"):
        warnings.simplefilter("ignore")  # of the mean of no blocks, where all is below the gates
        measured = pyloudnorm.Meter(RATE).integrated_loudness(np.concatenate([audio, least]))
    return float(measured) if np.isfinite(measured) else -70.0


def _limit(audio: np.ndarray, ceiling: float) -> np.ndarray:
    """Sound whose peaks are turned down to `ceiling`, by a gain that moves slowly around them."""
    peaks = np.abs(audio).max(axis=1)
    if peaks.max() <= ceiling:
        return audio
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
    gain = np.interp(np.arange(len(audio)), middles, smooth).astype(np.float32)
    return np.clip(audio * gain[:, None], -ceiling, ceiling, dtype=np.float32)
