"""Stems in the form that the player fetches: short FLAC files, one after the other in one file.

Every browser decodes FLAC, and to the exact sample: segments that are played one after the other
leave no gap, as those of MP3 would. The first segments of all parts come first, so that the player
can start while the rest arrives, and need not hold all of a long piece decoded.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musegen.audio.formats import encode, write_bytes
from musegen.audio.stems import Stems

__all__ = ["write_stream"]

_SEGMENT_SECONDS = 4  # 0.7 MB decoded for each part, and well under 0.1 s to decode
# The player's sound needs no more than 14 bits: their noise is at -86 dB, and they take half the
# bytes that 16 would.
_BITS = 14


def write_stream(path: str | Path, stems: Stems) -> dict:
    """Write stems for the player.

    Parameters
    ----------
    path : str or Path
    stems : Stems
        At least one.

    Returns
    -------
    dict
        The layout of the file: ``rate``, in samples a second; ``samples``, the length of a part;
        ``each``, the length of a segment, of which the last is shorter; ``parts``, their names;
        and ``bytes``, for each segment a list of the parts' sizes in the file. Silence has size 0.

    Raises
    ------
    AudioError
        If the disk is full or the file cannot be written.
    """
    segment, parts = _SEGMENT_SECONDS * stems.rate, len(stems.sounds)
    samples = len(next(iter(stems.sounds.values())))
    starts = range(0, samples, segment)
    segments = [
        sound[start : start + segment] for start in starts for sound in stems.sounds.values()
    ]
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # libsndfile releases Python's lock
        coded = list(threads.map(lambda sound: _encode(sound, stems.rate), segments))
    write_bytes(path, coded)
    return {
        "rate": stems.rate,
        "samples": samples,
        "each": segment,
        "parts": list(stems.sounds),
        "bytes": [
            [len(data) for data in coded[i : i + parts]] for i in range(0, len(coded), parts)
        ],
    }


def _encode(sound: npt.NDArray[np.float32], rate: int) -> bytes | memoryview:
    largest = 2 ** (_BITS - 1) - 1
    coarse = np.round(np.clip(sound, -1, 1) * largest).astype(np.int16) << (16 - _BITS)
    return encode(coarse, rate, ".flac") if coarse.any() else b""
