"""Work in a thread, told of as it goes, that ends when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["stream_from_thread"]

T = TypeVar("T")

# Threads that wait for a turn and for renderers: more than may ever wait.
_threads = ThreadPoolExecutor(1000, thread_name_prefix="musegen-work")


async def stream_from_thread(
    work: Callable[[Callable[[float], None]], Iterator[T]], cancel: threading.Event
) -> AsyncIterator[tuple[float, T | None]]:
    """Do some work in a thread, and give what it makes as it makes it.

    Parameters
    ----------
    work : callable
        Called with a callable that it may call with how far it has come, 0 to 1. Gives an iterator
        of what it makes.
    cancel : threading.Event
        Set when nobody waits any more; the work is to look at it.

    Yields
    ------
    share : float
        How far it has come.
    made : object or None
        What was made; None where this is only about how far.

    Raises
    ------
    Exception
        What the work raises.
    """
    loop = asyncio.get_running_loop()
    news: asyncio.Queue = asyncio.Queue()

    def tell(share: float, made: T | None, is_over: bool = False, error: object = None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is there to be told
            loop.call_soon_threadsafe(news.put_nowait, (share, made, is_over, error))

    def run() -> None:
        try:
            for made in work(lambda share: tell(share, None)):
                tell(1.0, made)
            tell(1.0, None, is_over=True)
        except Exception as error:
            tell(1.0, None, is_over=True, error=error)

    _threads.submit(run)
    try:
        while True:
            share, made, is_over, error = await news.get()
            if error is not None:
                raise error
            if is_over:
                return
            yield share, made
    finally:
        cancel.set()
