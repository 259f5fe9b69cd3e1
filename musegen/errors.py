"""Errors whose messages are written for users: one line that says what is wrong and what to do.

Everything that MuseGen raises for a user's mistake, or because something is missing on their
computer, is a `MuseGenError`. Any other exception is a bug.
"""

from __future__ import annotations

import errno

__all__ = [
    "AudioError",
    "Cancelled",
    "CheckpointError",
    "FileError",
    "MuseGenError",
    "MusicError",
    "MusicWarning",
    "WorkerError",
    "is_disk_full",
    "write_failure",
]


class MuseGenError(Exception):
    """The base class of all errors whose message is meant for users."""


class MusicError(MuseGenError, ValueError):
    """A MIDI file, a piece or an argument cannot be used.

    It is a `ValueError` too, since that is what callers of a Python function expect for an
    argument that is out of range.
    """


class MusicWarning(UserWarning):
    """A file was read, but the music differs from what the file contains."""


class FileError(MuseGenError, OSError):
    """A file cannot be written.

    It is an `OSError` too, so that ``except OSError`` around a call that writes a file works.
    """


class AudioError(MuseGenError, RuntimeError):
    """Sound cannot be rendered or saved."""


class CheckpointError(MuseGenError, ValueError):
    """A checkpoint is missing, damaged or does not fit the music."""


class WorkerError(MuseGenError, RuntimeError):
    """Worker processes or machines are not available, or one was lost."""


class Cancelled(MuseGenError):  # noqa: N818 (somebody asked for it, so it is not an error)
    """Work was stopped on request."""

    def __init__(self, message: str = "the work was cancelled") -> None:
        super().__init__(message)


def is_disk_full(error: BaseException) -> bool:
    """Whether the system refused to write because no space, or no quota, is left."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return isinstance(error, OSError) and error.errno in full


def write_failure(name: object, error: OSError) -> FileError:
    """Turn the system's error about writing a file into a `FileError` that says what to do.

    Parameters
    ----------
    name : object
        What could not be written: a path, or a description such as ``"a temporary file"``.
    error : OSError
        The system's error.
    """
    if is_disk_full(error):
        message = f"the disk is full: {name} was not written; make room and try again"
    else:
        message = f"cannot write {name}: {error.strerror or error}"
    failure = FileError(message)
    failure.errno = error.errno
    return failure
