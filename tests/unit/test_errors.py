"""The tree of errors, and messages about files that cannot be written."""

import errno

import pytest

from musegen import errors
from musegen.errors import FileError, MuseGenError, is_disk_full, write_failure


def test_every_error_has_one_root():
    kinds = [value for value in vars(errors).values() if isinstance(value, type)]
    found = [
        kind for kind in kinds if issubclass(kind, Exception) and kind.__module__ == errors.__name__
    ]
    others = [kind.__name__ for kind in found if not issubclass(kind, MuseGenError)]
    assert others == ["MusicWarning"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_recognized_and_the_message_says_what_to_do(number):
    error = OSError(number, "no room")
    assert is_disk_full(error)
    failure = write_failure("song.mid", error)
    assert str(failure) == "the disk is full: song.mid was not written; make room and try again"
    assert is_disk_full(failure)


def test_another_failure_gives_the_reason_of_the_system():
    failure = write_failure("song.mid", PermissionError(errno.EACCES, "Permission denied"))
    assert isinstance(failure, FileError)
    assert str(failure) == "cannot write song.mid: Permission denied"
    assert not is_disk_full(failure)
    assert not is_disk_full(ValueError("no system error"))
