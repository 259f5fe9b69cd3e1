"""Sound files: WAV, FLAC, OGG and MP3 through soundfile."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from musegen.audio.riff import riff_text
from musegen.errors import AudioError, FileError
from musegen.files import atomic_write

if TYPE_CHECKING:
    from musegen.audio.render_jobs import Stems

__all__ = ["FORMATS", "encode", "read_comment", "to_int16", "write_audio", "write_stems"]

# libsndfile's scale runs from 0 (best) to 1 (smallest): Vorbis near 190, MP3 near 200 kbit/s.
_WRITERS: dict[str, dict] = {
    ".flac": {"format": "FLAC", "subtype": "PCM_16"},
    ".mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III", "compression_level": 0.1},
    ".ogg": {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.4},
    ".wav": {"format": "WAV", "subtype": "PCM_16"},
}
FORMATS: tuple[str, ...] = tuple(_WRITERS)
"""Endings of the sound files that `write_audio` writes."""


def write_audio(path: str | Path, audio: np.ndarray, rate: int, comment: str | None = None) -> None:
    """Write a sound file, whole or not at all; the ending says in which format.

    Parameters
    ----------
    path : str or Path
        Ends in one of `FORMATS`. WAV and FLAC have 16 bits.
    audio : numpy.ndarray
        Shape ``(samples, 2)``, float32 in [-1, 1].
    rate : int
        Samples a second.
    comment : str, optional
        Text to put into the file, in ASCII, where players show a comment; `read_comment` reads it.

    Raises
    ------
    AudioError
        If the ending is another, the disk is full or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in _WRITERS:
        raise AudioError(f"{path.name} does not say a format: end it in {', '.join(FORMATS)}")
    # Into memory first: libsndfile does not say why a write failed, the system does.
    _write(path, encode(audio, rate, path.suffix.lower(), comment))


def write_stems(path: str | Path, stems: Stems, comment: str | None = None) -> None:
    """Write stems as a ZIP of FLAC files, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The files inside are named after it: ``song-stems.zip`` holds ``song-lead.flac``.
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
    with zipfile.ZipFile(data, "w") as archive:  # stored: FLAC does not get smaller
        for part, audio in stems.sounds.items():
            name = f"{path.stem.removesuffix('-stems')}-{part}.flac"
            archive.writestr(name, encode(audio, stems.rate, ".flac", comment))
    _write(path, data.getbuffer())


def read_comment(path: str | Path) -> str | None:
    """Text that `write_audio` put into a file, read from its head.

    Returns
    -------
    str or None
        None where there is none, or the file is damaged, no sound or not there.
    """
    try:
        # libsndfile reads no text of more than 2 KB from a WAV file, though it writes it.
        text = riff_text(Path(path), b"WAVE", b"ICMT")
        if text is None:
            with soundfile.SoundFile(path) as file:
                text = file.comment
    except (OSError, TypeError, ValueError, soundfile.SoundFileError):  # of .raw it wants a rate
        return None
    return text or None


def encode(audio: np.ndarray, rate: int, ending: str, comment: str | None = None) -> memoryview:
    """A sound file's bytes.

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
        If libsndfile cannot do it.
    """
    writer = _WRITERS[ending]
    if writer["subtype"] == "PCM_16" and audio.dtype != np.int16:
        audio = to_int16(audio)
    data = io.BytesIO()
    try:
        with soundfile.SoundFile(data, "w", rate, audio.shape[1], **writer) as file:
            if comment:
                file.comment = comment  # goes into the head, so it comes first
            for start in range(0, len(audio), rate):  # Vorbis overflows its stack on long arrays
                file.write(audio[start : start + rate])
    except soundfile.LibsndfileError as error:
        raise AudioError(f"cannot make {ending} of this sound: {error.error_string}") from None
    return data.getbuffer()


def _write(path: Path, data: memoryview) -> None:
    try:
        with atomic_write(path) as beside:
            beside.write_bytes(data)
    except FileError as error:
        raise AudioError(str(error)) from None


def to_int16(audio: np.ndarray) -> np.ndarray:
    """Float audio in [-1, 1] as int16 of the same shape; what lies outside is clipped."""
    return np.round(np.clip(audio, -1, 1) * 32767).astype(np.int16)
