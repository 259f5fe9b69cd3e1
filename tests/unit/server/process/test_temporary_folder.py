"""What a server writes is removed, however the server ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from support.visits import ROOT

from musegen.server.process.temporary_folder import (
    remove_old_files,
    temporary_folder,
    use_for_temporary_files,
)


@pytest.fixture(autouse=True)
def parent(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "parent"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path / "parent"


def test_the_folder_is_removed_with_the_files_in_it(parent):
    with temporary_folder() as folder:
        assert folder.parent == parent
        (folder / "song.mid").touch()
    assert list(parent.iterdir()) == []


def test_the_process_uses_the_folder_only_where_it_is_asked_to(parent):
    with temporary_folder() as folder:
        assert os.environ["GRADIO_TEMP_DIR"] == str(parent)
        assert tempfile.tempdir is None or Path(tempfile.tempdir) != folder
        use_for_temporary_files(folder)
        assert os.environ["GRADIO_TEMP_DIR"] == str(folder)
        with tempfile.NamedTemporaryFile(delete=False) as file:
            assert Path(file.name).parent == folder


def test_the_folder_is_removed_after_an_error(parent):
    with pytest.raises(ZeroDivisionError), temporary_folder():
        raise ZeroDivisionError
    assert list(parent.iterdir()) == []


def test_only_abandoned_folders_of_this_app_are_removed(parent):
    pytest.importorskip("fcntl", reason="files cannot be locked here")
    abandoned, foreign = parent / "musegen-temp-abandoned", parent / "another-app"
    for folder in (abandoned, foreign):
        folder.mkdir(parents=True)
        (folder / ".lock").touch()
    with temporary_folder() as first:
        with temporary_folder():
            assert first.is_dir()
        assert not abandoned.exists()
        assert foreign.is_dir()


def test_old_files_and_empty_old_folders_are_removed(tmp_path):
    folder = tmp_path / "folder"
    (folder / "old").mkdir(parents=True)
    (folder / "new").mkdir()
    for name in ("old/song.mid", "new/song.mid", ".lock"):
        (folder / name).touch()
    past = time.time() - 100
    for name in ("old/song.mid", "old", ".lock"):
        os.utime(folder / name, (past, past))
    remove_old_files(folder, 50)
    os.utime(folder / "old", (past, past))  # removing the file changed it
    remove_old_files(folder, 50)
    assert sorted(path.name for path in folder.rglob("*")) == [".lock", "new", "song.mid"]


PROGRAM = """
import os, signal
from musegen.server.process.temporary_folder import temporary_folder
with temporary_folder() as folder:
    (folder / "song.mid").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed_by_the_next(parent):
    pytest.importorskip("fcntl", reason="files cannot be locked here")
    ended = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    (left,) = parent.iterdir()
    assert (left / "song.mid").exists()
    with temporary_folder() as first, temporary_folder() as second:
        assert sorted(parent.iterdir()) == sorted((first, second))  # each leaves the other's
    assert list(parent.iterdir()) == []
