"""Where work is done that falls into many equal pieces: here, in processes, or on a cluster."""

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
from typing import TypeVar

from musegen.errors import WorkerError

__all__ = ["CORES", "DASK", "PROCESSES", "Engine", "spread"]

PROCESSES, DASK = "processes", "dask"
_ANSWERS_WITHIN = 10.0  # seconds: a scheduler that is there answers at once

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Engine:
    """What maps a function over items.

    Attributes
    ----------
    name : str
        `PROCESSES`; `DASK`, which starts a cluster on this machine for the time of the work; or
        the address of a running Dask scheduler, such as ``tcp://10.0.0.5:8786``.
    workers : int, optional
        How many; as many as there are cores without it. One process is this one. A running
        cluster has the workers that it has.
    """

    name: str = PROCESSES
    workers: int | None = None


CORES = Engine()  # a process for each core of this machine


def spread(
    function: Callable[[_Item], _Result],
    items: Sequence[_Item],
    engine: Engine,
    at_once: int = 1,
) -> Iterator[_Result]:
    """Call a function with each item, side by side; give the results in the order of the items.

    Parameters
    ----------
    function : callable
        Of a module, or a `functools.partial` of one: it is sent to other processes. What it
        raises is raised here, and what has not begun by then is not done.
    items : sequence
    engine : Engine
    at_once : int
        Items that are sent together: several, where one is little work.

    Raises
    ------
    WorkerError
        If Dask is not installed, no scheduler answers, or a worker is lost.
    """
    if engine.name != PROCESSES:
        return _on_dask(function, items, engine, at_once)
    if engine.workers == 1:
        return map(function, items)
    return _in_processes(function, items, engine.workers or os.cpu_count() or 1, at_once)


def _in_processes(
    function: Callable[[_Item], _Result], items: Sequence[_Item], workers: int, at_once: int
) -> Iterator[_Result]:
    # Spawned: a process that runs TensorFlow has threads, and a fork of it may stand still.
    # Ctrl-C is this process's affair; the others would each show a traceback of their own.
    with ProcessPoolExecutor(
        workers,
        multiprocessing.get_context("spawn"),
        signal.signal,
        (signal.SIGINT, signal.SIG_IGN),
    ) as pool:
        try:
            yield from pool.map(function, items, chunksize=at_once)
        except BrokenProcessPool:
            raise WorkerError(
                "a worker was lost, perhaps for want of memory: try again with fewer --workers"
            ) from None


def _on_dask(
    function: Callable[[_Item], _Result], items: Sequence[_Item], engine: Engine, at_once: int
) -> Iterator[_Result]:
    try:
        from distributed import CancelledError, Client, KilledWorker, LocalCluster
        from distributed.comm import CommClosedError
        from distributed.utils import silence_logging_cmgr
    except ImportError:
        raise WorkerError(
            'Dask is not installed: pip install "musegen[scale]", or leave --engine out'
        ) from None
    with ExitStack() as stack:
        # It logs tracebacks of what is said in a line below.
        stack.enter_context(silence_logging_cmgr(logging.CRITICAL))
        where = engine.name
        if where == DASK:
            # A thread each: what is done here is Python, or keeps several cores busy itself.
            where = stack.enter_context(
                LocalCluster(
                    n_workers=engine.workers or os.cpu_count(),
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs="CRITICAL",
                )
            )
        try:
            client = stack.enter_context(Client(where, timeout=_ANSWERS_WITHIN))
            client.wait_for_workers(1, _ANSWERS_WITHIN)
        except (OSError, ValueError, asyncio.TimeoutError):
            raise WorkerError(
                f"no Dask scheduler that has workers answers at {where}: start them with "
                "`dask scheduler` and `dask worker`"
            ) from None
        groups = [items[start : start + at_once] for start in range(0, len(items), at_once)]
        # Not pure: what writes files is to be done again when it is asked for again.
        futures = client.map(_call_each, groups, function=function, pure=False)
        try:
            for i, future in enumerate(futures):
                yield from future.result()
                futures[i] = None  # its result need not be kept
        except KilledWorker:
            raise WorkerError(
                "one piece of the work ended every worker that took it, perhaps for want of memory"
            ) from None
        except (CancelledError, CommClosedError):
            raise WorkerError(f"the Dask scheduler at {where} was lost: start it again") from None
        except RuntimeError as error:
            if not isinstance(error.__cause__, ImportError):
                raise
            raise WorkerError(
                f"the cluster cannot run MuseGen ({error.__cause__}): install its requirements "
                "there, and start the scheduler and the workers in its folder"
            ) from None


def _call_each(items: Sequence[_Item], function: Callable[[_Item], _Result]) -> list[_Result]:
    return [function(item) for item in items]
