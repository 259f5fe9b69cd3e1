"""Maps a function over items in parallel: in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

from musegen.errors import WorkerError

__all__ = ["ALL_CORES", "DASK", "PROCESSES", "WorkerPool", "parallel_map"]

PROCESSES, DASK = "processes", "dask"
_CONNECT_TIMEOUT = 10.0  # seconds: a scheduler that is running answers at once

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class WorkerPool:
    """Where work is done, and by how many workers.

    Attributes
    ----------
    kind : str
        `PROCESSES`; `DASK`, a cluster that is started on this machine and stopped after the work;
        or the address of a running Dask scheduler, such as ``tcp://10.0.0.5:8786``.
    workers : int, optional
        How many; by default one for each core. With one process, the work is done in this process.
        A running cluster has a number of workers of its own.
    """

    kind: str = PROCESSES
    workers: int | None = None


ALL_CORES = WorkerPool()


def parallel_map(
    function: Callable[[_Item], _Result],
    items: Sequence[_Item],
    pool: WorkerPool,
    chunk_size: int = 1,
) -> Iterator[_Result]:
    """Call a function with each item, in parallel; yield the results in the order of the items.

    Parameters
    ----------
    function : callable
        Defined in a module, or a `functools.partial` of such a function, because it is sent to
        other processes. An exception of it is raised here, and calls not yet started are dropped.
    items : sequence
    pool : WorkerPool
    chunk_size : int
        Items that a worker gets at a time. More than one saves time if a call is short.

    Raises
    ------
    WorkerError
        If Dask is not installed, no scheduler answers, or a worker is lost.
    """
    if pool.kind != PROCESSES:
        return _map_on_dask(function, items, pool, chunk_size)
    if pool.workers == 1:
        return map(function, items)
    return _map_in_processes(function, items, pool.workers or os.cpu_count() or 1, chunk_size)


def _map_in_processes(
    function: Callable[[_Item], _Result], items: Sequence[_Item], workers: int, chunk_size: int
) -> Iterator[_Result]:
    # Spawned, not forked: TensorFlow has threads, and a fork of a process with threads can hang.
    # Workers ignore Ctrl-C: this process handles it, and they would print a traceback each.
    with ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("spawn"),
        signal.signal,
        (signal.SIGINT, signal.SIG_IGN),
    ) as executor:
        try:
            yield from executor.map(function, items, chunksize=chunk_size)
        except BrokenProcessPool:
            raise WorkerError(
                "a worker was lost, perhaps because memory ran out: try again with fewer --workers"
            ) from None


def _map_on_dask(
    function: Callable[[_Item], _Result], items: Sequence[_Item], pool: WorkerPool, chunk_size: int
) -> Iterator[_Result]:
    try:
        from distributed import CancelledError, Client, KilledWorker, LocalCluster
        from distributed.comm.core import CommClosedError
        from distributed.utils import silence_logging_cmgr
    except ImportError:
        raise WorkerError(
            'Dask is not installed: pip install ".[scale]", or leave --engine out'
        ) from None
    with ExitStack() as stack:
        # Dask logs a traceback for each error that is reported in one line below.
        stack.enter_context(silence_logging_cmgr(logging.CRITICAL))
        address = pool.kind
        if address == DASK:
            # One thread a worker: the work is Python, or uses several cores by itself.
            make_cluster: Any = LocalCluster  # its annotations are too narrow
            address = stack.enter_context(
                make_cluster(
                    n_workers=pool.workers or os.cpu_count(),
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs="CRITICAL",
                )
            )
        try:
            client = stack.enter_context(Client(address, timeout=_CONNECT_TIMEOUT))
            client.wait_for_workers(1, _CONNECT_TIMEOUT)
        except (OSError, ValueError, asyncio.TimeoutError):
            raise WorkerError(
                f"no Dask scheduler with workers answers at {address}: start them with "
                "`dask scheduler` and `dask worker`"
            ) from None
        chunks = [items[start : start + chunk_size] for start in range(0, len(items), chunk_size)]
        # Not pure: a function that writes files must run again when it is called again.
        futures: list[Any] = client.map(_call_each, chunks, function=function, pure=False)
        try:
            for i, future in enumerate(futures):
                yield from future.result()
                futures[i] = None  # frees the result's memory
        except KilledWorker:
            raise WorkerError(
                "several workers were lost on the same piece of work, perhaps because memory ran "
                "out: give each worker more memory"
            ) from None
        except (CancelledError, CommClosedError):
            raise WorkerError(
                f"the connection to the Dask scheduler at {address} was lost: start it again"
            ) from None
        except RuntimeError as error:
            if not isinstance(error.__cause__, ImportError):
                raise
            raise WorkerError(
                f"the cluster cannot run MuseGen ({error.__cause__}): install MuseGen and its "
                "requirements on each of its machines"
            ) from None


def _call_each(items: Sequence[_Item], function: Callable[[_Item], _Result]) -> list[_Result]:
    return [function(item) for item in items]
