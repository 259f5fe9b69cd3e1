"""Who waits for the computer is served in an order that is fair."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import wait

import pytest
from gradio_client import Client

from musegen.errors import Cancelled
from musegen.server.queue import BusyError, FairQueue, Visitor

ANN, BEN, CAT = (Visitor(f"192.0.2.{i}", name) for i, name in enumerate(("ann", "ben", "cat")))


class Office:
    """FairQueue that visitors wait for, each in a thread; nobody is served before it opens."""

    def __init__(self, waiting: int = 40, waiting_each: int = 40) -> None:
        self.queue = FairQueue(1, waiting, waiting_each)
        self.served: list[Visitor] = []
        self._open = threading.Event()
        self._threads: list[threading.Thread] = []
        self._start(lambda: self._keep(Visitor("", "the clerk")))
        self.served.clear()

    def _keep(self, visitor: Visitor) -> None:
        with self.queue.slot(visitor):
            self.served.append(visitor)
            self._open.wait()

    def come(self, visitor: Visitor) -> None:
        waiting = self.queue.waiting
        self._start(lambda: self._keep(visitor))
        until(lambda: self.queue.waiting > waiting)

    def _start(self, work: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=work))
        self._threads[-1].start()
        until(lambda: self.served or self.queue.waiting)

    def open(self) -> list[Visitor]:
        """All are served; in which order."""
        self._open.set()
        for thread in self._threads:
            thread.join()
        return self.served


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_one_after_the_other_where_each_has_one() -> None:
    office = Office()
    for visitor in (BEN, ANN, CAT):
        office.come(visitor)
    assert office.open() == [BEN, ANN, CAT]


def test_who_asks_for_more_does_not_get_more() -> None:
    office = Office()
    for visitor in (ANN, ANN, ANN, BEN, CAT, BEN):
        office.come(visitor)
    assert office.open() == [ANN, BEN, CAT, ANN, BEN, ANN]


def test_more_pages_of_one_address_do_not_get_more() -> None:
    office = Office()
    pages = [Visitor(ANN.address, f"page {i}") for i in range(3)]
    for visitor in (*pages, BEN, BEN):
        office.come(visitor)
    assert office.open() == [pages[0], BEN, pages[1], BEN, pages[2]]


def test_several_work_at_once() -> None:
    queue = FairQueue(2, 40, 4)
    with queue.slot(ANN), queue.slot(BEN):
        assert queue.waiting == 0
        over = threading.Event()
        over.set()
        with pytest.raises(Cancelled), queue.slot(CAT, over):
            pass
    with queue.slot(CAT):
        pass


def test_what_fails_gives_its_turn_back() -> None:
    queue = FairQueue(1, 40, 4)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), queue.slot(ANN):
            raise ZeroDivisionError


def test_who_waits_too_often_is_told() -> None:
    office = Office(waiting_each=2)
    office.come(ANN)
    office.come(ANN)
    with pytest.raises(BusyError, match="you wait for 2 things already"), office.queue.slot(ANN):
        pass
    office.come(BEN)
    assert office.open() == [ANN, BEN, ANN]


def test_too_many_are_told_and_one_address_is_half_of_them_at_most() -> None:
    office = Office(waiting=4)
    for i in range(2):
        office.come(Visitor(ANN.address, f"page {i}"))
    with pytest.raises(BusyError, match="many people are here"), office.queue.slot(ANN):
        pass
    office.come(BEN)
    office.come(CAT)
    late = Visitor("192.0.2.9", "late")
    with pytest.raises(BusyError, match="many people are here"), office.queue.slot(late):
        pass
    assert len(office.open()) == 4


def test_who_leaves_is_passed_over() -> None:
    office = Office()
    left, said = threading.Event(), []

    def leave() -> None:
        try:
            with office.queue.slot(ANN, left):
                said.append("served")
        except Cancelled:
            said.append("left")

    thread = threading.Thread(target=leave)
    thread.start()
    until(lambda: office.queue.waiting == 1)
    office.come(BEN)
    left.set()
    thread.join()
    assert said == ["left"]
    assert office.open() == [BEN]


def test_a_visitor_with_many_wishes_keeps_nobody_waiting(server) -> None:
    greedy, modest = (Client(server.url, verbose=False, download_files=False) for _ in range(2))
    modest.predict(seed=0, bars=2, api_name="/random")
    wishes = [greedy.submit(seed=i, bars=64, api_name="/random") for i in range(100, 112)]
    modest.predict(seed=1, bars=4, api_name="/random")
    assert not all(wish.done() for wish in wishes)
    wait(wishes)
    refused = [str(wish.exception()) for wish in wishes if wish.exception()]
    assert len(refused) < len(wishes)
    assert all("wait for 4 things already" in line for line in refused)
