"""A folder for all that a server writes; it is removed however the server ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["remove_old_files", "temporary_folder", "use_for_temporary_files"]

_PREFIX = "musegen-temp-"
_LOCK = ".lock"  # the process that a folder belongs to holds a lock on this file while it lives


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder for temporary files, and remove it in the end.

    The folder is made in ``GRADIO_TEMP_DIR``, or where the system keeps temporary files. Folders
    that were left by processes which were killed are removed first.

    Raises
    ------
    OSError
        If the folder cannot be made.
    """
    parent = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    for folder in parent.glob(f"{_PREFIX}*"):
        _remove_if_abandoned(folder)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    with (folder / "lock").open("w") as lock:
        _try_lock(lock.fileno())
        os.replace(lock.name, folder / _LOCK)  # now that it is held, no process finds it free
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def use_for_temporary_files(folder: Path) -> None:
    """Make this process, Gradio included, put all its temporary files into a folder.

    This changes ``GRADIO_TEMP_DIR`` and `tempfile.tempdir` of the whole process: Gradio, its
    libraries, and the renderers that it starts can be told in no other way. ``app.py`` calls it
    once, before it imports Gradio. No library code calls it.
    """
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    tempfile.tempdir = str(folder)


def remove_old_files(folder: Path, seconds: float) -> None:
    """Remove files that nobody has written to for some seconds, and empty folders of that age."""
    now = time.time()
    for parent, _, names in os.walk(folder, topdown=False):
        for path in [*(Path(parent, name) for name in names if name != _LOCK), Path(parent)]:
            # A folder may not be empty, and another thread may have removed the file.
            with contextlib.suppress(OSError):
                if now - path.stat().st_mtime > seconds:
                    path.rmdir() if path.is_dir() else path.unlink()


def _remove_if_abandoned(folder: Path) -> None:
    """Remove the folder of a process that has ended."""
    # A folder that is being made has no lock yet, and another user's lock cannot be opened.
    with contextlib.suppress(OSError), (folder / _LOCK).open("r+") as lock:
        if _try_lock(lock.fileno()):
            shutil.rmtree(folder, ignore_errors=True)


def _try_lock(file: int) -> bool:
    """Lock a file until it is closed or this process ends; return whether that was possible."""
    try:
        import fcntl
    except ImportError:  # on Windows folders of killed processes stay
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
