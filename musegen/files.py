"""Files: where those that are shipped lie, and how others are written, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["CHECKPOINTS", "write_beside"]


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
def write_beside(path: str | Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; move it to `path` when the block ends well.

    The folder is made if it is missing. The temporary name keeps the ending, which some writers
    choose their format by. If the block raises, nothing is left behind and `path` is untouched.

    Raises
    ------
    OSError
        If the folder cannot be written, or the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        umask = os.umask(0)
        os.umask(umask)
        beside.chmod(0o666 & ~umask)  # mkstemp gives 0600, which other users could not read
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
