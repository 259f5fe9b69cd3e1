"""A function over items: in processes and on a cluster, with workers that fail."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial

import pytest
from support.visits import ROOT, free_port

from musegen import parallel
from musegen.errors import MusicError
from musegen.parallel import DASK, PROCESSES, Engine, WorkerError, spread

EVERY = [Engine(PROCESSES, 1), Engine(PROCESSES, 2), Engine(DASK, 2)]


def slow_square(number):
    time.sleep(0.2 if number == 0 else 0)
    return number**2, os.getpid()


def refuse_three(number):
    if number == 3:
        raise MusicError("three is no music")
    return number


def end_on_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("engine", EVERY, ids=str)
@pytest.mark.parametrize("at_once", [1, 3])
def test_results_come_in_the_order_of_the_items(engine, at_once):
    results = list(spread(slow_square, range(8), engine, at_once))
    assert [square for square, _ in results] == [n**2 for n in range(8)]
    assert (os.getpid() in {process for _, process in results}) == (engine.workers == 1)


@pytest.mark.parametrize("engine", EVERY, ids=str)
def test_what_the_function_raises_is_raised_here(engine):
    with pytest.raises(MusicError, match="three is no music"):
        list(spread(refuse_three, range(6), engine))


@pytest.mark.parametrize("engine", [Engine(PROCESSES, 2), Engine(DASK, 2)], ids=str)
def test_a_lost_worker_is_one_line(engine):
    with pytest.raises(WorkerError, match="memory") as caught:
        list(spread(end_on_three, range(6), engine))
    assert "\n" not in str(caught.value)


def test_a_missing_dask_or_scheduler_says_what_to_do(monkeypatch):
    monkeypatch.setattr(parallel, "_ANSWERS_WITHIN", 1.0)
    with pytest.raises(WorkerError, match="dask scheduler"):
        list(spread(abs, range(3), Engine("tcp://127.0.0.1:9")))
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkerError, match=r"pip install .musegen\[scale\]"):
        list(spread(abs, range(3), Engine(DASK)))


@contextmanager
def cluster(folder, environment, workers=1):
    """A scheduler and its workers as they are started by hand, away from MuseGen's folder."""
    port = str(free_port())
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    running = [
        subprocess.Popen(
            words,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for words in [scheduler, *[worker] * workers]
    ]
    try:
        yield Engine(address), running[0].pid
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_a_running_cluster_is_used_and_left_running(tmp_path):
    with cluster(tmp_path, {"PYTHONPATH": str(ROOT)}) as (engine, _):
        for _ in range(2):
            assert list(spread(abs, range(-3, 0), engine)) == [3, 2, 1]


def test_a_lost_scheduler_is_one_line(tmp_path):
    with (
        cluster(tmp_path, {"PYTHONPATH": str(ROOT)}) as (engine, scheduler),
        pytest.raises(WorkerError, match="was lost") as caught,
    ):
        list(spread(partial(os.kill, scheduler), [signal.SIGKILL], engine))
    assert "\n" not in str(caught.value)


def test_a_cluster_without_musegen_says_so(tmp_path):
    with (
        cluster(tmp_path, {"PYTHONPATH": ""}) as (engine, _),
        pytest.raises(WorkerError, match=r"No module named .musegen.+install"),
    ):
        list(spread(abs, range(3), engine))


def test_a_cluster_without_workers_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "_ANSWERS_WITHIN", 4.0)
    with (
        cluster(tmp_path, {}, workers=0) as (engine, _),
        pytest.raises(WorkerError, match="dask worker"),
    ):
        list(spread(abs, range(3), engine))
