"""Fixtures that several tests use: the model, the running app and a browser, each started once.

``make test`` runs two processes (pytest-xdist). Each has an app and a model of its own, so that no
test sees the queue, the quotas or the metrics of another process.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import hypothesis
import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # Processes that each started a thread for every core would slow each other down. Set before
    # TensorFlow is imported; the apps that tests start inherit it.
    _threads = str(max(1, (os.cpu_count() or 1) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])))
    for _name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(_name, _threads)

from support.visits import ROOT, Visit, await_server, free_port, open_visits

from musegen.music import Phrase, Piece
from musegen.music.notes import make_notes

if TYPE_CHECKING:
    from musegen.generator import MuseGen

# A busy machine may take longer to answer than the five seconds that httpx waits, by which
# gradio_client asks, too.
httpx._config.DEFAULT_TIMEOUT_CONFIG.__init__(60)

# The same examples in every run, however slow the machine, and no folder for failed ones.
hypothesis.settings.register_profile(
    "musegen", deadline=None, derandomize=True, database=None, max_examples=50
)
hypothesis.settings.load_profile("musegen")

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start long files first, so that both processes end at about the same time."""
    order = ("slow", "app", "unit")
    folders = ROOT / "tests"
    items.sort(key=lambda item: order.index(item.path.relative_to(folders).parts[0]))


@dataclass(frozen=True)
class Server:
    """`python app.py`, running.

    Attributes
    ----------
    url : str
        Ends in a slash.
    first_status : str
        What ``/health`` said as soon as the page answered.
    folder : Path
        For what it writes.
    """

    url: str
    first_status: str
    folder: Path


@pytest.fixture(scope="session")
def mg() -> MuseGen:
    """The shipped model, loaded once. Nothing that it makes changes it."""
    if not (ROOT / "checkpoints" / "song").is_dir():
        pytest.skip("there are no checkpoints to make music with")
    from musegen.generator import load

    return load(ROOT / "checkpoints")


@pytest.fixture(scope="session")
def tiny_checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a song and a drums checkpoint that are small and not trained. Do not change it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "tiny_checkpoints"
    if not folder.is_dir():
        from support.tiny_checkpoint import make_tiny_checkpoints

        made = make_tiny_checkpoints(tmp_path_factory.mktemp("checkpoints"))
        with contextlib.suppress(OSError):  # another process has made the same
            made.rename(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_mg(tiny_checkpoints: Path) -> MuseGen:
    """A model that draws, edits and decodes quickly; it does not give back what it encodes."""
    from musegen.generator import load

    return load(tiny_checkpoints)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not (ROOT / "checkpoints" / "song").is_dir():
        pytest.skip("there are no checkpoints to make music with")
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port)]
    folder = tmp_path_factory.mktemp("page")
    with await_server(command, port, folder) as url:
        yield Server(url, httpx.get(url + "health").json()["status"], folder)


@pytest.fixture(scope="session")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the page with what the explorer is made of alone."""
    port = free_port()
    command = [sys.executable, str(ROOT / "tests" / "support" / "explorer_page.py"), str(port)]
    with await_server(command, port, tmp_path_factory.mktemp("explorer")) as url:
        yield url


@pytest.fixture
def visit(server, browser) -> Iterator[Callable[..., Visit]]:
    """Open the page."""
    with open_visits(server.url, browser, ".mg-panel .head") as open_page:
        yield open_page


@pytest.fixture(scope="module")
def page(server, browser) -> Iterator[Visit]:
    """A page that the tests of a module share, as one visitor does one thing after another."""
    with open_visits(server.url, browser, ".mg-panel .head") as open_page:
        yield open_page()


@pytest.fixture
def own_midi(tmp_path: Path) -> Path:
    """A visitor's own music: two bars in G, twice."""
    rows = [(4 * i, "lead", 67 + 2 * (i % 4), 4, 90) for i in range(8)]
    rows += [(16 * i, "bass", 43, 16, 80) for i in range(2)]
    path = tmp_path / "my song.mid"
    Piece((Phrase(make_notes(rows), 0, 120.0),) * 2).write_midi(path)
    return path


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
