"""Renderers run at the same time, report progress and can be cancelled."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading

import numpy as np
import pytest
import soundfile
from support.sounds import BAND, RATE, TIM, has_ended, needs_fluidsynth, piece_of

from musegen.audio import render, render_jobs, render_stems
from musegen.errors import AudioError, Cancelled
from musegen.music import Piece


@needs_fluidsynth
def test_a_render_writes_nothing_to_the_terminal_and_leaves_no_file(temp, capfd):
    render(piece_of(BAND), TIM)
    assert capfd.readouterr() == ("", "")
    assert list(temp.iterdir()) == []


@needs_fluidsynth
def test_two_renders_at_the_same_time_do_not_disturb_each_other(band):
    other = piece_of([(0, "lead", 60, 8, 90)])
    sounds: dict[int, np.ndarray] = {}

    def work(i: int, piece: Piece) -> None:
        sounds[i] = render(piece, TIM)[0]

    threads = [threading.Thread(target=work, args=x) for x in enumerate([piece_of(BAND), other])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(sounds[0], band)
    assert not np.array_equal(sounds[1][:RATE], band[:RATE])


@needs_fluidsynth
def test_a_part_that_fails_is_reported_and_the_others_are_rendered(tmp_path, monkeypatch):
    real = shutil.which("fluidsynth")
    script = tmp_path / "fluidsynth"
    script.write_text(
        "#!/bin/sh\n"
        'for last; do :; done; grep -q bass "$last" && { echo error: no luck; exit 1; }\n'
        f'exec {real} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    stems = render_stems(piece_of(BAND), TIM)
    assert list(stems.sounds) == ["lead", "chords", "drums"]
    assert list(stems.missing) == ["bass"]
    assert "no luck" in stems.missing["bass"]


def test_if_no_part_can_be_rendered_it_is_an_error(fake_fluidsynth):
    fake_fluidsynth("echo 'fluidsynth: error: out of luck' >&2; exit 1")
    with pytest.raises(AudioError, match="out of luck"):
        render_stems(piece_of(BAND), TIM)


def test_no_more_renderers_run_than_there_are_cores(fake_fluidsynth, tmp_path):
    log = tmp_path / "log"
    fake_fluidsynth(f"echo start >> {log}; sleep 0.2; echo end >> {log}; exit 1")
    with pytest.raises(AudioError):
        render_stems(piece_of(BAND), TIM)
    lines = log.read_text().split()
    assert lines.count("start") == lines.count("end") == 4
    running = [lines[:i].count("start") - lines[:i].count("end") for i in range(len(lines))]
    assert max(running) <= os.cpu_count()


@pytest.mark.parametrize("make", [render, render_stems])
def test_cancelling_stops_all_renderers(make, fake_fluidsynth, temp, tmp_path):
    fake_fluidsynth(f"sleep 3600 & echo $! >> {tmp_path}/pids; wait")
    cancel = threading.Event()

    def cancel_when_started(share: float) -> None:
        if (tmp_path / "pids").exists():
            cancel.set()

    with pytest.raises(Cancelled):
        make(piece_of(BAND), TIM, cancel=cancel, progress=cancel_when_started)
    assert list(temp.iterdir()) == []
    started = (tmp_path / "pids").read_text().split()
    assert 1 <= len(started) <= os.cpu_count()  # parts that waited for a core were not started
    assert all(has_ended(int(process)) for process in started)


def test_nothing_starts_after_cancelling(fake_fluidsynth, tmp_path):
    fake_fluidsynth(f"touch {tmp_path}/begun")
    cancel = threading.Event()
    cancel.set()
    for make in (render, render_stems):
        with pytest.raises(Cancelled):
            make(piece_of(BAND), TIM, cancel=cancel)
    assert not (tmp_path / "begun").exists()


def test_progress_is_the_share_of_the_sound_that_is_written(fake_fluidsynth, tmp_path):
    # The piece lasts two seconds: six with the longest release, 2.1 MB. A third of that is there.
    soundfile.write(tmp_path / "whole.wav", np.full((3 * RATE, 2), 0.1), RATE, "FLOAT")
    whole = tmp_path / "whole.wav"
    wait = f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done"
    fake_fluidsynth(f'head -c 705600 {whole} > "$wav"; {wait}; tail -c +705601 {whole} >> "$wav"')
    shares: list[float] = []
    threads = set()

    def report(share: float) -> None:
        shares.append(share)
        threads.add(threading.current_thread())
        if 0 < share < 1:
            (tmp_path / "go").touch()

    render(piece_of(BAND), TIM, progress=report)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert pytest.approx(1 / 3, abs=0.01) in shares
    assert threads == {threading.current_thread()}


def test_silence_is_an_error(fake_fluidsynth, tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros((3 * RATE, 2)), RATE)
    fake_fluidsynth(f'cat {tmp_path}/silence.wav > "$wav"')
    with pytest.raises(AudioError, match="has no sound for this piece"):
        render(piece_of(BAND), TIM)


def test_a_renderer_that_cannot_be_started_is_reported_as_that(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/missing/python")
    with pytest.raises(AudioError) as caught:
        render(piece_of(BAND), TIM)
    assert str(caught.value).startswith("the renderer could not be run: /missing/python: ")
    assert "write" not in str(caught.value)


def test_a_full_disk_for_temporary_files_is_reported_as_that(monkeypatch):
    def fail(*args, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(render_jobs, "run_renderer", fail)
    with pytest.raises(AudioError, match="the disk is full: a temporary file was not written"):
        render(piece_of(BAND), TIM)
