"""What MuseGen says of sound that cannot be made or saved."""

from __future__ import annotations

import errno

__all__ = ["AudioError", "Halted", "disk_error"]


class AudioError(RuntimeError):
    """Sound that cannot be made or saved, said in one line: what is wrong, what to do."""


class Halted(AudioError):  # noqa: N818 (it is wanted, so it is no error)
    """Rendering that was stopped because somebody asked for that."""

    def __init__(self) -> None:
        super().__init__("the rendering was stopped")


def disk_error(what: str, error: OSError) -> AudioError:
    """The system's error in writing something, as a line about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return AudioError(f"the disk is full: {what} was not written; make room and try again")
    return AudioError(f"cannot write {what}: {error.strerror or error}")
