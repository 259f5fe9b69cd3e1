"""Videos for posting: the picture of a piece, a line that moves through it, and the sound."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musegen.audio.formats import write_audio
from musegen.audio.process import run_process
from musegen.errors import AudioError, Cancelled
from musegen.files import atomic_write

__all__ = ["has_ffmpeg", "write_video"]

_FRAMES = 25  # a second
_LINE = "color=white@0.85:s=3x420:r={frames}"
_TOP = 180  # pixels above the line


def has_ffmpeg() -> bool:
    """Whether the program ffmpeg is installed, which writes the videos."""
    return shutil.which("ffmpeg") is not None


def write_video(
    path: Path,
    picture: bytes,
    edges: tuple[int, int],
    seconds: float,
    sound: npt.NDArray[np.float32],
    rate: int,
    timeout: float | None = None,
    cancel: threading.Event | None = None,
) -> None:
    """Write an MP4 (H.264 and AAC, which every site takes) completely or not at all.

    Parameters
    ----------
    path : Path
    picture : bytes
        PNG with even width and height.
    edges : (int, int)
        Where the line is at the start and at the end of the music, in pixels from the left.
    seconds : float
        Length of the music. The line stays at the end while the sound decays.
    sound : numpy.ndarray
        Shape ``(samples, 2)``, float32.
    rate : int
        Samples a second.
    timeout : float, optional
        Seconds after which ffmpeg is stopped; five times the sound's if not given.
    cancel : threading.Event, optional
        Stops ffmpeg when it is set.

    Raises
    ------
    AudioError
        If ffmpeg is missing, fails or takes too long.
    Cancelled
        If `cancel` was set.
    FileError
        If the file cannot be written.
    """
    if not has_ffmpeg():
        raise AudioError("a video needs the program ffmpeg: install it, or choose another file")
    length = len(sound) / rate

    def poll() -> None:
        if cancel is not None and cancel.is_set():
            raise Cancelled

    with tempfile.TemporaryDirectory(prefix="musegen-") as name, atomic_write(path) as temporary:
        folder = Path(name)
        (folder / "picture.png").write_bytes(picture)
        write_audio(folder / "sound.wav", sound, rate)
        left, right = edges
        place = f"min({right},{left}+{(right - left) / seconds:.6f}*t)"
        command = [
            *("ffmpeg", "-hide_banner", "-loglevel", "error", "-y"),
            *("-loop", "1", "-framerate", str(_FRAMES), "-i", "picture.png", "-i", "sound.wav"),
            *("-f", "lavfi", "-i", _LINE.format(frames=_FRAMES)),
            *("-filter_complex", f"[0:v][2:v]overlay=x='{place}':y={_TOP}[v]"),
            *("-map", "[v]", "-map", "1:a", "-t", f"{length:.3f}"),
            *("-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage"),
            *("-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart"),
            *("-f", "mp4", str(temporary.absolute())),
        ]
        with (folder / "log.txt").open("wb") as log:
            status = run_process(command, folder, {}, log, timeout or 30 + 5 * length, poll)
        if status != 0:
            lines = (folder / "log.txt").read_text(errors="replace").split("\n")
            reason = "it took too long" if status is None else lines[0][:120] or f"status {status}"
            raise AudioError(f"ffmpeg made no video ({reason}): choose another file")
