"""What a server writes is gone with it. That of one that was killed: tests/test_faults.py."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from musegen.server.process.temporary_folder import remove_old, workroom


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "place"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path / "place"


def test_temporary_files_lie_in_it_and_go_with_it(place) -> None:
    with workroom() as room:
        assert room.parent == place
        assert os.environ["GRADIO_TEMP_DIR"] == str(room)
        with tempfile.NamedTemporaryFile(delete=False) as file:
            assert Path(file.name).parent == room
    assert list(place.iterdir()) == []


def test_it_goes_when_its_owner_fails(place) -> None:
    with pytest.raises(ZeroDivisionError), workroom():
        raise ZeroDivisionError
    assert list(place.iterdir()) == []


def test_only_what_nobody_holds_is_cleared_away(place, monkeypatch) -> None:
    pytest.importorskip("fcntl", reason="files cannot be locked here")
    dead, foreign = place / "musegen-room-dead", place / "another-app"
    for folder in (dead, foreign):
        folder.mkdir(parents=True)
        (folder / ".lock").touch()
    with workroom() as first:
        monkeypatch.setenv("GRADIO_TEMP_DIR", str(place))
        with workroom():
            assert first.is_dir()
        assert not dead.exists()
        assert foreign.is_dir()


def test_old_files_and_folders_go(tmp_path) -> None:
    room = tmp_path / "room"
    (room / "old").mkdir(parents=True)
    (room / "new").mkdir()
    for name in ("old/song.mid", "new/song.mid", ".lock"):
        (room / name).touch()
    past = time.time() - 100
    for name in ("old/song.mid", "old", ".lock"):
        os.utime(room / name, (past, past))
    remove_old(room, 50)
    os.utime(room / "old", (past, past))  # it was changed by what was removed
    remove_old(room, 50)
    assert sorted(path.name for path in room.rglob("*")) == [".lock", "new", "song.mid"]
