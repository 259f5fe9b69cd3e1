"""A folder for all that a server writes, which is gone with it, however it ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["remove_old", "workroom"]

_NAME = "musegen-room-"
_LOCK = ".lock"  # held by the process that a folder belongs to, as long as it lives


@contextmanager
def workroom() -> Iterator[Path]:
    """Make a folder for temporary files, Gradio's among them, and remove it in the end.

    It lies where ``GRADIO_TEMP_DIR`` says, or where the system has such files. What processes left
    there that were ended without warning is removed first. To be called before Gradio is imported,
    which notes the place.

    Raises
    ------
    OSError
        If there is no place for it.
    """
    place = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    place.mkdir(parents=True, exist_ok=True)
    for folder in place.glob(f"{_NAME}*"):
        _clear_away(folder)
    folder = Path(tempfile.mkdtemp(prefix=_NAME, dir=place))
    with (folder / "lock").open("w") as lock:
        _is_locked_by_us(lock.fileno())
        os.replace(lock.name, folder / _LOCK)  # now that it is held: nobody finds it free
        os.environ["GRADIO_TEMP_DIR"] = str(folder)
        tempfile.tempdir = str(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def remove_old(room: Path, seconds: float) -> None:
    """Remove the files that nobody has written to for so long, and folders without files."""
    now = time.time()
    for folder, _, names in os.walk(room, topdown=False):
        for path in [*(Path(folder, name) for name in names if name != _LOCK), Path(folder)]:
            with contextlib.suppress(OSError):  # a folder that is not empty, or somebody was first
                if now - path.stat().st_mtime > seconds:
                    path.rmdir() if path.is_dir() else path.unlink()


def _clear_away(folder: Path) -> None:
    """Remove a folder whose process is no more."""
    # It is not there yet in one that is being made, and not ours to open in another user's.
    with contextlib.suppress(OSError), (folder / _LOCK).open("r+") as lock:
        if _is_locked_by_us(lock.fileno()):
            shutil.rmtree(folder, ignore_errors=True)


def _is_locked_by_us(file: int) -> bool:
    """Lock a file until it is closed, or this process ends, if nobody else has done so."""
    try:
        import fcntl
    except ImportError:  # Windows: what was left there stays
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
