"""What a running app refuses. See also tests/unit/server/test_middleware.py."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

KILOBYTE = b" " * 1000


def chunks(kilobytes: int) -> Iterator[bytes]:
    """A body that does not declare its length."""
    for _ in range(kilobytes):
        yield KILOBYTE


@pytest.mark.parametrize("path", ["queue/join", "call/random", "run/random"])
@pytest.mark.parametrize("is_declared", [True, False])
def test_a_request_that_is_too_large_is_refused(server, path, is_declared) -> None:
    body = KILOBYTE * 8_001 if is_declared else chunks(9_000)
    answer = httpx.post(
        f"{server.url}gradio_api/{path}",
        content=body,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413
    assert "8 MB at most" in answer.text


def test_a_large_upload_is_refused_and_leaves_no_file(server) -> None:
    before = set(server.folder.rglob("*"))
    address = f"{server.url}gradio_api/upload"
    answer = httpx.post(address, files={"files": ("a.mid", KILOBYTE * 45_000)})
    assert answer.status_code == 413
    assert set(server.folder.rglob("*")) <= before


def test_many_files_in_one_upload_count_together(server) -> None:
    files = [("files", (f"{i}.mid", KILOBYTE * 15_000)) for i in range(3)]
    answer = httpx.post(f"{server.url}gradio_api/upload", files=files)
    assert answer.status_code == 413


def test_an_ordinary_request_is_answered(server) -> None:
    address = f"{server.url}gradio_api/call"
    id = httpx.post(f"{address}/v2/random", json={"seed": 1, "bars": 2}).json()["event_id"]
    assert "event: complete" in httpx.get(f"{address}/random/{id}").text


def test_a_page_whose_session_is_closed_is_told_so(server) -> None:
    # That the answer ends, and leaves no traceback in the log, is looked at, too.
    answer = httpx.get(f"{server.url}gradio_api/queue/data?session_hash=closed")
    assert '"session_not_found":true' in answer.text


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
def test_paths_of_gradio_that_the_page_does_not_need_are_closed(server, method, path) -> None:
    assert httpx.request(method, server.url + path).status_code == 404


@pytest.mark.parametrize("path", ["monitoring", "monitoring/summary", "gradio_api/vibe-code"])
def test_parts_of_gradio_that_are_switched_off_answer_403(server, path) -> None:
    assert httpx.get(server.url + path).status_code == 403


def test_gradio_keeps_no_history_of_runs(server) -> None:
    assert httpx.get(f"{server.url}gradio_api/runs").status_code == 404
    config = json.loads(httpx.get(f"{server.url}config").text)
    assert config["run_history"] is False


def test_the_page_names_its_icon_by_a_relative_path(server) -> None:
    answer = httpx.get(server.url, headers={"accept-encoding": "identity"})
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert 'rel="icon" href="./favicon.ico"' in answer.text
    assert 'href="/' not in answer.text
    assert httpx.get(server.url + "favicon.ico").status_code == 200
