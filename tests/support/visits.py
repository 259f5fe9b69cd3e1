"""Opens the page in a browser, as a visitor does, and starts the programs that serve it."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from musegen.music import Piece
from musegen.reading import read_midi

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")

# Messages of Gradio's own: at each upload, and where a page is left or loaded again while it waits
# for an answer: it closes its session, and may still ask for something.
GRADIO_MESSAGES = (
    "Method not implemented.",
    "AbortError: signal is aborted without reason",
    "Unexpected error Connection errored out.",
    "Unexpected error 404: Not Found",
)
PATIENCE = 120_000  # ms: the first click may wait until TensorFlow is loaded
MIXER = "document.querySelector('.mg-player').mixer"


class Visit:
    """The page in a browser, with helpers to use it as a visitor does."""

    def __init__(self, page) -> None:
        self.page = page
        self.player = page.locator(".mg-player")

    def another_tab(self) -> Visit:
        """Open the page once more, in the same browser."""
        page = self.page.context.new_page()
        page.goto(self.page.url.split("?")[0])
        page.wait_for_selector(".mg-panel .head")
        return Visit(page)

    def let_server_play(self) -> None:
        """Load the page again, as in a browser without WebAssembly."""
        self.page.route(
            "**/vendor/**",
            lambda route: route.fulfill(body="throw Error()", content_type="text/javascript"),
        )
        self.page.reload()
        self.page.wait_for_selector(".mg-panel .head")

    def data(self, name: str) -> str:
        return self.player.get_attribute(f"data-{name}")

    def press(self, button: str) -> None:
        """Press a button and wait until the new piece can be heard."""
        with self.new_piece():
            self.page.locator(f"#{button}").click()

    @contextmanager
    def new_piece(self, heard: bool = True) -> Iterator[None]:
        """Wait for a new piece that the block requests: its sound, or at least its notes."""
        before = self.data("id")
        yield
        self.wait_for_sound(before, heard)

    @contextmanager
    def change(self, heard: bool = False) -> Iterator[None]:
        """Wait for a change of the piece that the block requests: its notes, or also its sound."""
        piece, version = self.data("id"), self.data("version")
        yield
        self.wait(
            """([version, states]) => {
                const player = document.querySelector('.mg-player').dataset;
                return player.version !== version && states.includes(player.state) && !player.busy;
            }""",
            [version, ["ready"] if heard else ["ready", "drawn"]],
        )
        assert self.data("id") == piece

    def wait_for_sound(self, before: str | None, heard: bool = True) -> None:
        """Wait for a piece other than `before`: its sound, or at least its notes."""
        self.wait(
            """([before, states]) => {
                const { id, state, busy } = document.querySelector('.mg-player').dataset;
                return id && id !== before && states.includes(state) && !busy;
            }""",
            [before, ["ready"] if heard else ["ready", "drawn"]],
        )

    def wait(self, condition: str, arg: object = None) -> None:
        self.page.wait_for_function(condition, arg=arg, timeout=PATIENCE)

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()

    def open_sections(self) -> None:
        """Open the sections for shape, band and sound."""
        for name in ("Shape", "Band and sound"):
            section = self.page.get_by_role("button", name=re.compile(f"^{name}"))
            if "open" not in section.get_attribute("class").split():
                section.click()

    def slider(self, name: str):
        """Return one of the panel's sliders."""
        return self.page.get_by_role("slider", name=f"range slider for {name}", exact=True)

    def set_slider(self, name: str, value: str) -> None:
        """Move one of the panel's sliders."""
        number = self.page.get_by_label(f"number input for {name}", exact=True)
        self.fill(self.slider(name), value, number)

    def fill(self, field, value: str, shown=None) -> None:
        """Fill a field, again if it was too early, and see that `shown` or the field has the value.

        Gradio writes a component's first value a moment after it has shown the component. Nobody
        types in that moment but a test, and on a busy machine it is a long one.
        """
        for _ in range(100):
            field.fill(value)
            self.page.wait_for_timeout(100)
            self.page.evaluate("new Promise(requestAnimationFrame)")
            if float((shown or field).input_value()) == float(value):
                return
        raise AssertionError(f"the field keeps its value instead of {value}")

    def field(self, name: str):
        """Return a field of the panel by its label."""
        return self.page.get_by_label(name, exact=True).locator("visible=true")

    def pick(self, field: str, choice: str) -> None:
        """Choose an option of one of the panel's lists."""
        self.field(field).click()
        self.page.get_by_role("option", name=choice, exact=True).click()
        # A list takes a moment to close: the next one would have the same choices.
        self.wait("!document.querySelector('[data-testid=dropdown-option]')")

    def draw(self, seed: int, bars: int = 8, heard: bool = False) -> None:
        """Draw the piece of a seed, in the tab Random."""
        self.tab("Random")
        self.fill(self.field("Seed"), str(seed))
        self.page.get_by_role("checkbox", name="Lock").locator("visible=true").check()
        self.set_slider("Length in bars", str(bars))
        with self.new_piece(heard):
            self.page.locator("#draw").click()

    def phrase(self, number: int):
        """Return the button of a phrase, counted from 1 as on the page."""
        return self.player.locator(".mg-phrase").nth(number - 1)

    def mixer(self, what: str):
        """Return a property of the player's mixer, such as ``playing``."""
        return self.page.evaluate(f"{MIXER}.{what}")

    @property
    def seconds(self) -> float:
        """The playing position."""
        return self.mixer("position") / 44100

    def text(self, part: str) -> str:
        return self.player.locator(f".mg-{part}").inner_text()

    def button(self, name: str):
        return self.player.get_by_role("button", name=name, exact=True)

    def toast(self, text: str) -> str:
        """Wait for the toast that says this, while others may still be there; give all it says."""
        toast = self.page.get_by_test_id("toast-body").filter(has_text=text).last
        toast.wait_for()
        return toast.inner_text()

    def download(self, file: str, folder: Path) -> Path:
        """Download one of the player's files."""
        button = self.player.locator(f'[data-file="{file}"]')
        if not button.is_visible():
            self.button("More").click()
        with self.page.expect_download(timeout=PATIENCE) as download:
            button.click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def piece(self) -> Piece:
        """Return the piece in the player, from its MIDI file."""
        with tempfile.TemporaryDirectory() as folder:
            return read_midi(self.download("midi", Path(folder)))


def phrase_of(piece: Piece, number: int) -> list[tuple]:
    """Return onset, part, pitch and velocity of the notes of a phrase, counted from 1.

    Durations are left out: they can depend on the next phrase.
    """
    if number > len(piece):
        return []  # a file ends with its last note
    notes = piece.phrases[number - 1].notes
    return notes[["onset", "part", "pitch", "velocity"]].tolist()


def changed_phrases(before: Piece, after: Piece) -> list[int]:
    """Return the numbers, from 1, of the phrases whose notes differ."""
    numbers = range(1, max(len(before), len(after)) + 1)
    return [i for i in numbers if phrase_of(before, i) != phrase_of(after, i)]


def serious_findings(visit: Visit, inside: str | None = None) -> list[tuple]:
    """Return the serious findings of axe about a page or a part of it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    # On the way from light to dark, colours have no contrast for a moment.
    visit.page.evaluate(
        "() => Promise.all(document.getAnimations().filter((a) => a instanceof CSSTransition)"
        ".map((a) => a.finished.catch(() => {})))"
    )
    return [
        (found["id"], [node["html"] for node in found["nodes"]])
        for found in axe.Axe().run(visit.page, inside).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


@contextmanager
def open_visits(url: str, browser, ready: str) -> Iterator[Callable[..., Visit]]:
    """Yield a function that opens a page.

    At the end, check that the console has no errors and that no other host was asked for anything.
    """
    contexts, problems = [], []

    def read_console(message) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(GRADIO_MESSAGES):
            problems.append(message.text)

    def open_page(
        query: str = "",
        width: int = 1280,
        dark: bool = False,
        touch: bool = False,
        locale: str = "en-US",
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            has_touch=touch,
            locale=locale,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("console", read_console)
        own = (url, "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(own) else problems.append(r.url))
        page.goto(url + query)
        page.wait_for_selector(ready)
        return Visit(page)

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, problems


@contextmanager
def reuse_visits(url: str, browser, ready: str) -> Iterator[Callable[..., Visit]]:
    """As `open_visits`, but a page of the same kind is loaded again instead of opened anew."""
    visits: dict[tuple, Visit] = {}
    with open_visits(url, browser, ready) as open_page:

        def open_or_reload(**kind) -> Visit:
            key = tuple(sorted(kind.items()))
            if key in visits:
                visits[key].page.unroute_all()
                visits[key].page.reload()
                visits[key].page.wait_for_selector(ready)
            else:
                visits[key] = open_page(**kind)
            return visits[key]

        yield open_or_reload


def swipe(visit: Visit, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Move a finger over the screen; the browser itself may turn that into scrolling.

    The finger rests before it is lifted: a page that went on by its momentum would take the next
    tap as a hand that stops it.
    """
    session = visit.page.context.new_cdp_session(visit.page)
    for i in range(12):
        place = [a + (b - a) * i / 11 for a, b in zip(start, end, strict=True)]
        touch = {
            "type": "touchMove" if i else "touchStart",
            "touchPoints": [{"x": place[0], "y": place[1]}],
        }
        session.send("Input.dispatchTouchEvent", touch)
        visit.page.evaluate("new Promise(requestAnimationFrame)")
    visit.page.wait_for_timeout(200)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def wait_until(condition: Callable[[], T]) -> T:
    """Wait until a condition is true; return its value."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not (value := condition()):
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
    return value


def run_async(coroutine: Coroutine) -> object:
    """Run a coroutine in a thread of its own: Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def await_server(command: list[str], port: int, folder: Path) -> Iterator[str]:
    """Start a program and yield the address of its page, with a final slash, once it answers."""
    url = f"http://127.0.0.1:{port}/"
    log = folder / "log.txt"
    environment = {
        **os.environ,
        "GRADIO_TEMP_DIR": str(folder / "cache"),
        "GRADIO_ANALYTICS_ENABLED": "False",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
    }
    start = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        while not _answers(url):
            if process.poll() is not None or time.monotonic() - start > 240:
                raise AssertionError(f"the page was not served:\n{log.read_text()}")
            time.sleep(0.1)
        yield url
        text = log.read_text()
        assert "Traceback" not in text, text
    finally:
        process.terminate()
        process.wait(120)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
