"""The parts of Gradio that the server uses, including those that Gradio does not document.

Gradio may change these parts in any release. No other module uses them, so a change is mended
here; ``tests/unit/server/test_gradio_adapter.py`` shows what they have to do.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import gradio
from gradio.context import LocalContext
from gradio.utils import get_upload_folder
from pydantic import TypeAdapter, ValidationError

from musegen.errors import MusicError

if TYPE_CHECKING:
    from gradio.queueing import Event, Queue

__all__ = [
    "GRADIO_VERSION",
    "UNEXPECTED_DATA",
    "CallCounts",
    "CurrentRequest",
    "current_request",
    "event_data",
    "upload_folder",
]

GRADIO_VERSION: str = gradio.__version__
UNEXPECTED_DATA = "this page sent something unexpected: reload the page and try again"

T = TypeVar("T")


@dataclass(frozen=True)
class CurrentRequest:
    """A request to one of the page's functions, while it is answered.

    Attributes
    ----------
    id : str
        Gradio's name of the request, which browsers see, too. Empty where it has none.
    address : str
        Address of the client, or of what it shares with others, such as a proxy.
    session : str
        Name of the client's page or program.
    """

    id: str
    address: str
    session: str
    _queue: Queue | None = field(default=None, repr=False, compare=False)
    _event: Event | None = field(default=None, repr=False, compare=False)

    def is_open(self) -> bool:
        """Whether somebody still waits for the answer.

        Gradio drops a request when the client closes its connection, and when the page cancels it.
        A request that did not come through Gradio's queue counts as open.
        """
        if self._event is None or self._queue is None:
            return True
        return self._event.alive and self.id in self._queue.event_ids_to_events


def current_request() -> CurrentRequest | None:
    """Return the request that the calling code answers; None outside of one."""
    request = LocalContext.request.get(None)
    if request is None or request.client is None:
        return None
    id = LocalContext.event_id.get(None) or ""
    page = LocalContext.blocks.get(None)
    queue = page._queue if page is not None else None
    event = queue.event_ids_to_events.get(id) if queue is not None else None
    return CurrentRequest(id, request.client.host, request.session_hash or "", queue, event)


def event_data(event: gradio.EventData, kind: type[T]) -> T:
    """Return the data that the page's scripts sent with an event, checked.

    Anybody can send anything in place of the page.

    Parameters
    ----------
    event : gradio.EventData
    kind : type
        A pydantic model, or another type that pydantic can check.

    Raises
    ------
    MusicError
        If the data is of another kind.
    """
    try:
        return _type_adapter(kind).validate_json(json.dumps(event._data))
    except (TypeError, ValueError, ValidationError):
        raise MusicError(UNEXPECTED_DATA) from None


@cache
def _type_adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def upload_folder() -> Path:
    """Return the folder that Gradio keeps uploads in and serves files from; make it if needed."""
    folder = Path(get_upload_folder())
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class CallCounts:
    """Calls of the page's functions, as Gradio's queue counts them.

    Attributes
    ----------
    total : mapping of str to int
        Calls since the start, by the name of the function.
    recent : mapping of (str, str) to int
        The last calls, by the name of the function and how the call ended.
    recent_limit : int
        Largest number of calls in `recent`.
    running : int
        Calls that are being answered.
    """

    total: Mapping[str, int]
    recent: Mapping[tuple[str, str], int]
    recent_limit: int
    running: int

    @classmethod
    def of(cls, page: gradio.Blocks) -> CallCounts:
        """Read the counts of a page."""
        queue = page._queue
        ended = list(queue.event_analytics.values())
        return cls(
            total={str(name): count for name, count in queue.events_recorded_per_fn.items()},
            recent=Counter((str(call["function"]), str(call["status"])) for call in ended),
            recent_limit=queue.ANALYTICS_MAX_EVENTS,
            running=sum(job is not None for job in queue.active_jobs),
        )
