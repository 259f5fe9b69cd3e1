"""Length and loudness: every piece ends with its release and plays about as loud as the others.

The gain of a piece changes too slowly to be reckoned for each sample: it is found for *hops* of
63, 70 of which are the tenth of a second that loudness is measured in. So the sound is gone
through once, however often the gain is tried.
"""

from __future__ import annotations

import numpy as np
from pyloudnorm import IIRfilter
from scipy.signal import sosfilt

from musegen.audio.renderers import RATE, TAIL

__all__ = ["loudness", "mastering", "shape"]

_FADE = 0.05  # seconds: the end of the tail goes to zero over this, so that the cut is not heard
_SILENCE = 10 ** (-72 / 20)  # of the peak: a tail that has sunk to this is no longer heard
_TARGET = -16.0  # LUFS: what music services level to is -14 to -16; more would need hard limiting
_CEILING = -1.0  # dBFS: room for what MP3 and Vorbis add to a peak
_FLOOR = -2.8  # dBFS: a soft piece is louder than the target before it peaks lower than this
_MOST_LIMITING = 9.0  # dB: a lone drum hit is left quieter than the target rather than flattened
_HOP = 63  # samples
_STEP = RATE // 10 // _HOP  # hops: the standard measures blocks of four steps, one each step
_REACH = 24  # hops: the limiter moves within 35 ms, too slow to be heard as noise

# The standard's K-weighting, as `pyloudnorm.Meter` has it: a head, and ears deaf to the deepest.
_WEIGHTING = np.array(
    [
        [*part.b, *part.a]
        for part in (
            IIRfilter(4.0, 0.5**0.5, 1500.0, RATE, "high_shelf"),
            IIRfilter(0.0, 0.5, 38.0, RATE, "high_pass"),
        )
    ]
)


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
    peaks, power = _peaks(audio), _power(audio)
    gain = _TARGET - _gated(power)
    peak = 20 * np.log10(peaks.max())
    for _ in range(3):
        gain = np.clip(gain, _FLOOR - peak, _CEILING + _MOST_LIMITING - peak)
        factor = 10 ** (gain / 20)
        limiting = _limiting(peaks * factor, 10 ** (_CEILING / 20))
        missing = _TARGET - _gated(power * (limiting * factor) ** 2)
        # LU: near enough, or nothing to make up for, or even a sound that its floor makes it louder
        if limiting.min() == 1 or missing < 0.1:
            break
        gain += missing  # what the limiter took
    return ending * _for_samples(limiting * factor, len(ending))


def shape(audio: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Sound cut or lengthened to a gain over time, and multiplied by it."""
    shaped = np.zeros((len(gain), 2), np.float32)
    shaped[: len(audio)] = audio[: len(gain)]
    shaped *= gain[:, None]
    return shaped


def loudness(audio: np.ndarray) -> float:
    """Loudness in LUFS by ITU-R BS.1770-4, of stereo at `RATE`; -70 below its gates."""
    return _gated(_power(audio))


def _ending(audio: np.ndarray, least: int) -> np.ndarray:
    """Gain that ends a sound where it has died away, within a tail after `least` samples."""
    # Channel by channel: over an axis of two, NumPy's own `max` takes seventy times as long.
    loudest = np.maximum(np.abs(audio[:, 0]), np.abs(audio[:, 1]))
    heard = int(np.flatnonzero(loudest > _SILENCE * loudest.max())[-1]) + 1
    ending = np.ones(min(max(heard, least), least + round(TAIL * RATE)), np.float32)
    fade = min(round(_FADE * RATE), len(ending))
    ending[-fade:] = np.linspace(1, 0, fade, dtype=np.float32)
    return ending


def _in_hops(audio: np.ndarray) -> np.ndarray:
    """Sound with shape ``(hops, samples in all channels)``, the last hop filled up with silence."""
    audio = np.concatenate([audio, np.zeros((-len(audio) % _HOP, 2), audio.dtype)])
    return audio.reshape(-1, 2 * _HOP)


def _peaks(audio: np.ndarray) -> np.ndarray:
    return np.abs(_in_hops(audio)).max(axis=1)


def _power(audio: np.ndarray) -> np.ndarray:
    """Energy of each hop as ears weigh it, both channels together."""
    weighted = sosfilt(_WEIGHTING, audio.T.astype(np.float64), axis=1)
    hops = _in_hops(weighted.T)
    return np.einsum("hs,hs->h", hops, hops)


def _gated(power: np.ndarray) -> float:
    """Loudness in LUFS of hops of weighted energy: the mean of the blocks that count."""
    steps = -(-len(power) // _STEP)
    missing = max(steps, 4) * _STEP - len(power)  # what is shorter than a block has silence after
    steps = np.pad(power, (0, missing)).reshape(-1, _STEP).sum(axis=1)
    blocks = np.convolve(steps, np.ones(4), "valid") / (4 * _STEP * _HOP)
    blocks = blocks[blocks >= 10 ** ((-70 + 0.691) / 10)]
    if not len(blocks):
        return -70.0
    return float(-0.691 + 10 * np.log10(blocks[blocks > blocks.mean() / 10].mean()))


def _limiting(peaks: np.ndarray, ceiling: float) -> np.ndarray:
    """Gain of each hop that turns peaks down to `ceiling` and moves slowly around them."""
    if peaks.max() <= ceiling:
        return np.ones(len(peaks))
    needed = np.minimum(1, ceiling / np.maximum(peaks, ceiling))
    # The least gain needed anywhere near, one hop further than the smoothing reaches: the smooth
    # gain then stays under what each sample needs, between the middles of two hops as well.
    near = np.pad(needed, 2 * _REACH + 1, constant_values=1.0)
    near = np.lib.stride_tricks.sliding_window_view(near, 2 * _REACH + 3).min(axis=1)
    window = np.hanning(2 * _REACH + 1)
    return np.convolve(near, window / window.sum(), "valid")


def _for_samples(gain: np.ndarray, length: int) -> np.ndarray:
    """Gain of each sample, from that of each hop's middle."""
    middles = (np.arange(len(gain)) + 0.5) * _HOP
    return np.interp(np.arange(length), middles, gain).astype(np.float32)
