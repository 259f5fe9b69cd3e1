"""Errors that are shown to users: each message is one line that says what is wrong and what to do.

Everything that MuseGen raises for a user's mistake, or for something missing on their computer, is a
`MuseGenError`. Any other exception is a bug.
"""

from __future__ import annotations

import errno

__all__ = [
    "AudioError",
    "CheckpointError",
    "Halted",
    "MuseGenError",
    "MusicError",
    "MusicWarning",
    "disk_error",
]


class MuseGenError(Exception):
    """The base class of all errors whose message is meant for users."""


class MusicError(MuseGenError, ValueError):
    """A file or a request that cannot be used."""


class MusicWarning(UserWarning):
    """A file was read, but the music differs from what the file contains."""


class AudioError(MuseGenError, RuntimeError):
    """Sound that cannot be rendered or saved."""


class Halted(AudioError):  # noqa: N818 (stopping was asked for, so it is not an error)
    """Rendering that was stopped on request."""

    def __init__(self) -> None:
        super().__init__("the rendering was stopped")


class CheckpointError(MuseGenError, ValueError):
    """A checkpoint that cannot be used."""


def disk_error(what: str, error: OSError) -> AudioError:
    """Turn the system's error in writing a file into an `AudioError` about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return AudioError(f"the disk is full: {what} was not written; make room and try again")
    return AudioError(f"cannot write {what}: {error.strerror or error}")
