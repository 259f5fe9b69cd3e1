"""FairQueue: who waits for the computer is served in an order that is fair."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gradio.context import LocalContext

from musegen.errors import Cancelled

__all__ = ["BusyError", "FairQueue", "Visitor", "current_visitor"]

_LOOK = 0.2  # seconds between two looks at whether somebody waits no more
_MOST = 1000  # addresses and visitors of which it is known when they were served last


class BusyError(ValueError):
    """Too many wait already, said in one line."""


@dataclass(frozen=True)
class Visitor:
    """Who waits.

    Attributes
    ----------
    address : str
        Of their computer, or of what they share with others.
    session : str
        Of their page, or of their program.
    """

    address: str
    session: str


OURSELVES = Visitor("", "")
"""Who makes what nobody has asked for yet."""


def current_visitor() -> Visitor:
    """Whose request is being answered; `OURSELVES` where none is."""
    request = LocalContext.request.get(None)
    if request is None or request.client is None:
        return OURSELVES
    return Visitor(request.client.host, request.session_hash or "")


@dataclass(eq=False)
class _Ticket:
    visitor: Visitor
    number: int
    is_served: bool = False


class FairQueue:
    """Lets a few work at once; the others wait, and who was served longest ago comes next.

    First it counts when an address was served, then when a visitor from there was, then who came
    first. So nobody gets more of the computer by asking for more, or from more pages.

    Parameters
    ----------
    at_once : int
        That work at the same time.
    waiting : int
        That wait at the most; those of one address are half of them at the most.
    waiting_each : int
        That wait at the most of one visitor's.
    """

    def __init__(self, at_once: int, waiting: int, waiting_each: int) -> None:
        self._free = at_once
        self._most = waiting
        self._most_each = waiting_each
        self._numbers = itertools.count(1)
        self._waiting: list[_Ticket] = []
        # When somebody was served last, as the number of a turn; the longest ago first.
        self._served: OrderedDict[object, int] = OrderedDict()
        self._news = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def slot(self, visitor: Visitor, cancel: threading.Event | None = None) -> Iterator[None]:
        """Wait for a turn, and keep it while the block lasts.

        Parameters
        ----------
        visitor : Visitor
        cancel : threading.Event, optional
            Once it is set, who waits goes away.

        Raises
        ------
        BusyError
            If too many wait.
        Cancelled
            If `cancel` was set while waiting.
        """
        ticket = _Ticket(visitor, next(self._numbers))
        with self._news:
            self._waiting.append(ticket)
            self._serve()
            try:
                if not ticket.is_served:
                    self._refuse_too_many(visitor)
                while not ticket.is_served:
                    if cancel is not None and cancel.is_set():
                        raise Cancelled
                    self._news.wait(_LOOK if cancel else None)
            except BaseException:
                self._waiting.remove(ticket)
                raise
        try:
            yield
        finally:
            with self._news:
                self._free += 1
                self._serve()

    def _serve(self) -> None:
        while self._free and self._waiting:
            ticket = min(self._waiting, key=self._rank)
            self._waiting.remove(ticket)
            ticket.is_served = True
            self._free -= 1
            now = next(self._numbers)
            for who in (ticket.visitor.address, ticket.visitor):
                self._served[who] = now
                self._served.move_to_end(who)
            while len(self._served) > _MOST:
                self._served.popitem(last=False)
            self._news.notify_all()

    def _rank(self, ticket: _Ticket) -> tuple[int, int, int]:
        last = self._served.get
        return last(ticket.visitor.address, 0), last(ticket.visitor, 0), ticket.number

    def _refuse_too_many(self, visitor: Visitor) -> None:
        """Of those that wait the newest is this visitor's: is it one too many?"""
        own = sum(other.visitor == visitor for other in self._waiting)
        if own > self._most_each:
            raise BusyError(
                f"you wait for {own - 1} things already: wait until one of them is here"
            )
        near = sum(other.visitor.address == visitor.address for other in self._waiting)
        if len(self._waiting) > self._most or near > max(1, self._most // 2):
            raise BusyError("many people are here at the moment: try again in a minute")
