"""A file is written whole, or it is not there."""

import os
import stat

import pytest

from musegen.files import write_beside


def test_the_file_appears_when_the_block_ends(tmp_path):
    target = tmp_path / "song.txt"
    with write_beside(target) as beside:
        beside.write_text("music")
        assert not target.exists()
    assert target.read_text() == "music"
    assert os.listdir(tmp_path) == ["song.txt"]


def test_the_temporary_file_keeps_the_ending_and_the_folder(tmp_path):
    with write_beside(tmp_path / "song.flac") as beside:
        assert beside.suffix == ".flac"
        assert beside.parent == tmp_path


def test_a_missing_folder_is_made(tmp_path):
    with write_beside(tmp_path / "a" / "b" / "song.txt") as beside:
        beside.write_text("music")
    assert (tmp_path / "a" / "b" / "song.txt").read_text() == "music"


def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "song.txt"
    target.write_text("old")

    def write_half():
        with write_beside(target) as beside:
            beside.write_text("half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["song.txt"]


def test_a_block_that_raises_makes_no_file(tmp_path):
    with pytest.raises(KeyboardInterrupt), write_beside(tmp_path / "song.txt"):
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_others_may_read_it_as_any_new_file(tmp_path):
    plain = tmp_path / "plain.txt"
    plain.touch()
    with write_beside(tmp_path / "song.txt"):
        pass
    modes = [stat.S_IMODE(p.stat().st_mode) for p in (plain, tmp_path / "song.txt")]
    assert modes[0] == modes[1]


def test_a_folder_that_is_a_file_is_an_os_error(tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(OSError, match="taken"), write_beside(tmp_path / "taken" / "song.txt"):
        pass
