"""A fair queue: visitors who wait for the computer get it in turn."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cachetools import LRUCache

from musegen.errors import Cancelled, MuseGenError
from musegen.server.gradio_adapter import current_request

__all__ = ["SERVER", "BusyError", "FairQueue", "Visitor", "current_visitor"]

_POLL_SECONDS = 0.2  # between two looks at whether a waiting request was cancelled
_MAX_REMEMBERED = 1000  # addresses and visitors whose last slot is remembered


class BusyError(MuseGenError):
    """Too many requests wait already."""


@dataclass(frozen=True)
class Visitor:
    """Who waits in a queue.

    Attributes
    ----------
    address : str
        Address of their computer, or of what it shares with others.
    session : str
        Name of their page or program.
    """

    address: str
    session: str


SERVER = Visitor("", "")
"""The server itself, which prepares what nobody has asked for yet."""


def current_visitor() -> Visitor:
    """Return whose request is being answered; `SERVER` outside of a request."""
    request = current_request()
    return SERVER if request is None else Visitor(request.address, request.session)


@dataclass(eq=False)
class _Ticket:
    visitor: Visitor
    number: int
    is_served: bool = False


class FairQueue:
    """Gives a limited number of slots to visitors; the one served longest ago comes first.

    The address decides first: the address that was served longest ago comes next. Among the
    visitors of one address it is the one served longest ago, and among their requests the oldest.
    So a visitor gets no more of the computer by sending more requests, or from more pages.

    Parameters
    ----------
    slots : int
        Number of requests that work at the same time.
    max_waiting : int
        Number of requests that may wait. One address may have half of them waiting.
    max_waiting_each : int
        Number of requests of one visitor that may wait.
    """

    def __init__(self, slots: int, max_waiting: int, max_waiting_each: int) -> None:
        self._free = slots
        self._max_waiting = max_waiting
        self._max_waiting_each = max_waiting_each
        self._numbers = itertools.count(1)
        self._waiting: list[_Ticket] = []
        # The number of the slot that an address, or a visitor, got last.
        self._served: LRUCache[str | Visitor, int] = LRUCache(_MAX_REMEMBERED)
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """Number of requests that wait."""
        return len(self._waiting)

    @contextmanager
    def slot(self, visitor: Visitor, cancel: threading.Event | None = None) -> Iterator[None]:
        """Wait for a slot, and keep it while the block runs.

        Parameters
        ----------
        visitor : Visitor
        cancel : threading.Event, optional
            Once it is set, the request leaves the queue.

        Raises
        ------
        BusyError
            If too many requests wait.
        Cancelled
            If `cancel` was set before there was a slot.
        """
        ticket = _Ticket(visitor, next(self._numbers))
        with self._changed:
            self._waiting.append(ticket)
            self._serve()
            try:
                if not ticket.is_served:
                    self._check_waiting(visitor)
                while not ticket.is_served:
                    if cancel is not None and cancel.is_set():
                        raise Cancelled
                    self._changed.wait(_POLL_SECONDS if cancel else None)
            except BaseException:
                self._leave(ticket)
                raise
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._serve()

    def _leave(self, ticket: _Ticket) -> None:
        if ticket.is_served:  # it got a slot in the moment that it gave up
            self._free += 1
            self._serve()
        else:
            self._waiting.remove(ticket)

    def _serve(self) -> None:
        while self._free and self._waiting:
            ticket = min(self._waiting, key=self._rank)
            self._waiting.remove(ticket)
            ticket.is_served = True
            self._free -= 1
            number = next(self._numbers)
            self._served[ticket.visitor.address] = number
            self._served[ticket.visitor] = number
            self._changed.notify_all()

    def _rank(self, ticket: _Ticket) -> tuple[int, int, int]:
        last = self._served.get
        return last(ticket.visitor.address, 0), last(ticket.visitor, 0), ticket.number

    def _check_waiting(self, visitor: Visitor) -> None:
        """Refuse the newest request, which is this visitor's, if too many wait."""
        own = sum(other.visitor == visitor for other in self._waiting)
        if own > self._max_waiting_each:
            raise BusyError(
                f"you wait for {own - 1} things already: wait until one of them is here"
            )
        same_address = sum(other.visitor.address == visitor.address for other in self._waiting)
        if len(self._waiting) > self._max_waiting or same_address > max(1, self._max_waiting // 2):
            raise BusyError("many people are here at the moment: try again in a minute")
