"""What is being played or written for each visitor, so that it can be stopped."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

__all__ = ["Sessions"]

_MOST = 1000  # visitors remembered; to forget one means that what they wait for is not stopped


class Sessions:
    """Cancels what a visitor no longer waits for: the newest request of each kind replaces the last.

    This is the only thing that the server knows of a visitor, and nothing is lost with it.
    """

    def __init__(self) -> None:
        self._events: OrderedDict[tuple[str, str], threading.Event] = OrderedDict()
        self._lock = threading.Lock()
        self._last = time.monotonic()

    def start(self, visitor: str, kind: str) -> threading.Event:
        """Stop what this visitor had of a kind; give the event that will stop the next."""
        cancel = threading.Event()
        with self._lock:
            self._last = time.monotonic()
            before = self._events.pop((visitor, kind), None)
            self._events[visitor, kind] = cancel
            while len(self._events) > _MOST:
                self._events.popitem(last=False)
        if before is not None:
            before.set()
        return cancel

    def cancel(self, visitor: str | None = None) -> None:
        """Stop all that is going on for a visitor, or for all of them."""
        with self._lock:
            cancels = [
                cancel for (who, _), cancel in self._events.items() if visitor in (None, who)
            ]
        for cancel in cancels:
            cancel.set()

    def wait_until_idle(self, seconds: float, cancel: threading.Event) -> None:
        """Wait until no visitor has begun anything for so long, or until the event is set."""
        while (rest := self._last + seconds - time.monotonic()) > 0 and not cancel.wait(rest):
            pass
