"""The page behind another server, under a path of its own: as many are hosted."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn
from gradio_client import Client
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from support.visits import ROOT, await_server, free_port, open_visits

from musegen.reading import read_midi

PATH = "/music"
OWN_TO_EACH_HALF = ("connection", "keep-alive", "transfer-encoding", "upgrade")
METHODS = ["GET", "HEAD", "POST"]


@dataclass
class Proxy:
    """A server that hands on what is asked below a path, without the path, as nginx does.

    Attributes
    ----------
    url : str
        Where the page is; ends in a slash.
    astray : list of str
        What was asked of other paths.
    """

    url: str
    astray: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory) -> Iterator[Proxy]:
    if not (ROOT / "checkpoints" / "song").is_dir():
        pytest.skip("there are no checkpoints to make music with")
    folder = tmp_path_factory.mktemp("proxied")
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ROOT_PATH", PATH)
        with await_server(command, port, folder) as behind, serve_before(behind) as proxy:
            yield proxy


@contextmanager
def serve_before(behind: str) -> Iterator[Proxy]:
    """Serve a `Proxy` before a server."""
    port = free_port()
    proxy = Proxy(f"http://127.0.0.1:{port}{PATH}/")
    client = httpx.AsyncClient(base_url=behind, timeout=None)

    async def hand_on(request: Request) -> Response:
        asked = client.build_request(
            request.method,
            "/" + request.path_params["path"],
            params=request.query_params,
            headers=request.headers.raw,  # the host that the visitor named is among them
            content=request.stream(),
        )
        answer = await client.send(asked, stream=True)
        headers = {k: v for k, v in answer.headers.items() if k not in OWN_TO_EACH_HALF}
        return StreamingResponse(answer.aiter_raw(), answer.status_code, headers)

    async def note(request: Request) -> Response:
        proxy.astray.append(request.url.path)
        return PlainTextResponse("this is another site's", 404)

    routes = [
        Route(PATH + "/{path:path}", hand_on, methods=METHODS),
        Route("/{path:path}", note, methods=METHODS),
    ]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), port=port, log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield proxy
    server.force_exit = server.should_exit = True  # some answers never end
    thread.join(10)


def test_the_page_and_all_that_it_names_are_below_the_path(proxy) -> None:
    page = httpx.get(proxy.url)
    assert page.status_code == 200
    named = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    own = [name for name in named if not name.startswith(("data:", "https://"))]
    assert own
    for name in own:
        assert httpx.get(httpx.URL(proxy.url).join(name)).status_code == 200
    assert httpx.get(proxy.url + "health").status_code in (200, 503)
    assert proxy.astray == []


def test_programs_call_it_through_the_proxy(proxy, tmp_path) -> None:
    client = Client(proxy.url, verbose=False, download_files=tmp_path)
    path, told = client.predict(seed=3, bars=2, api_name="/random")
    assert read_midi(path).bars == told["bars"] == 2
    assert proxy.astray == []


def test_a_visitor_hears_a_piece_through_the_proxy(proxy, browser) -> None:
    # A request to any other path than the page's own is an error there.
    with open_visits(proxy.url, browser, ".mg-panel .head") as open_page:
        visit = open_page()
        visit.draw(seed=3, bars=2, heard=True)
        assert visit.data("state") == "ready"
    assert proxy.astray == []
