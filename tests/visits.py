"""A visitor to a page, and what serves it, for the tests that need them."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

GRADIO_SAYS = "Method not implemented."  # at each upload; it is not about this page
PATIENCE = 60_000  # ms: the first click may wait until TensorFlow is loaded
MIXER = "document.querySelector('.mg-player').mixer"


class Visit:
    """A visitor's page, and what they look at on it."""

    def __init__(self, page) -> None:
        self.page = page
        self.player = page.locator(".mg-player")

    def data(self, name: str) -> str:
        return self.player.get_attribute(f"data-{name}")

    def press(self, button: str) -> None:
        """Press a button and wait until the new piece can be heard."""
        before = self.data("id")
        self.page.locator(f"#{button}").click()
        self.wait_for_sound(before)

    def wait_for_sound(self, before: str | None) -> None:
        self.page.wait_for_function(
            """before => {
                const { id, state } = document.querySelector('.mg-player').dataset;
                return id && id !== before && state === 'ready';
            }""",
            arg=before,
            timeout=PATIENCE,
        )

    def wait(self, condition: str, arg: object = None) -> None:
        self.page.wait_for_function(condition, arg=arg, timeout=PATIENCE)

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def mixer(self, what: str):
        """What the player's mixer says, such as ``playing``."""
        return self.page.evaluate(f"{MIXER}.{what}")

    @property
    def seconds(self) -> float:
        """The playing position."""
        return self.mixer("position") / 44100

    def text(self, part: str) -> str:
        return self.player.locator(f".mg-{part}").inner_text()

    def button(self, name: str):
        return self.player.get_by_role("button", name=name, exact=True)

    def take(self, file: str, folder: Path) -> Path:
        """Download one of the player's files."""
        with self.page.expect_download(timeout=PATIENCE) as download:
            self.player.locator(f'[data-file="{file}"]').click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path


def serious_findings(visit: Visit, inside: str | None = None) -> list[tuple]:
    """What axe has to say against a page, or a part of it; needs no network."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    return [
        (found["id"], [node["html"] for node in found["nodes"]])
        for found in axe.Axe().run(visit.page, inside).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


@contextmanager
def open_visits(url: str, browser, ready: str) -> Iterator[Callable[..., Visit]]:
    """Open a page; in the end, nothing was amiss in the console or asked of another host."""
    contexts, amiss = [], []

    def hear(said) -> None:
        if said.type in ("error", "warning") and said.text != GRADIO_SAYS:
            amiss.append(said.text)

    def open_page(
        query: str = "", width: int = 1280, dark: bool = False, touch: bool = False
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            has_touch=touch,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: amiss.append(f"error: {error}"))
        page.on("console", hear)
        own = (url, "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(own) else amiss.append(r.url))
        page.goto(url + query)
        page.wait_for_selector(ready)
        return Visit(page)

    yield open_page
    for context in contexts:
        context.close()
    assert not amiss


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def await_server(command: list[str], port: int, folder: Path) -> Iterator[str]:
    """Run a program until it serves a page at a port; give the address, which ends in a slash."""
    url = f"http://127.0.0.1:{port}/"
    log = folder / "log.txt"
    environment = {
        **os.environ,
        "GRADIO_TEMP_DIR": str(folder / "cache"),
        "PYTHONPATH": str(ROOT),
    }
    start = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        while not _answers(url):
            if process.poll() is not None or time.monotonic() - start > 60:
                raise AssertionError(f"the page was not served:\n{log.read_text()}")
            time.sleep(0.1)
        yield url
        said = log.read_text()
        assert "Traceback" not in said, said
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
