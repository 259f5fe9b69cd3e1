"""Sound files: WAV, FLAC, OGG and MP3 through soundfile."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from musegen.audio.riff import riff_text
from musegen.audio.stems import Stems
from musegen.errors import AudioError, FileError
from musegen.files import atomic_write

__all__ = [
    "FORMATS",
    "encode",
    "read_comment",
    "to_int16",
    "write_audio",
    "write_bytes",
    "write_stems",
]

# libsndfile's scale runs from 0 (best) to 1 (smallest): Vorbis near 190, MP3 near 200 kbit/s.
_WRITERS: dict[str, dict[str, Any]] = {
    ".flac": {"format": "FLAC", "subtype": "PCM_16"},
    ".mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III", "compression_level": 0.1},
    ".ogg": {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.4},
    ".wav": {"format": "WAV", "subtype": "PCM_16"},
}
FORMATS: tuple[str, ...] = tuple(_WRITERS)
"""Endings of the sound files that `write_audio` writes."""


def write_audio(
    path: str | Path, audio: npt.NDArray[np.float32], rate: int, comment: str | None = None
) -> None:
    """Write a sound file completely or not at all; its ending chooses the format.

    Parameters
    ----------
    path : str or Path
        Ends in one of `FORMATS`. WAV and FLAC have 16 bits.
    audio : numpy.ndarray
        Shape ``(samples, 2)``, float32 in [-1, 1].
    rate : int
        Samples a second.
    comment : str, optional
        ASCII text to store where programs show a comment; `read_comment` reads it.

    Raises
    ------
    AudioError
        If the ending is unknown, the disk is full or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in _WRITERS:
        raise AudioError(f"{path.name} does not say a format: end it in {', '.join(FORMATS)}")
    # Encoded in memory: libsndfile does not say why it could not write a file, the system does.
    write_bytes(path, [encode(audio, rate, path.suffix.lower(), comment)])


def write_stems(path: str | Path, stems: Stems, comment: str | None = None) -> None:
    """Write stems as a ZIP of FLAC files, completely or not at all.

    Parameters
    ----------
    path : str or Path
        The files inside are named after it: ``song-stems.zip`` contains ``song-lead.flac``.
    stems : Stems
    comment : str, optional
        As in `write_audio`, for each of the files.

    Raises
    ------
    AudioError
        If the disk is full or the file cannot be written.
    """
    path = Path(path)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:  # not compressed: FLAC would not get smaller
        for part, audio in stems.sounds.items():
            name = f"{path.stem.removesuffix('-stems')}-{part}.flac"
            archive.writestr(name, encode(audio, stems.rate, ".flac", comment))
    write_bytes(path, [data.getbuffer()])


def read_comment(path: str | Path) -> str | None:
    """Read the text that `write_audio` stored in a file.

    libsndfile reads it from every format, but from a WAV file no more than 2 KB, which is why
    `riff_text` reads that. Mutagen would not help: it knows no comment of WAV files but ID3.

    Returns
    -------
    str or None
        None if there is no comment, or the file is damaged, missing or no sound file.
    """
    try:
        text = riff_text(Path(path), b"WAVE", b"ICMT")
        if text is None:
            with soundfile.SoundFile(path) as file:
                text = file.comment
    # soundfile raises TypeError for .raw files, which do not say their rate.
    except (OSError, TypeError, ValueError, soundfile.SoundFileError):
        return None
    return text or None


def encode(
    audio: npt.NDArray[Any], rate: int, ending: str, comment: str | None = None
) -> memoryview:
    """Return the content of a sound file.

    Parameters
    ----------
    audio : numpy.ndarray
        Shape ``(samples, 2)``, float32 in [-1, 1], or int16 for WAV and FLAC.
    rate : int
        Samples a second.
    ending : str
        One of `FORMATS`.
    comment : str, optional
        As in `write_audio`.

    Raises
    ------
    AudioError
        If libsndfile cannot encode it.
    """
    writer = _WRITERS[ending]
    if writer["subtype"] == "PCM_16" and audio.dtype != np.int16:
        audio = to_int16(audio)
    data = io.BytesIO()
    try:
        with soundfile.SoundFile(data, "w", rate, audio.shape[1], **writer) as file:
            if comment:
                file.comment = comment  # has to be set before the audio, since it comes first
            for start in range(0, len(audio), rate):  # Vorbis overflows its stack on long arrays
                file.write(audio[start : start + rate])
    except soundfile.LibsndfileError as error:
        raise AudioError(f"cannot make {ending} of this sound: {error.error_string}") from None
    return data.getbuffer()


def write_bytes(path: str | Path, chunks: Iterable[bytes | memoryview]) -> None:
    """Write a file completely or not at all.

    Raises
    ------
    AudioError
        If the disk is full or the file cannot be written.
    """
    try:
        with atomic_write(path) as temporary, temporary.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
    except FileError as error:
        raise AudioError(str(error)) from None


def to_int16(audio: npt.NDArray[Any]) -> npt.NDArray[np.int16]:
    """Convert audio in [-1, 1] to int16 of the same shape; clip what is outside."""
    return np.round(np.clip(audio, -1, 1) * 32767).astype(np.int16)
