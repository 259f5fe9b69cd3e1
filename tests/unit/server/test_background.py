"""Work that goes on beside the page, and ends with who waits for it."""

import asyncio
import threading
import time

import pytest
from support.visits import run_async

from musegen.server.background import stream_from_thread


def gather(work) -> list:
    async def listen() -> list:
        return [news async for news in stream_from_thread(work, threading.Event())]

    return run_async(listen())


def test_what_is_made_comes_as_it_is_made():
    def work(progress):
        progress(0.5)
        yield "the first"
        yield "the second"

    assert gather(work) == [(0.5, None), (1.0, "the first"), (1.0, "the second")]


def test_what_goes_wrong_is_raised():
    def work(progress):
        yield "something"
        raise ValueError("but no more")

    with pytest.raises(ValueError, match="but no more"):
        gather(work)


def test_who_stops_listening_ends_the_work():
    ended = threading.Event()

    cancels = []

    def work(progress):
        yield "something"
        if cancels[-1].wait(10):
            ended.set()

    async def leave() -> None:
        listening = asyncio.ensure_future(anext(stream_from_thread(work, cancels[-1])))
        assert await listening == (1.0, "something")

    async def cancel() -> None:
        async def listen() -> None:
            async for _ in stream_from_thread(work, cancels[-1]):
                pass

        task = asyncio.create_task(listen())
        await asyncio.sleep(0.1)
        task.cancel()

    for stop in (leave, cancel):
        ended.clear()
        cancels.append(threading.Event())
        begun = time.monotonic()
        run_async(stop())
        assert ended.wait(5)
        assert time.monotonic() - begun < 5


def test_others_are_served_meanwhile():
    def work(progress):
        time.sleep(0.3)
        yield "slow"

    async def both() -> int:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.02)
                ticks += 1

        ticking = asyncio.create_task(tick())
        async for _ in stream_from_thread(work, threading.Event()):
            pass
        ticking.cancel()
        return ticks

    assert run_async(both()) > 3
