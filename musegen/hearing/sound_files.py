"""Reads recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from musegen.errors import MusicError
from musegen.midi.load import display_text

__all__ = ["ENDINGS", "read_sound"]

ENDINGS = (".wav", ".flac", ".ogg", ".mp3")
_MOST_SECONDS = 180  # a song of several verses; it takes seconds to hear
_RATES = (4_000, 200_000)
_MOST_CHANNELS = 2  # a file of few bytes may have hundreds, which fill the memory


def read_sound(path: str | Path) -> tuple[npt.NDArray[np.float32], int]:
    """Read a sound file.

    Returns
    -------
    samples : numpy.ndarray
        Float32, shape ``(samples, channels)``, in [-1, 1].
    rate : int
        Samples a second.

    Raises
    ------
    MusicError
        If the file is missing, no sound, over three minutes long, or has over two channels.
    """
    name = display_text(Path(path).name)
    try:
        # Opened here: soundfile refuses names that are not text in UTF-8.
        with Path(path).open("rb") as stored, soundfile.SoundFile(stored) as file:
            if file.channels > _MOST_CHANNELS:
                raise MusicError(f"{name} has {file.channels} channels: export it with one or two")
            if not _RATES[0] <= file.samplerate <= _RATES[1]:
                raise MusicError(f"{name} has {file.samplerate} samples a second: export it again")
            most = _MOST_SECONDS * file.samplerate
            samples = file.read(most + 1, dtype="float32", always_2d=True)
            rate = file.samplerate
    # soundfile raises TypeError for .raw files, which do not say their rate.
    except (OSError, TypeError, ValueError, soundfile.SoundFileError) as error:
        if isinstance(error, MusicError):
            raise
        raise MusicError(
            f"{name} is no sound that can be read: give a recording as WAV, FLAC, OGG or MP3"
        ) from None
    if len(samples) > most:
        raise MusicError(f"{name} is over {_MOST_SECONDS // 60} minutes long: cut it shorter")
    return np.nan_to_num(samples).astype(np.float32, copy=False), int(rate)
