"""Large requests and too many uploads are refused; the page names its icon by a relative link."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from musegen.server.middleware import (
    BodyLimit,
    ClosedSessions,
    PageHead,
    RelativeIcon,
    closed_routes,
)
from musegen.server.quota import HourlyQuota

UPLOAD = "/gradio_api/upload"
MEGABYTE = 1_000_000


def chunks(count: int, size: int) -> Iterator[bytes]:
    """A body that does not declare its length."""
    for _ in range(count):
        yield b"x" * size


class Site:
    """A site behind the limits, which answers with the size of what it is sent."""

    def __init__(self, upload_bytes: int = 10 * MEGABYTE, quota: float = 100 * MEGABYTE) -> None:
        self.status = 200
        self.error: OSError | None = None
        routes = [
            Route(path, self._answer, methods=["POST"]) for path in (UPLOAD, "/gradio_api/call/x")
        ]
        self.quota = HourlyQuota(quota)
        limit = Middleware(BodyLimit, upload_bytes=upload_bytes, quota=self.quota)
        self._app = Starlette(routes=routes, middleware=[limit])

    async def _answer(self, request: Request) -> Response:
        size = len(await request.body())
        if self.error:
            raise self.error
        return PlainTextResponse(str(size), self.status)

    def client(self, address: str) -> TestClient:
        return TestClient(self._app, client=(address, 1))


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_request_that_is_too_large_is_refused(is_declared):
    ann = Site().client("192.0.2.1")
    size = 8 * MEGABYTE + 1
    body = b"x" * size if is_declared else chunks(9, MEGABYTE)
    answer = ann.post("/gradio_api/call/x", content=body)
    assert answer.status_code == 413
    assert "8 MB at most" in answer.text
    assert ann.post("/gradio_api/call/x", content=b"x" * 8 * MEGABYTE).text == str(8 * MEGABYTE)


@pytest.mark.parametrize("is_declared", [True, False])
def test_an_upload_that_is_too_large_is_refused_and_costs_nothing(is_declared):
    site = Site()
    body = b"x" * 12 * MEGABYTE if is_declared else chunks(12, MEGABYTE)
    answer = site.client("192.0.2.1").post(UPLOAD, content=body)
    assert answer.status_code == 413
    assert "11 MB at most" in answer.text
    assert site.quota.has_room("192.0.2.1", 50 * MEGABYTE)


@pytest.mark.parametrize("is_declared", [True, False])
def test_one_address_may_use_half_of_the_quota(is_declared):
    def body(size: int) -> bytes | Iterator[bytes]:
        return b"x" * size if is_declared else chunks(size // 100, 100)

    site = Site(quota=2000)
    ann, ben = site.client("192.0.2.1"), site.client("192.0.2.2")
    assert ann.post(UPLOAD, content=body(900)).text == "900"
    refused = ann.post(UPLOAD, content=body(200))
    assert refused.status_code == 429
    assert refused.text.strip().count("\n") == 0
    assert "try later" in refused.text
    assert ben.post(UPLOAD, content=body(900)).text == "900"
    assert ann.post(UPLOAD, content=body(100)).text == "100"  # the refused one cost nothing


def test_an_upload_costs_what_is_read_and_not_what_it_declares():
    site = Site(quota=2000)
    ann = site.client("192.0.2.1")
    headers = {"content-length": "900"}
    assert ann.post(UPLOAD, content=b"x" * 10, headers=headers).text == "10"
    assert site.quota.has_room("192.0.2.1", 990)
    assert not site.quota.has_room("192.0.2.1", 991)


@pytest.mark.parametrize("failure", ["refused", "disk"])
def test_an_upload_that_fails_costs_nothing(failure, caplog):
    site = Site(quota=2000)
    site.status = 400
    site.error = OSError(28, "No space left on device") if failure == "disk" else None
    answer = site.client("192.0.2.1").post(UPLOAD, content=b"x" * 900)
    assert answer.status_code == (507 if failure == "disk" else 400)
    assert site.quota.has_room("192.0.2.1", 1000)
    if failure == "disk":
        assert answer.text.count("\n") == 1
        assert "No space left" in caplog.text


def test_the_icon_replaces_the_manifest_and_the_length_is_right():
    page = '<link rel="manifest" href="/manifest.json" /><p>ü</p>'
    routes = [
        Route("/", lambda request: HTMLResponse(page)),
        Route("/text", lambda request: PlainTextResponse(page)),
    ]
    client = TestClient(RelativeIcon(Starlette(routes=routes)))
    answer = client.get("/")
    assert answer.text == '<link rel="icon" href="./favicon.ico" /><p>ü</p>'
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert client.get("/text").text == page


def test_the_head_of_the_page_is_behind_its_base_address():
    page = '<head><base href="./" /><script src="own.js"></script></head>'
    routes = [
        Route("/", lambda request: HTMLResponse(page)),
        Route("/other", lambda request: HTMLResponse("<p>no page of Gradio's</p>")),
    ]
    client = TestClient(PageHead(Starlette(routes=routes), head="<script>ü</script>"))
    answer = client.get("/")
    assert answer.text == page.replace("/>", "/><script>ü</script>")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert client.get("/other").text == "<p>no page of Gradio's</p>"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_closed_routes_answer_404_to_every_method(method):
    client = TestClient(Starlette(routes=closed_routes()))
    for path in ("/gradio_api/deep_link?session_hash=x", "/pwa_icon/64"):
        assert client.request(method, path).status_code == 404


@pytest.mark.parametrize("status", [404, 500])
def test_a_stream_that_breaks_off_because_its_session_is_closed_ends(status):
    async def stream() -> AsyncIterator[bytes]:
        yield b"there is no such session"
        raise HTTPException(status)

    async def answer(request: Request) -> Response:
        return StreamingResponse(stream())

    site = Starlette(routes=[Route("/", answer)], middleware=[Middleware(ClosedSessions)])
    client = TestClient(site)
    if status == 404:
        assert client.get("/").text == "there is no such session"
    else:
        with pytest.raises(RuntimeError):  # this is a fault, which the log shows
            client.get("/")
