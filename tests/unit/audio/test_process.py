"""Programs are stopped when their time is over, with all that they started."""

from __future__ import annotations

import pytest
from support.sounds import has_ended

from musegen.audio.process import run_process


def run(script: str, folder, timeout: float = 60, poll=lambda: None) -> int | None:
    with (folder / "output").open("wb") as output:
        return run_process(["sh", "-c", script], folder, {"NAME": "ann"}, output, timeout, poll)


def test_a_program_runs_in_its_folder_with_its_variables(tmp_path):
    assert run('echo "$NAME" > name; echo error >&2; exit 3', tmp_path) == 3
    assert (tmp_path / "name").read_text() == "ann\n"
    assert (tmp_path / "output").read_text() == "error\n"


def test_a_signal_that_ends_a_program_is_a_negative_status(tmp_path):
    assert run("kill -9 $$", tmp_path) == -9


def test_the_children_of_a_program_that_is_stopped_end_too(tmp_path):
    class StopError(Exception):
        pass

    def stop_when_started() -> None:
        if (tmp_path / "pid").exists():
            raise StopError

    with pytest.raises(StopError):
        run("sleep 3600 & echo $! > pid; wait", tmp_path, poll=stop_when_started)
    assert has_ended(int((tmp_path / "pid").read_text()))


def test_a_program_whose_time_is_over_has_no_status(tmp_path):
    assert run("sleep 3600", tmp_path, timeout=0.01) is None
