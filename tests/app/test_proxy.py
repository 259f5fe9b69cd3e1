"""The page behind a proxy that serves it below a path of its own."""

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
from support.visits import await_server, free_port, open_visits

from musegen.reading import read_midi

PATH = "/music"
HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "upgrade")
METHODS = ["GET", "HEAD", "POST"]


@dataclass
class Proxy:
    """A server that passes requests below a path on, without the path, as nginx does.

    Attributes
    ----------
    url : str
        Address of the page; ends in a slash.
    stray : list of str
        Paths of requests that were not below the page's path.
    """

    url: str
    stray: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, tiny_checkpoints) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxied")
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ROOT_PATH", PATH)
        patch.setenv("MUSEGEN_CHECKPOINTS", str(tiny_checkpoints))
        with await_server(command, port, folder) as behind, serve_proxy(behind) as proxy:
            yield proxy


@contextmanager
def serve_proxy(behind: str) -> Iterator[Proxy]:
    """Serve a `Proxy` in front of a server."""
    port = free_port()
    proxy = Proxy(f"http://127.0.0.1:{port}{PATH}/")
    client = httpx.AsyncClient(base_url=behind, timeout=None)

    async def pass_on(request: Request) -> Response:
        outgoing = client.build_request(
            request.method,
            "/" + request.path_params["path"],
            params=request.query_params,
            headers=request.headers.raw,  # with the host that the visitor asked for
            content=request.stream(),
        )
        answer = await client.send(outgoing, stream=True)
        headers = {k: v for k, v in answer.headers.items() if k not in HOP_BY_HOP}
        return StreamingResponse(answer.aiter_raw(), answer.status_code, headers)

    async def note(request: Request) -> Response:
        proxy.stray.append(request.url.path)
        return PlainTextResponse("this is another site", 404)

    routes = [
        Route(PATH + "/{path:path}", pass_on, methods=METHODS),
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
    server.force_exit = server.should_exit = True  # some responses never end
    thread.join(10)


def test_the_page_and_all_its_links_are_below_the_path(proxy) -> None:
    page = httpx.get(proxy.url)
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    own = [link for link in links if not link.startswith(("data:", "https://"))]
    assert own
    for link in own:
        assert httpx.get(httpx.URL(proxy.url).join(link)).status_code == 200
    assert httpx.get(proxy.url + "health").status_code in (200, 503)
    assert proxy.stray == []


def test_programs_can_call_endpoints_through_the_proxy(proxy, tmp_path) -> None:
    client = Client(proxy.url, verbose=False, download_files=tmp_path)
    path, info = client.predict(seed=3, bars=2, api_name="/random")
    assert read_midi(path).bars == info["bars"] == 2
    assert proxy.stray == []


def test_a_visitor_can_hear_a_piece_through_the_proxy(proxy, browser) -> None:
    # `open_visits` fails on a request to a path outside of the page's.
    with open_visits(proxy.url, browser, ".mg-panel .head") as open_page:
        visit = open_page()
        visit.draw(seed=3, bars=2, heard=True)
        assert visit.data("state") == "ready"
    assert proxy.stray == []
