"""Several server processes behind one address give the same answers and can replace each other."""

from __future__ import annotations

import contextlib
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from gradio_client import Client, handle_file
from support.visits import PATIENCE, Visit, await_server, free_port


@dataclass
class Balancer:
    """Passes connections on to one process, like a balancer that goes by the visitor's address.

    Attributes
    ----------
    url : str
        Address for visitors; ends in a slash.
    behind : str
        Address of the process that they reach.
    """

    url: str
    behind: str


@contextlib.contextmanager
def balance(behind: str) -> Iterator[Balancer]:
    """Serve a `Balancer`."""
    listener = socket.create_server(("127.0.0.1", 0))
    balancer = Balancer(f"http://127.0.0.1:{listener.getsockname()[1]}/", behind)

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = listener.accept()
                try:
                    process = socket.create_connection(
                        ("127.0.0.1", urlsplit(balancer.behind).port)
                    )
                except OSError:
                    visitor.close()
                    continue
                for pair in ((visitor, process), (process, visitor)):
                    threading.Thread(target=pass_on, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield balancer
    listener.close()


@pytest.fixture
def processes(
    tmp_path, tiny_checkpoints, monkeypatch
) -> Iterator[tuple[str, str, contextlib.ExitStack]]:
    """Addresses of two apps, and a stack that ends the first when it is closed."""
    monkeypatch.setenv("MUSEGEN_CHECKPOINTS", str(tiny_checkpoints))
    first, second = contextlib.ExitStack(), contextlib.ExitStack()
    with first, second:
        urls = []
        for stack, name in ((first, "first"), (second, "second")):
            folder, port = tmp_path / name, free_port()
            folder.mkdir()
            command = [sys.executable, "app.py", "--port", str(port)]
            urls.append(stack.enter_context(await_server(command, port, folder)))
        for url in urls:
            while httpx.get(url + "health").status_code != 200:
                time.sleep(0.2)
        yield *urls, first


def test_a_visit_can_go_on_at_another_process(processes, browser, tmp_path, own_midi) -> None:
    a, b, first = processes

    # Programs: equal calls get equal answers, and a file of the one can be edited at the other.
    clients = [Client(url, verbose=False, download_files=tmp_path / "got") for url in (a, b)]
    answers = [client.predict(seed=5, bars=4, api_name="/random") for client in clients]
    assert answers[0][1] == answers[1][1]
    assert Path(answers[0][0]).read_bytes() == Path(answers[1][0]).read_bytes()
    for arguments in (
        {"midi": handle_file(answers[0][0]), "phrases": "1", "seed": 3, "api_name": "/vary"},
        {"midi": handle_file(str(own_midi)), "seed": 3, "api_name": "/remix"},
        {"link": answers[0][1]["link"], "api_name": "/again"},
    ):
        made = [Path(client.predict(**arguments)[0]).read_bytes() for client in clients]
        assert made[0] == made[1]
    assert len({httpx.get(url + "health").json()["model"] for url in (a, b)}) == 1

    # A visit goes on when the process that it began at is ended.
    with balance(a) as balancer:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(balancer.url)
        page.wait_for_selector(".mg-panel .head")
        visit = Visit(page)
        visit.draw(seed=5, bars=4, heard=True)
        before = visit.download("midi", tmp_path).read_bytes()
        link = page.url
        page.goto("about:blank")  # Gradio loads a page again by itself once it has lost its server
        balancer.behind = b
        first.close()
        # The link makes the piece again, and it can be edited.
        page.goto(link)
        page.wait_for_selector(".mg-panel .head")
        visit.wait_for_sound(None)
        assert visit.download("midi", tmp_path).read_bytes() == before
        visit.phrase(2).click()
        with visit.change():
            visit.button("Vary").click()
        assert visit.download("midi", tmp_path).read_bytes() != before
        with visit.change():
            visit.button("Undo").click()
        assert visit.download("midi", tmp_path).read_bytes() == before
        context.close()
    shutil.rmtree(tmp_path / "got")
