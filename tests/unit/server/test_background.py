"""Work in a thread reports its progress, and is cancelled with the caller."""

import asyncio
import contextvars
import threading

import pytest
from support.visits import run_async

from musegen.server.background import stream_from_thread


def collect(work) -> list:
    async def listen() -> list:
        return [message async for message in stream_from_thread(work, threading.Event())]

    return run_async(listen())


def test_items_and_progress_come_in_order():
    def work(report):
        report(0.5)
        yield "the first"
        yield "the second"

    assert collect(work) == [(0.5, None), (1.0, "the first"), (1.0, "the second")]


def test_an_error_in_the_thread_is_raised():
    def work(report):
        yield "something"
        raise ValueError("but no more")

    with pytest.raises(ValueError, match="but no more"):
        collect(work)


def test_the_thread_has_the_context_of_the_caller():
    name = contextvars.ContextVar("name")

    def work(report):
        yield name.get()

    async def listen() -> list:
        name.set("ann")
        return [item async for _, item in stream_from_thread(work, threading.Event())]

    assert run_async(listen()) == ["ann"]


@pytest.mark.parametrize("how", ["leave", "cancel"])
def test_the_work_is_cancelled_when_nobody_listens(how):
    cancel, ended = threading.Event(), threading.Event()

    def work(report):
        yield "something"
        if cancel.wait(60):
            ended.set()

    async def leave() -> None:
        assert await anext(stream_from_thread(work, cancel)) == (1.0, "something")

    async def be_cancelled() -> None:
        started = asyncio.Event()

        async def listen() -> None:
            async for _ in stream_from_thread(work, cancel):
                started.set()

        task = asyncio.create_task(listen())
        await started.wait()
        task.cancel()

    run_async(leave() if how == "leave" else be_cancelled())
    assert ended.wait(60)


def test_the_event_loop_goes_on_meanwhile():
    go_on = threading.Event()

    def work(report):
        yield "started"
        assert go_on.wait(60)
        yield "ended"

    async def listen() -> list:
        items = []
        async for _, item in stream_from_thread(work, threading.Event()):
            items.append(item)
            go_on.set()  # only a loop that runs gets here
        return items

    assert run_async(listen()) == ["started", "ended"]
