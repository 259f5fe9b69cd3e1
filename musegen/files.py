"""Where the checkpoints are, how files are written completely, and what damaged ones raise."""

from __future__ import annotations

import os
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from musegen.errors import FileError, write_failure

__all__ = ["CHECKPOINTS", "DAMAGED_ARRAYS", "atomic_write"]

# What NumPy raises for an `.npz` file that is damaged or no such file.
DAMAGED_ARRAYS = (
    EOFError,
    KeyError,
    NotImplementedError,  # a method of compression that does not exist
    OSError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def _find_checkpoints() -> Path:
    if named := os.environ.get("MUSEGEN_CHECKPOINTS"):
        return Path(named)
    package = Path(__file__).resolve().parent
    installed = package / "checkpoints"
    return installed if installed.is_dir() else package.parent / "checkpoints"


# Where models are loaded from when no folder is named: the folder in MUSEGEN_CHECKPOINTS, or the
# shipped ones, which lie in an installed package, and beside it in a checkout.
CHECKPOINTS = _find_checkpoints()


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Write a file completely or not at all.

    Yields a temporary path in the same folder. When the block ends, the temporary file replaces
    `path`. If the block raises, the temporary file is deleted and `path` stays as it was. The
    folder is created if it is missing. The temporary path has the suffix of `path`, because some
    writers choose their format by it.

    Raises
    ------
    FileError
        If the path names no file, the folder or the file cannot be written, or the disk is full.
    """
    path = Path(path)
    if not path.name:
        raise FileError("a file without a name cannot be written: name it")
    # Created with the default permissions of the process. `tempfile` would make the file
    # unreadable for other users.
    temporary = path.with_name(f".{secrets.token_hex(8)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
        try:
            yield temporary
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except FileError:
        raise
    except OSError as error:
        raise write_failure(path, error) from None
