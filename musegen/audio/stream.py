"""Stems as the page fetches them: short pieces of FLAC, one after the other in one file.

Every browser decodes FLAC, and decodes it to the sample: pieces that are played end to end leave
no seam, as those of MP3 would. The first pieces of all parts come first, so that the page can play
while the rest arrives, and need not hold all of a long piece decoded.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musegen.audio.formats import encode
from musegen.errors import AudioError, FileError
from musegen.files import atomic_write

if TYPE_CHECKING:
    from musegen.audio.render_jobs import Stems

__all__ = ["write_stream"]

_SECONDS = 4  # of a piece: about 0.7 MB for a band, well under a tenth of a second to decode
# What is only listened to has 14 bits: noise at -86 dB, half the bytes that 16 would take.
_BITS = 14


def write_stream(path: str | Path, stems: Stems) -> dict:
    """Write stems for the page.

    Parameters
    ----------
    path : str or Path
    stems : Stems
        At least one.

    Returns
    -------
    dict
        What the page must know to read the file: ``rate`` and ``samples``; ``each``, the samples
        of a piece (the last is shorter); ``parts``; and ``bytes``: for each piece a list with the
        length in the file of each part's, 0 where it is silent.

    Raises
    ------
    AudioError
        If the disk is full or the file cannot be written.
    """
    each, parts = _SECONDS * stems.rate, len(stems.sounds)
    samples = len(next(iter(stems.sounds.values())))
    starts = range(0, samples, each)
    pieces = [s[start : start + each] for start in starts for s in stems.sounds.values()]
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # libsndfile works beside Python
        coded = list(threads.map(lambda piece: _coded(piece, stems.rate), pieces))
    try:
        with atomic_write(path) as beside, beside.open("wb") as file:
            for piece in coded:
                file.write(piece)
    except FileError as error:
        raise AudioError(str(error)) from None
    return {
        "rate": stems.rate,
        "samples": samples,
        "each": each,
        "parts": list(stems.sounds),
        "bytes": [
            [len(piece) for piece in coded[i : i + parts]] for i in range(0, len(coded), parts)
        ],
    }


def _coded(piece: np.ndarray, rate: int) -> bytes | memoryview:
    largest = 2 ** (_BITS - 1) - 1
    coarse = np.round(np.clip(piece, -1, 1) * largest).astype(np.int16) << (16 - _BITS)
    return encode(coarse, rate, ".flac") if coarse.any() else b""
