"""Work that goes on for each session, so that it can be cancelled when nobody waits for it."""

from __future__ import annotations

import threading
import time

from cachetools import LRUCache

from musegen.server.gradio_adapter import CurrentRequest, current_request

__all__ = ["RequestEvent", "Sessions"]

# Sessions that are remembered. Work of a session that was forgotten is not cancelled by its page.
_MAX_SESSIONS = 1000
_POLL_SECONDS = 0.2


class RequestEvent(threading.Event):
    """Event that cancels the work on a request: when it is set, or when its client has gone.

    Parameters
    ----------
    request : CurrentRequest, optional
        The request that is being answered in this thread, if not given.
    """

    def __init__(self, request: CurrentRequest | None = None) -> None:
        super().__init__()
        self._request = request or current_request()

    def is_set(self) -> bool:
        """Whether the work should stop."""
        if self._request is not None and not self._request.is_open():
            self.set()
        return super().is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the work should stop; return whether it should."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            rest = _POLL_SECONDS if end is None else min(_POLL_SECONDS, end - time.monotonic())
            if rest <= 0:
                return False
            super().wait(rest)
        return True


class Sessions:
    """Cancels what a session no longer waits for.

    A request of one kind replaces the session's last request of that kind. The server knows
    nothing else of a session.
    """

    def __init__(self) -> None:
        self._events: LRUCache[tuple[str, str], threading.Event] = LRUCache(_MAX_SESSIONS)
        self._lock = threading.Lock()
        self._last_request = time.monotonic()

    def start(self, session: str | None, kind: str) -> threading.Event:
        """Cancel the session's last request of a kind; return the event that cancels this one."""
        event = RequestEvent()
        self.note_request()
        with self._lock:
            previous = self._events.pop((session or "", kind), None)
            self._events[session or "", kind] = event
        if previous is not None:
            previous.set()
        return event

    def cancel(self, session: str | None = None) -> None:
        """Cancel all work for a session, or for all sessions if none is given."""
        with self._lock:
            events = [e for (name, _), e in self._events.items() if session in (None, name)]
        for event in events:
            event.set()

    def note_request(self) -> None:
        """Note that a visitor needs the computer now."""
        self._last_request = time.monotonic()

    def wait_until_idle(self, seconds: float, cancel: threading.Event) -> None:
        """Wait until no visitor has needed the computer for some seconds, or `cancel` is set."""
        while (rest := self._last_request + seconds - time.monotonic()) > 0:
            if cancel.wait(rest):
                return
