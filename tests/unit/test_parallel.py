"""A function is mapped over items in processes and on a cluster, and workers fail."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial

import pytest
from support.environments import make_environment
from support.visits import ROOT, free_port

from musegen import parallel
from musegen.errors import MusicError, WorkerError
from musegen.parallel import DASK, PROCESSES, WorkerPool, parallel_map

PARALLEL = [WorkerPool(PROCESSES, 2), WorkerPool(DASK, 2)]
ALL_POOLS = [WorkerPool(PROCESSES, 1), *PARALLEL]


def square_slowly(number):
    """The first item takes longest, so that its result is not the first to be ready."""
    time.sleep(0.2 if number == 0 else 0)
    return number**2, os.getpid()


def refuse_three(number):
    if number == 3:
        raise MusicError("three is not music")
    return number


def end_process_on_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("pool", ALL_POOLS, ids=str)
@pytest.mark.parametrize("chunk_size", [1, 3])
def test_results_come_in_the_order_of_the_items(pool, chunk_size):
    results = list(parallel_map(square_slowly, range(8), pool, chunk_size))
    assert [square for square, _ in results] == [n**2 for n in range(8)]
    assert (os.getpid() in {process for _, process in results}) == (pool.workers == 1)


@pytest.mark.parametrize("pool", ALL_POOLS, ids=str)
def test_an_exception_of_the_function_is_raised_by_the_caller(pool):
    with pytest.raises(MusicError, match="three is not music"):
        list(parallel_map(refuse_three, range(6), pool))


@pytest.mark.parametrize("pool", PARALLEL, ids=str)
def test_a_lost_worker_is_reported_in_one_line(pool):
    with pytest.raises(WorkerError, match="memory") as caught:
        list(parallel_map(end_process_on_three, range(6), pool))
    assert "\n" not in str(caught.value)


def test_a_missing_dask_or_scheduler_is_reported_with_what_to_do(monkeypatch):
    monkeypatch.setattr(parallel, "_CONNECT_TIMEOUT", 0.5)
    with pytest.raises(WorkerError, match="dask scheduler"):
        list(parallel_map(abs, range(3), WorkerPool("tcp://127.0.0.1:9")))
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkerError, match=r"pip install .\.\[scale\]"):
        list(parallel_map(abs, range(3), WorkerPool(DASK)))


@contextmanager
def running_cluster(folder, workers=1, python=sys.executable, python_path=""):
    """A scheduler and its workers, started by hand in a folder that does not hold MuseGen."""
    port = str(free_port())
    address = f"tcp://127.0.0.1:{port}"
    dask = ["-m", "dask"]
    scheduler = [python, *dask, "scheduler", "--host", "127.0.0.1", "--port", port]
    worker = [python, *dask, "worker", address, "--nthreads", "1", "--no-nanny"]
    processes = [
        subprocess.Popen(
            [*words, "--no-dashboard"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": python_path},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for words in [scheduler, *[worker] * workers]
    ]
    try:
        yield WorkerPool(address), processes[0].pid
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_running_cluster_is_used_and_left_running_until_its_scheduler_is_lost(tmp_path):
    with running_cluster(tmp_path, python_path=str(ROOT)) as (pool, scheduler):
        for _ in range(2):
            assert list(parallel_map(abs, range(-3, 0), pool)) == [3, 2, 1]
        with pytest.raises(WorkerError, match="was lost") as caught:
            list(parallel_map(partial(os.kill, scheduler), [signal.SIGKILL], pool))
    assert "\n" not in str(caught.value)


def test_a_cluster_without_musegen_is_reported(tmp_path):
    with (
        running_cluster(tmp_path, python=make_environment(tmp_path / "venv")) as (pool, _),
        pytest.raises(WorkerError, match=r"No module named .musegen.+install"),
    ):
        list(parallel_map(abs, range(3), pool))


def test_a_cluster_without_workers_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "_CONNECT_TIMEOUT", 3.0)
    with (
        running_cluster(tmp_path, workers=0) as (pool, _),
        pytest.raises(WorkerError, match="dask worker"),
    ):
        list(parallel_map(abs, range(3), pool))
