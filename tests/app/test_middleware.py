"""What the server does for nobody, asked of a running app."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from musegen.server.middleware import BodyLimit
from musegen.server.quota import HourlyQuota

KILOBYTE = b" " * 1000


def chunks(kilobytes: int) -> Iterator[bytes]:
    """A body that does not say beforehand how long it is."""
    for _ in range(kilobytes):
        yield KILOBYTE


@pytest.mark.parametrize("path", ["queue/join", "call/random", "run/random"])
@pytest.mark.parametrize("is_declared", [True, False])
def test_a_request_that_never_ends_is_refused(server, path, is_declared) -> None:
    body = KILOBYTE * 8_001 if is_declared else chunks(9_000)
    answer = httpx.post(
        f"{server.url}gradio_api/{path}",
        content=body,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413
    assert "8 MB at most" in answer.text


def test_a_large_upload_is_refused_and_nothing_of_it_stays(server) -> None:
    before = set(server.folder.rglob("*"))
    address = f"{server.url}gradio_api/upload"
    answer = httpx.post(address, files={"files": ("a.mid", KILOBYTE * 45_000)})
    assert answer.status_code == 413
    assert set(server.folder.rglob("*")) <= before


def test_many_files_in_one_upload_count_together(server) -> None:
    files = [("files", (f"{i}.mid", KILOBYTE * 15_000)) for i in range(3)]
    answer = httpx.post(f"{server.url}gradio_api/upload", files=files)
    assert answer.status_code == 413


def test_an_ordinary_request_goes_through(server) -> None:
    answer = httpx.post(
        f"{server.url}gradio_api/call/random", json={"data": [1, 2, "free", 1, 120, "C"]}
    )
    assert answer.status_code == 200
    assert "event_id" in answer.json()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/process_recording",
        "gradio_api/deep_link?session_hash=x",
        "gradio_api/dev/reload",
        "pwa_icon/64",
    ],
)
def test_what_the_page_has_no_use_for_is_closed(server, method, path) -> None:
    assert httpx.request(method, server.url + path).status_code == 404


@pytest.mark.parametrize("path", ["monitoring", "monitoring/summary", "gradio_api/vibe-code"])
def test_what_is_switched_off_is_off(server, path) -> None:
    assert httpx.get(server.url + path).status_code == 403


def test_nobody_else_keeps_visitors_runs(server) -> None:
    assert httpx.get(f"{server.url}gradio_api/runs").status_code == 404
    config = json.loads(httpx.get(f"{server.url}config").text)
    assert config["run_history"] is False


def test_the_page_names_its_icon_and_no_absolute_paths(server) -> None:
    answer = httpx.get(server.url, headers={"accept-encoding": "identity"})
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert 'rel="icon" href="./favicon.ico"' in answer.text
    assert 'href="/' not in answer.text
    assert httpx.get(server.url + "favicon.ico").status_code == 200


def test_nobody_uploads_all_that_an_hour_has() -> None:
    async def taken(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    page = SimpleNamespace(max_file_size=1000)
    routes = [Route("/gradio_api/upload", taken, methods=["POST"])]
    app = BodyLimit(Starlette(routes=routes), page, HourlyQuota(2000))
    ann, ben = (TestClient(app, client=(address, 1)) for address in ("192.0.2.1", "192.0.2.2"))
    assert ann.post("/gradio_api/upload", content=b"x" * 900).text == "900"
    refused = ann.post("/gradio_api/upload", content=b"x" * 200)
    assert (refused.status_code, refused.text.count("\n")) == (429, 1)
    assert ben.post("/gradio_api/upload", content=b"x" * 900).text == "900"
