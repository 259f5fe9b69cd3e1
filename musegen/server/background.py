"""Work in a thread that reports its progress and stops when nobody waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["stream_from_thread"]

T = TypeVar("T")

# These threads wait for slots and for renderers: there are more than requests may wait.
_threads = ThreadPoolExecutor(1000, thread_name_prefix="musegen-work")


async def stream_from_thread(
    work: Callable[[Callable[[float], None]], Iterator[T]], cancel: threading.Event
) -> AsyncIterator[tuple[float, T | None]]:
    """Run an iterator in a thread, and yield its items and its progress.

    The thread has the context variables of the caller, so `current_request` works there.

    Parameters
    ----------
    work : callable
        Called with a function that reports progress, 0 to 1. Returns the iterator.
    cancel : threading.Event
        Set when the caller stops listening; the work has to look at it.

    Yields
    ------
    progress : float
        Share of the work that is done.
    item : object or None
        An item of the iterator; None where only the progress changed.

    Raises
    ------
    Exception
        What the work raises.
    """
    loop = asyncio.get_running_loop()
    messages: asyncio.Queue = asyncio.Queue()

    def send(progress: float, item: T | None, is_over: bool = False, error: object = None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, so nobody listens
            loop.call_soon_threadsafe(messages.put_nowait, (progress, item, is_over, error))

    def run() -> None:
        try:
            for item in work(lambda progress: send(progress, None)):
                send(1.0, item)
            send(1.0, None, is_over=True)
        except Exception as error:
            send(1.0, None, is_over=True, error=error)

    _threads.submit(contextvars.copy_context().run, run)
    try:
        while True:
            progress, item, is_over, error = await messages.get()
            if error is not None:
                raise error
            if is_over:
                return
            yield progress, item
    finally:
        cancel.set()
