"""Visitors who wait for the computer get it in a fair order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from musegen.errors import Cancelled
from musegen.server.queue import BusyError, FairQueue, Visitor

ANN, BEN, CAT = (Visitor(f"192.0.2.{i}", name) for i, name in enumerate(("ann", "ben", "cat")))


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Line:
    """A queue with one slot, which is taken until `serve_all` is called."""

    def __init__(self, max_waiting: int = 40, max_waiting_each: int = 40) -> None:
        self.queue = FairQueue(1, max_waiting, max_waiting_each)
        self.served: list[Visitor] = []
        self._opened = threading.Event()
        self._threads: list[threading.Thread] = []
        self._start(Visitor("", "first"))
        wait_until(lambda: self.served)
        self.served.clear()

    def join(self, visitor: Visitor) -> None:
        waiting = self.queue.waiting
        self._start(visitor)
        wait_until(lambda: self.queue.waiting > waiting)

    def _start(self, visitor: Visitor) -> None:
        def work() -> None:
            with self.queue.slot(visitor):
                self.served.append(visitor)
                self._opened.wait()

        self._threads.append(threading.Thread(target=work))
        self._threads[-1].start()

    def serve_all(self) -> list[Visitor]:
        """Free the slot; return the visitors in the order in which they got it."""
        self._opened.set()
        for thread in self._threads:
            thread.join()
        return self.served


def test_visitors_with_one_request_each_are_served_as_they_came():
    line = Line()
    for visitor in (BEN, ANN, CAT):
        line.join(visitor)
    assert line.serve_all() == [BEN, ANN, CAT]


def test_more_requests_do_not_give_a_visitor_more():
    line = Line()
    for visitor in (ANN, ANN, ANN, BEN, CAT, BEN):
        line.join(visitor)
    assert line.serve_all() == [ANN, BEN, CAT, ANN, BEN, ANN]


def test_more_pages_do_not_give_an_address_more():
    line = Line()
    pages = [Visitor(ANN.address, f"page {i}") for i in range(3)]
    for visitor in (*pages, BEN, BEN):
        line.join(visitor)
    assert line.serve_all() == [pages[0], BEN, pages[1], BEN, pages[2]]


def test_several_slots_are_used_at_the_same_time():
    queue = FairQueue(2, 40, 4)
    with queue.slot(ANN), queue.slot(BEN):
        assert queue.waiting == 0
        cancel = threading.Event()
        cancel.set()
        with pytest.raises(Cancelled), queue.slot(CAT, cancel):
            pass
    with queue.slot(CAT):
        pass


def test_an_error_frees_the_slot():
    queue = FairQueue(1, 40, 4)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), queue.slot(ANN):
            raise ZeroDivisionError


def test_a_visitor_with_too_many_requests_is_refused():
    line = Line(max_waiting_each=2)
    line.join(ANN)
    line.join(ANN)
    with pytest.raises(BusyError, match="you wait for 2 things already"), line.queue.slot(ANN):
        pass
    line.join(BEN)
    assert line.serve_all() == [ANN, BEN, ANN]


def test_a_full_queue_refuses_and_an_address_may_fill_half_of_it():
    line = Line(max_waiting=4)
    for i in range(2):
        line.join(Visitor(ANN.address, f"page {i}"))
    with pytest.raises(BusyError, match="many people are here"), line.queue.slot(ANN):
        pass
    line.join(BEN)
    line.join(CAT)
    late = Visitor("192.0.2.9", "late")
    with pytest.raises(BusyError, match="many people are here"), line.queue.slot(late):
        pass
    assert len(line.serve_all()) == 4


def test_a_cancelled_request_leaves_the_queue():
    line = Line()
    cancel, ended = threading.Event(), []

    def wait_in_line() -> None:
        try:
            with line.queue.slot(ANN, cancel):
                ended.append("served")
        except Cancelled:
            ended.append("cancelled")

    thread = threading.Thread(target=wait_in_line)
    thread.start()
    wait_until(lambda: line.queue.waiting == 1)
    line.join(BEN)
    cancel.set()
    thread.join()
    assert ended == ["cancelled"]
    assert line.serve_all() == [BEN]
