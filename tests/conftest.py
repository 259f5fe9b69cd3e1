"""What several tests need: the page, served as a visitor finds it, and a browser."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from visits import ROOT, Visit, await_server, free_port, open_visits

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True)
class Server:
    """`python app.py`, running.

    Attributes
    ----------
    url : str
        Ends in a slash.
    seconds : float
        From the start of the program to its first answer.
    """

    url: str
    seconds: float


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not (ROOT / "checkpoints" / "song").is_dir():
        pytest.skip("there are no checkpoints to make music with")
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port)]
    start = time.monotonic()
    with await_server(command, port, tmp_path_factory.mktemp("page")) as url:
        yield Server(url, time.monotonic() - start)


@pytest.fixture
def visit(server, browser) -> Iterator[Callable[..., Visit]]:
    """Open the page."""
    with open_visits(server.url, browser, ".mg-panel .head") as open_page:
        yield open_page


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if path is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=[*_FLAGS])
        yield browser
        browser.close()
