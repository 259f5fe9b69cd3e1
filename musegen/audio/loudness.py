"""Mastering: all pieces get about the same loudness, and end when their last notes have faded.

Loudness is that of ITU-R BS.1770-4, as in `pyloudnorm`, whose filters are used. Its meter would
filter the whole sound each time that a gain is tried. Here the sound is filtered once, and its
energy is kept for *hops* of 63 samples; a gain is then tried on the energies alone. 70 hops are
the tenth of a second in which the standard measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyloudnorm import IIRfilter
from scipy.signal import sosfilt

from musegen.audio.renderers import MAX_RELEASE, RATE

__all__ = ["MASTERING", "Mastering", "apply_gain", "loudness", "master_gain"]

Sound = npt.NDArray[np.float32]  # shape (samples, 2), at `RATE`
Gain = npt.NDArray[np.float32]  # shape (samples,)
Hops = npt.NDArray[np.floating]  # shape (hops,)

# The standard's K-weighting, as in `pyloudnorm.Meter`: the first filter stands for the head, the
# second for ears that hardly hear the lowest frequencies.
_WEIGHTING = tuple(
    (*map(float, part.b), *map(float, part.a))
    for part in (
        IIRfilter(4.0, 0.5**0.5, 1500.0, RATE, "high_shelf"),
        IIRfilter(0.0, 0.5, 38.0, RATE, "high_pass"),
    )
)


@dataclass(frozen=True)
class Mastering:
    """How sounds are brought to one loudness. The page masters what it plays in the same way.

    Attributes
    ----------
    target : float
        Loudness in LUFS: music services use -14 to -16; more would need strong limiting.
    ceiling : float
        Highest peak, in dBFS: leaves room for what MP3 and Vorbis add to a peak.
    floor : float
        Lowest peak: a soft piece becomes louder than the target if it peaked below this.
    max_limiting : float
        Most that peaks are lowered, in dB: a single drum hit stays below the target rather than
        being flattened.
    max_release : float
        Seconds that are kept after the end.
    silence_db : float
        Level below the peak, in dB, under which a release is not heard.
    fade : float
        Seconds in which the sound fades to zero at its end, so that the cut is not heard.
    hop : int
        Samples that the limiter has one gain for.
    reach : int
        Hops before and after a peak in which the gain changes: 35 ms, too slow to be heard.
    weighting : tuple
        Second-order filters that a sound passes before its energy is measured, as in SciPy.
    """

    target: float = -16.0
    ceiling: float = -1.0
    floor: float = -2.8
    max_limiting: float = 9.0
    max_release: float = MAX_RELEASE
    silence_db: float = -72.0
    fade: float = 0.05
    hop: int = 63
    reach: int = 24
    weighting: tuple[tuple[float, ...], ...] = _WEIGHTING


MASTERING = Mastering()
_STEP = RATE // 10 // MASTERING.hop  # hops: the standard measures blocks of four steps, each step


def master_gain(audio: Sound, min_length: int) -> Gain:
    """Find the gain that brings a sound to the target loudness and ends it when it has faded.

    Applied to stems, the gain of their mix keeps their balance, and they still add up to the mix.

    Parameters
    ----------
    audio : numpy.ndarray
        Shape ``(samples, 2)``, float32, not silent.
    min_length : int
        Samples that are kept at least; up to `Mastering.max_release` seconds more are.

    Returns
    -------
    numpy.ndarray
        Shape ``(length,)``, float32, for `apply_gain`. The sound then peaks between the floor and
        the ceiling.
    """
    ending = _ending(audio, min_length)
    audio = apply_gain(audio, ending)
    peaks, power = _peaks(audio), _power(audio)
    gain = MASTERING.target - _gated(power)
    peak = 20 * np.log10(peaks.max())
    limiting, factor = np.ones(len(peaks)), 1.0
    for _ in range(3):
        gain = np.clip(
            gain, MASTERING.floor - peak, MASTERING.ceiling + MASTERING.max_limiting - peak
        )
        factor = 10 ** (gain / 20)
        limiting = _limiting(peaks * factor, 10 ** (MASTERING.ceiling / 20))
        missing = MASTERING.target - _gated(power * (limiting * factor) ** 2)
        # In LU. Nothing was limited, or it is close enough, or the floor makes it louder.
        if limiting.min() == 1 or missing < 0.1:
            break
        gain += missing  # makes up for the limiter
    return ending * _per_sample(limiting * factor, len(ending))


def apply_gain(audio: Sound, gain: Gain) -> Sound:
    """Cut or lengthen a sound to the length of a gain, and multiply them."""
    shaped = np.zeros((len(gain), 2), np.float32)
    shaped[: len(audio)] = audio[: len(gain)]
    shaped *= gain[:, None]
    return shaped


def loudness(audio: Sound) -> float:
    """Measure the loudness in LUFS by ITU-R BS.1770-4; -70 for what is below its gate."""
    return _gated(_power(audio))


def _ending(audio: Sound, min_length: int) -> Gain:
    """Return a gain of 1 that fades to 0 when the sound is no longer heard."""
    # Channel by channel: over an axis of length two, `max` of NumPy takes seventy times as long.
    loudest = np.maximum(np.abs(audio[:, 0]), np.abs(audio[:, 1]))
    heard = int(np.flatnonzero(loudest > 10 ** (MASTERING.silence_db / 20) * loudest.max())[-1]) + 1
    longest = min_length + round(MASTERING.max_release * RATE)
    ending = np.ones(min(max(heard, min_length), longest), np.float32)
    fade = min(round(MASTERING.fade * RATE), len(ending))
    ending[-fade:] = np.linspace(1, 0, fade, dtype=np.float32)
    return ending


def _split_into_hops(audio: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Return a sound in the shape ``(hops, 2 * MASTERING.hop)``; silence fills up the last hop."""
    audio = np.concatenate([audio, np.zeros((-len(audio) % MASTERING.hop, 2), audio.dtype)])
    return audio.reshape(-1, 2 * MASTERING.hop)


def _peaks(audio: Sound) -> Hops:
    return np.abs(_split_into_hops(audio)).max(axis=1)


def _power(audio: Sound) -> Hops:
    """Return the weighted energy of each hop, of both channels together."""
    weighted = np.asarray(
        sosfilt(np.array(MASTERING.weighting), audio.T.astype(np.float64), axis=1)
    )
    hops = _split_into_hops(weighted.T)
    return np.einsum("hs,hs->h", hops, hops)


def _gated(power: Hops) -> float:
    """Return the loudness in LUFS of hops of weighted energy, by the blocks above its gates."""
    steps = -(-len(power) // _STEP)
    missing = max(steps, 4) * _STEP - len(power)  # a sound shorter than a block gets silence
    steps = np.pad(power, (0, missing)).reshape(-1, _STEP).sum(axis=1)
    blocks = np.convolve(steps, np.ones(4), "valid") / (4 * _STEP * MASTERING.hop)
    blocks = blocks[blocks >= 10 ** ((-70 + 0.691) / 10)]
    if not len(blocks):
        return -70.0
    return float(-0.691 + 10 * np.log10(blocks[blocks > blocks.mean() / 10].mean()))


def _limiting(peaks: Hops, ceiling: float) -> Hops:
    """Return a gain for each hop that lowers peaks to `ceiling` and changes slowly around them."""
    if peaks.max() <= ceiling:
        return np.ones(len(peaks))
    needed = np.minimum(1, ceiling / np.maximum(peaks, ceiling))
    # The lowest gain that is needed nearby, one hop further than the smoothing reaches. The smooth
    # gain is then low enough for each sample, also between the middles of two hops.
    near = np.pad(needed, 2 * MASTERING.reach + 1, constant_values=1.0)
    near = np.lib.stride_tricks.sliding_window_view(near, 2 * MASTERING.reach + 3).min(axis=1)
    window = np.hanning(2 * MASTERING.reach + 1)
    return np.convolve(near, window / window.sum(), "valid")


def _per_sample(gain: Hops, length: int) -> Gain:
    """Return the gain of each sample, from the gain of each hop, which is that of its middle."""
    middles = (np.arange(len(gain)) + 0.5) * MASTERING.hop
    return np.interp(np.arange(length), middles, gain).astype(np.float32)
