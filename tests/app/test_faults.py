"""What goes wrong ends in one line for the visitor and one in the log, and the server goes on."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gradio as gr
import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from support.visits import ROOT, await_server, free_port, open_visits

from musegen.errors import MusicError
from musegen.files import atomic_write
from musegen.web.errors import error_message, report_errors

PATIENCE = 60  # seconds, of which a loaded computer may take most
GOOD = "TimGM6mb"  # a soundfont that is always there

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="this system does not tell which processes run"
)


class App:
    """A running app, and what it says in its log."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.client = Client(url, verbose=False, download_files=folder / "downloads")

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text()

    def processes(self, name: str) -> list[int]:
        """Those of a program that this app started, or is."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes().decode()
                environment = (process / "environ").read_bytes().decode()
            except OSError:
                continue  # it has ended, or is somebody else's
            if name in command and str(self.folder) in environment:
                found.append(int(process.name))
        return found

    def refused(self, function: Callable[[], object]) -> str:
        """What a visitor is told: one line, and where it has a number, that is in the log."""
        with pytest.raises(AppError) as caught:
            function()
        line = str(caught.value)
        assert "\n" not in line
        number = re.search(r" \(request (\w{8})\)$", line)
        if number:
            assert f"request {number[1]} failed: " in self.log
        return line


def until(condition: Callable[[], object]) -> object:
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


@contextlib.contextmanager
def serve(folder: Path, before: list[str] | None = None, **settings: str) -> Iterator[App]:
    """Run the app; its log has no traceback in the end."""
    if not (ROOT / "checkpoints" / "song").is_dir():
        pytest.skip("there are no checkpoints to make music with")
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        command = [*(before or []), sys.executable, "app.py", "--port", str(port)]
        with await_server(command, port, folder) as url:
            yield App(url, folder)


# What a visitor is told ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "told", "level"),
    [
        (MusicError("choose a MIDI file first"), "choose a MIDI file first", "INFO"),
        (OSError(28, "No space left"), r"the disk of this computer is full.* \(request", "ERROR"),
        (
            OSError(24, "Too many open files"),
            r"this computer has too little.* \(request",
            "ERROR",
        ),
        (MemoryError(), r"this computer has too little.* \(request", "ERROR"),
        (ZeroDivisionError("secret"), r"this is a fault of ours.* \(request", "ERROR"),
    ],
)
def test_each_fault_is_a_line_and_is_noted(error, told, level, caplog) -> None:
    with caplog.at_level(logging.INFO):
        try:
            raise error
        except Exception as caught:
            line = error_message(caught)
    assert re.match(told, line)
    assert "secret" not in line
    (noted,) = caplog.records
    assert noted.levelname == level
    assert bool(noted.exc_info) == isinstance(error, ZeroDivisionError)
    number = re.search(r"request (\w{8})", noted.getMessage())[1]
    assert (f"(request {number})" in line) == (level == "ERROR")


def test_nothing_but_friendly_lines_leaves_a_callback() -> None:
    with pytest.raises(gr.Error) as caught, report_errors():
        raise ZeroDivisionError("<b>secret</b>")
    assert caught.value.message.startswith("This is a fault of ours")
    assert not caught.value.print_exception


# The renderer and its soundfont -------------------------------------------------------------------


@pytest.fixture(scope="module")
def shaky(tmp_path_factory) -> Iterator[App]:
    """An app whose first soundfont is broken, and whose FluidSynth hangs when a file says so."""
    real = shutil.which("fluidsynth")
    if real is None:
        pytest.skip("FluidSynth is not installed")
    folder = tmp_path_factory.mktemp("shaky")
    fonts, programs = folder / "fonts", folder / "programs"
    fonts.mkdir()
    programs.mkdir()
    (fonts / "broken.sf2").write_bytes(b"RIFF\0\0\0\0 this is none")
    script = programs / "fluidsynth"
    script.write_text(
        f'#!/bin/sh\nif [ -e {folder}/hang ]; then sleep 1000; fi\nexec {real} "$@"\n'
    )
    script.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    with serve(folder, PATH=path, MUSEGEN_SOUNDFONT=str(fonts), MUSEGEN_RENDER_SECONDS="4") as app:
        yield app


def piece(app: App, bars: int, seed: int = 1) -> object:
    return handle_file(app.client.predict(seed=seed, bars=bars, api_name="/random")[0])


def test_a_renderer_that_is_killed(shaky) -> None:
    midi = piece(shaky, 64)
    job = shaky.client.submit(midi, GOOD, "wav", api_name="/render")
    for process in until(lambda: shaky.processes("fluidsynth\0-ni")):
        os.kill(process, signal.SIGKILL)
    told = shaky.refused(lambda: job.result(PATIENCE))
    assert told.startswith("FluidSynth was ended while it played: try again (request")
    assert Path(shaky.client.predict(midi, GOOD, "wav", api_name="/render")).is_file()


def test_a_renderer_that_hangs(shaky) -> None:
    midi = piece(shaky, 2)
    (shaky.folder / "hang").touch()
    told = shaky.refused(lambda: shaky.client.predict(midi, GOOD, "ogg", api_name="/render"))
    assert re.match(r"FluidSynth was not done after .* s and was ended: try again", told)
    (shaky.folder / "hang").unlink()
    assert shaky.processes("sleep") == []
    assert Path(shaky.client.predict(midi, GOOD, "ogg", api_name="/render")).is_file()


def test_a_broken_soundfont_on_the_page(shaky, browser) -> None:
    with open_visits(shaky.url, browser, ".mg-panel .head") as open_page:
        visit = open_page()
        visit.draw(seed=3, bars=2)
        visit.wait("document.querySelector('.mg-status').textContent.includes('No sound')")
        said = visit.text("status")
        assert re.search(r"broken\.sf2 is .*: choose a \.sf2 file \(request \w{8}\)", said)
        visit.open_sections()
        visit.pick("Soundfont", GOOD)
        visit.wait("document.querySelector('.mg-player').dataset.state === 'ready'")
        assert "No sound" not in visit.text("status")


def test_a_visitor_who_leaves_ends_the_work(shaky, browser) -> None:
    with open_visits(shaky.url, browser, ".mg-panel .head") as open_page:
        visit = open_page()
        visit.open_sections()
        visit.pick("Soundfont", GOOD)
        visit.draw(seed=4, bars=64)
        until(lambda: shaky.processes("fluidsynth\0-ni"))
        visit.page.close()
        until(lambda: not shaky.processes("fluidsynth\0-ni"))
        waited = httpx.get(shaky.url + "metrics").text
    assert 'musegen_waiting{work="mix"} 0' in waited
    # Ended, not done: what was being made is made anew.
    assert " refused" not in shaky.log
    assert "Traceback" not in shaky.log


def test_without_fluidsynth_a_simpler_renderer_plays_and_the_page_says_so(
    tmp_path, browser
) -> None:
    with serve(tmp_path, PATH=str(tmp_path)) as app:
        told = Path(app.client.predict(piece(app, 2), GOOD, "flac", api_name="/render"))
        assert told.stat().st_size > 10_000
        with open_visits(app.url, browser, ".mg-panel .head") as open_page:
            note = open_page().page.locator(".mg-note.prose")
            assert note.is_visible()
            assert note.inner_text().startswith("FluidSynth is not installed")


# The disk -----------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path) -> Iterator[App]:
    """An app whose temporary files have 12 MB."""
    cache = tmp_path / "cache"
    cache.mkdir()
    mount = 'mount -t tmpfs -o size=12m tmpfs "$0" && exec "$@"'
    before = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(cache)]
    if not shutil.which("unshare") or subprocess.run([*before, "true"]).returncode:
        pytest.skip("a small disk cannot be made here")
    with serve(tmp_path, before, TMPDIR=str(cache), MUSEGEN_SOUNDS_MB="1") as app:
        yield app


def test_a_full_disk(small) -> None:
    (process,) = small.processes("app.py")
    disk = Path(f"/proc/{process}/root{small.folder}/cache")

    def files() -> set[Path]:
        """What was made for visitors, or sent by them, and is not empty."""
        until(lambda: not small.processes("fluidsynth\0-ni"))  # examples are prepared, too
        files = {path for path in disk.rglob("*") if path.is_file() and path.stat().st_size}
        return {path for path in files if "musegen-sounds" not in str(path)}

    midi = piece(small, 64)
    for kind in ("wav", "stems"):
        told = small.refused(
            lambda kind=kind: small.client.predict(midi, GOOD, kind, api_name="/render")
        )
        assert "disk" in told
        assert "full" in told
    assert {path.suffix for path in files()} == {".mid"}  # nothing half-written
    # Now what visitors send fills the disk, to the last page of it.
    for size in (2_000_000, 100_000, 4_000):
        for i in range(40):
            sent = {"files": ("a.mid", bytes([i]) * size)}
            answer = httpx.post(f"{small.url}gradio_api/upload", files=sent)
            if answer.status_code != 200:
                break
        assert answer.status_code == 507
        assert answer.text.count("\n") == 1
    told = small.refused(lambda: piece(small, 64, seed=2))
    assert told.startswith("The disk of this computer is full: try again later (request")
    for path in files():
        path.unlink()
    assert Path(small.client.predict(piece(small, 2), GOOD, "flac", api_name="/render")).is_file()


def test_an_upload_that_is_cut_off(shaky) -> None:
    port = httpx.URL(shaky.url).port
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(
            b"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: "
            b'form-data; name="files"; filename="a.mid"\r\n\r\n' + b"x" * 2_000_000
        )
        time.sleep(0.5)
    assert httpx.get(shaky.url).status_code == 200
    assert "Traceback" not in shaky.log


def test_a_write_that_is_killed_leaves_the_file_as_it_was(tmp_path) -> None:
    path = tmp_path / "song.mid"
    path.write_text("before")
    program = f"""
import os, signal
from musegen.files import atomic_write
with atomic_write({str(path)!r}) as beside:
    beside.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    assert path.read_text() == "before"
    with atomic_write(path) as beside:
        beside.write_text("after")
    assert path.read_text() == "after"


def test_what_a_killed_app_leaves_is_removed_by_the_next(tmp_path) -> None:
    def rooms() -> list[Path]:
        return list((tmp_path / "cache").glob("musegen-*"))

    with serve(tmp_path) as app:
        piece(app, 2)
        (room,) = rooms()
        (process,) = app.processes("app.py")
        os.kill(process, signal.SIGKILL)
    assert any(path.suffix == ".mid" for path in room.rglob("*"))
    with serve(tmp_path) as app, serve(tmp_path) as beside:
        assert len(rooms()) == 2  # each has its own, and leaves the other's
        assert room not in rooms()
        piece(app, 2)
        piece(beside, 2)
    assert rooms() == []


# The model ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["cut short", "missing"])
def test_a_checkpoint_that_cannot_be_read(damage, tmp_path, browser) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    shutil.copy(ROOT / "app.py", tree)
    shutil.copytree(ROOT / "musegen", tree / "musegen")
    shutil.copytree(ROOT / "checkpoints", tree / "checkpoints", copy_function=os.symlink)
    for weights in (tree / "checkpoints" / "song").glob("*.safetensors"):
        data = weights.read_bytes()
        weights.unlink()
        if damage == "cut short":
            weights.write_bytes(data[:1000])
    port = free_port()
    command = ["env", "-C", str(tree), f"PYTHONPATH={tree}", sys.executable, "app.py"]
    with await_server([*command, "--port", str(port)], port, tmp_path) as url:
        app = App(url, tmp_path)
        told = app.refused(lambda: piece(app, 2))
        assert told.startswith("The model is not there: checkpoints/song")
        assert "get the checkpoint anew" in told
        assert httpx.get(url + "health").status_code == 503
        assert f"the model was not loaded: {tree}/checkpoints/song" in app.log
        with open_visits(url, browser, ".mg-panel .head") as open_page:
            visit = open_page()
            visit.wait("document.querySelector('.mg-model').dataset.state === 'problem'")
            said = visit.page.locator(".mg-model").inner_text()
    assert "checkpoints/song" in said
    assert str(tmp_path) not in said + told
