"""Files are written completely or not at all."""

import errno
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.visits import ROOT

from musegen.errors import FileError
from musegen.files import atomic_write


def test_the_file_appears_when_the_block_ends(tmp_path):
    target = tmp_path / "song.txt"
    with atomic_write(target) as temporary:
        temporary.write_text("music")
        assert not target.exists()
    assert target.read_text() == "music"
    assert os.listdir(tmp_path) == ["song.txt"]


def test_the_temporary_file_keeps_the_ending_and_the_folder(tmp_path):
    with atomic_write(tmp_path / "song.flac") as temporary:
        assert temporary.suffix == ".flac"
        assert temporary.parent == tmp_path


def test_a_missing_folder_is_made(tmp_path):
    with atomic_write(tmp_path / "a" / "b" / "song.txt") as temporary:
        temporary.write_text("music")
    assert (tmp_path / "a" / "b" / "song.txt").read_text() == "music"


def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "song.txt"
    target.write_text("old")

    def write_half():
        with atomic_write(target) as temporary:
            temporary.write_text("half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["song.txt"]


def test_a_block_that_raises_makes_no_file(tmp_path):
    with pytest.raises(KeyboardInterrupt), atomic_write(tmp_path / "song.txt"):
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_others_may_read_it_as_any_new_file(tmp_path):
    plain = tmp_path / "plain.txt"
    plain.touch()
    with atomic_write(tmp_path / "song.txt"):
        pass
    modes = [stat.S_IMODE(p.stat().st_mode) for p in (plain, tmp_path / "song.txt")]
    assert modes[0] == modes[1]


def test_a_folder_that_is_a_file_is_a_file_error_that_names_the_path(tmp_path):
    (tmp_path / "taken").touch()
    path = tmp_path / "taken" / "song.txt"
    with (
        pytest.raises(FileError, match=r"cannot write .*song\.txt: ") as caught,
        atomic_write(path),
    ):
        pass
    assert isinstance(caught.value, OSError)
    assert caught.value.errno in (errno.EEXIST, errno.ENOTDIR)


def test_a_path_without_a_name_is_a_file_error():
    with pytest.raises(FileError, match="without a name"), atomic_write(""):
        pass


def test_a_full_disk_is_a_file_error_that_says_what_to_do(tmp_path):
    expected = r"^the disk is full: .*song\.txt was not written; make room"
    with pytest.raises(FileError, match=expected), atomic_write(tmp_path / "song.txt"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert os.listdir(tmp_path) == []


def test_threads_that_write_at_once_all_make_files_that_others_may_read(tmp_path):
    (tmp_path / "plain.txt").touch()
    mode = stat.S_IMODE((tmp_path / "plain.txt").stat().st_mode)

    def write(number):
        path = tmp_path / f"{number}.txt"
        with atomic_write(path) as temporary:
            temporary.write_text(str(number))
        return path

    with ThreadPoolExecutor(8) as threads:
        paths = list(threads.map(write, range(100)))
    assert [path.read_text() for path in paths] == [str(number) for number in range(100)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {mode}


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_write_that_is_killed_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "song.mid"
    path.write_text("before")
    program = f"""
import os, signal
from musegen.files import atomic_write
with atomic_write({str(path)!r}) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_text() == "before"
    with atomic_write(path) as temporary:
        temporary.write_text("after")
    assert path.read_text() == "after"
