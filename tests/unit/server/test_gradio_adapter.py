"""What the server needs of Gradio, some of it undocumented, asked of a small page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import gradio
import httpx
import pytest
from pydantic import BaseModel
from support.visits import free_port

from musegen.errors import MusicError
from musegen.server.gradio_adapter import (
    CallCounts,
    CurrentRequest,
    current_request,
    event_data,
    upload_folder,
)


class Page:
    """A page with a function that waits until its client has left."""

    def __init__(self) -> None:
        self.requests: list[CurrentRequest | None] = []
        self.started = threading.Event()
        self.closed = threading.Event()
        self.end = threading.Event()
        with gradio.Blocks(analytics_enabled=False) as self.blocks:
            gradio.Button().click(self.answer, None, None, api_name="answer")
            gradio.Button().click(self.wait, None, None, api_name="wait")

    def answer(self) -> None:
        self.requests.append(current_request())

    def wait(self) -> None:
        self.requests.append(current_request())
        self.started.set()
        while self.requests[-1].is_open() and not self.end.is_set():
            self.end.wait(0.02)
        if not self.end.is_set():
            self.closed.set()


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page()
    page.blocks.launch(prevent_thread_lock=True, quiet=True, server_port=free_port())
    yield page
    page.end.set()
    page.blocks.close()


@pytest.fixture
def client(page) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{page.blocks.local_url}gradio_api/", timeout=60) as client:
        yield client


def test_a_request_has_an_id_an_address_and_a_session(page, client):
    joined = client.post(
        "queue/join",
        json={"data": [], "fn_index": 0, "session_hash": "ann", "trigger_id": None},
    )
    lines = client.get("queue/data", params={"session_hash": "ann"}).text
    assert "process_completed" in lines
    (request,) = page.requests
    assert request == CurrentRequest(joined.json()["event_id"], "127.0.0.1", "ann")
    while request.is_open() or CallCounts.of(page.blocks).running:  # Gradio ends its work on it
        page.end.wait(0.02)
    counts = CallCounts.of(page.blocks)
    assert counts.total == {"answer": 1}
    assert counts.recent == {("answer", "success"): 1}
    assert counts.recent_limit >= 100


def test_a_request_is_closed_when_its_client_leaves(page, client):
    id = client.post("call/wait", json={"data": []}).json()["event_id"]
    with client.stream("GET", f"call/wait/{id}"):
        assert page.started.wait(60)
        assert page.requests[0].is_open()
        assert CallCounts.of(page.blocks).running == 1
    assert page.closed.wait(60)


def test_a_request_is_closed_when_the_page_cancels_it(page, client):
    asked = {"data": [], "fn_index": 1, "session_hash": "ann", "trigger_id": None}
    id = client.post("queue/join", json=asked).json()["event_id"]
    with client.stream("GET", "queue/data", params={"session_hash": "ann"}):
        assert page.started.wait(60)
        client.post("cancel", json={"session_hash": "ann", "fn_index": 1, "event_id": id})
        assert page.closed.wait(60)


def test_outside_of_a_request_there_is_none():
    assert current_request() is None


class Point(BaseModel):
    x: float
    y: float


def test_event_data_is_checked():
    assert event_data(SimpleNamespace(_data={"x": 1, "y": 0.5}), Point) == Point(x=1, y=0.5)
    assert event_data(SimpleNamespace(_data=[1, 2]), list[int]) == [1, 2]
    for wrong in (None, "x", {"x": 1}, {"x": 1, "y": [2]}, {"x": object(), "y": 1}):
        with pytest.raises(MusicError, match="reload the page") as caught:
            event_data(SimpleNamespace(_data=wrong), Point)
        assert "\n" not in str(caught.value)
        assert caught.value.__suppress_context__


def test_the_upload_folder_is_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "new"))
    assert upload_folder() == tmp_path / "new"
    assert (tmp_path / "new").is_dir()
