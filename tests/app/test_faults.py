"""An error is one line for the visitor and one in the log, and the server goes on.

What a killed server leaves behind: tests/unit/server/process/test_temporary_folder.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from support.visits import await_server, free_port, open_visits, wait_until

PATIENCE = 240  # seconds, of which a busy computer may need most
GOOD = "TimGM6mb"  # a soundfont that is always there

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="this system does not tell which processes run"
)


class App:
    """A running app and its log."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.client = Client(url, verbose=False, download_files=folder / "downloads")

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text()

    def forget_log(self) -> None:
        """Empty the log, so that a traceback that was expected is not an error in the end."""
        (self.folder / "log.txt").write_text("")

    def processes(self, name: str) -> list[int]:
        """Ids of a program's processes: those that this app started, or the app itself."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes().decode()
                environment = (process / "environ").read_bytes().decode()
            except OSError:
                continue  # it has ended, or belongs to another user
            if name in command and str(self.folder) in environment:
                found.append(int(process.name))
        return found

    def refused(self, function: Callable[[], object]) -> str:
        """The line that a visitor reads; a number in it is in the log, too."""
        with pytest.raises(AppError) as caught:
            function()
        line = str(caught.value)
        assert "\n" not in line
        number = re.search(r" \(request (\w{8})\)$", line)
        if number:
            assert f"request {number[1]} failed: " in self.log
        return line


@contextlib.contextmanager
def serve(folder: Path, before: list[str] | None = None, **settings: str) -> Iterator[App]:
    """Run the app; its log has no traceback in the end."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        command = [*(before or []), sys.executable, "app.py", "--port", str(port)]
        with await_server(command, port, folder) as url:
            yield App(url, folder)


# The renderer and its soundfont -------------------------------------------------------------------


@pytest.fixture(scope="module")
def shaky(tmp_path_factory, tiny_checkpoints) -> Iterator[App]:
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
    settings = {
        "MUSEGEN_CHECKPOINTS": str(tiny_checkpoints),
        "MUSEGEN_RENDER_SECONDS": "4",
        "MUSEGEN_SOUNDFONT": str(fonts / "broken.sf2"),
    }
    with serve(folder, PATH=path, **settings) as app:
        yield app


def piece(app: App, bars: int, seed: int = 1) -> object:
    return handle_file(app.client.predict(seed=seed, bars=bars, api_name="/random")[0])


def test_a_renderer_that_is_killed_is_reported_and_the_next_one_works(shaky) -> None:
    midi = piece(shaky, 64)
    job = shaky.client.submit(midi, GOOD, "wav", api_name="/render")
    for process in wait_until(lambda: shaky.processes("fluidsynth\0-ni")):
        os.kill(process, signal.SIGKILL)
    line = shaky.refused(lambda: job.result(PATIENCE))
    assert line.startswith("FluidSynth was ended while it played: try again (request")
    assert Path(shaky.client.predict(midi, GOOD, "wav", api_name="/render")).is_file()


def test_a_renderer_that_hangs_is_stopped_and_the_next_one_works(shaky) -> None:
    midi = piece(shaky, 2)
    (shaky.folder / "hang").touch()
    line = shaky.refused(lambda: shaky.client.predict(midi, GOOD, "ogg", api_name="/render"))
    assert re.match(r"FluidSynth was not done after .* s and was ended: try again", line)
    (shaky.folder / "hang").unlink()
    assert shaky.processes("sleep") == []
    assert Path(shaky.client.predict(midi, GOOD, "ogg", api_name="/render")).is_file()


def test_the_page_reports_a_broken_soundfont(shaky, browser) -> None:
    with open_visits(shaky.url, browser, ".mg-panel .head") as open_page:
        visit = open_page()
        visit.let_server_play()
        visit.draw(seed=3, bars=2)
        visit.wait("document.querySelector('.mg-status').textContent.includes('No sound')")
        shown = visit.text("status")
        assert re.search(r"broken\.sf2 is .*: choose a \.sf2 file \(request \w{8}\)", shown)
        visit.open_sections()
        visit.pick("Soundfont", GOOD)
        visit.wait("document.querySelector('.mg-player').dataset.state === 'ready'")
        assert "No sound" not in visit.text("status")


def test_rendering_stops_when_the_visitor_leaves(shaky, browser) -> None:
    with open_visits(shaky.url, browser, ".mg-panel .head") as open_page:
        visit = open_page()
        visit.let_server_play()
        visit.open_sections()
        visit.pick("Soundfont", GOOD)
        visit.draw(seed=4, bars=64)
        wait_until(lambda: shaky.processes("fluidsynth\0-ni"))
        visit.page.close()
        wait_until(lambda: not shaky.processes("fluidsynth\0-ni"))
        waited = httpx.get(shaky.url + "metrics").text
    assert 'musegen_waiting{work="mix"} 0' in waited
    assert " refused" not in shaky.log
    assert "Traceback" not in shaky.log


# The disk -----------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path, tiny_checkpoints) -> Iterator[App]:
    """An app whose temporary files have 12 MB."""
    cache = tmp_path / "cache"
    cache.mkdir()
    mount = 'mount -t tmpfs -o size=12m tmpfs "$0" && exec "$@"'
    before = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(cache)]
    if not shutil.which("unshare") or subprocess.run([*before, "true"]).returncode:
        pytest.skip("a small disk cannot be made here")
    settings = {"MUSEGEN_CHECKPOINTS": str(tiny_checkpoints), "MUSEGEN_SOUNDS_MB": "1"}
    with serve(tmp_path, before, TMPDIR=str(cache), **settings) as app:
        yield app


def test_a_full_disk_is_reported_and_nothing_half_written_stays(small) -> None:
    (process,) = small.processes("app.py")
    disk = Path(f"/proc/{process}/root{small.folder}/cache")

    def files() -> set[Path]:
        """Files that were made for visitors or sent by them, and are not empty."""
        wait_until(lambda: not small.processes("fluidsynth\0-ni"))  # the examples are rendered, too
        files = {path for path in disk.rglob("*") if path.is_file() and path.stat().st_size}
        return {path for path in files if "musegen-sounds" not in str(path)}

    midi = piece(small, 64)
    for kind in ("wav", "stems"):
        line = small.refused(
            lambda kind=kind: small.client.predict(midi, GOOD, kind, api_name="/render")
        )
        assert "disk" in line
        assert "full" in line
    assert {path.suffix for path in files()} == {".mid"}  # nothing half-written
    # Now uploads fill the disk to its last page.
    for size in (2_000_000, 100_000, 4_000):
        for i in range(40):
            sent = {"files": ("a.mid", bytes([i]) * size)}
            answer = httpx.post(f"{small.url}gradio_api/upload", files=sent)
            if answer.status_code != 200:
                break
        assert answer.status_code == 507
        assert answer.text.count("\n") == 1
    line = small.refused(lambda: piece(small, 64, seed=2))
    assert line.startswith("The disk of this computer is full: try again later (request")
    for path in files():
        path.unlink()
    assert Path(small.client.predict(piece(small, 2), GOOD, "flac", api_name="/render")).is_file()


def test_an_upload_that_is_cut_off_leaves_no_traceback(shaky) -> None:
    port = httpx.URL(shaky.url).port
    cache = shaky.folder / "cache"
    before = set(cache.rglob("*"))

    def is_arriving() -> bool:
        return any(path.stat().st_size > 1_000_000 for path in set(cache.rglob("*")) - before)

    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(
            b"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\nContent-Disposition: "
            b'form-data; name="files"; filename="a.mid"\r\n\r\n' + b"x" * 2_000_000
        )
        wait_until(is_arriving)
    assert httpx.get(shaky.url).status_code == 200
    assert "Traceback" not in shaky.log


# The model ----------------------------------------------------------------------------------------


def test_without_a_model_and_fluidsynth_the_page_says_what_is_missing(
    tmp_path, tiny_checkpoints, browser
) -> None:
    checkpoints = shutil.copytree(tiny_checkpoints, tmp_path / "checkpoints")
    weights = next((checkpoints / "song").glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:1000])
    with serve(tmp_path, MUSEGEN_CHECKPOINTS=str(checkpoints), PATH=str(tmp_path)) as app:
        line = app.refused(lambda: piece(app, 2))
        assert line.startswith("The model is not available: checkpoints/song")
        assert "download the checkpoint again" in line
        assert httpx.get(app.url + "health").status_code == 503
        assert f"the model was not loaded: {checkpoints}/song" in app.log
        assert "Traceback" in app.log
        with open_visits(app.url, browser, ".mg-panel .head") as open_page:
            page = open_page().page
            page.wait_for_selector(".mg-model[data-state=problem]")
            shown = page.locator(".mg-model").inner_text()
            note = page.locator(".mg-note.prose")
            assert note.is_visible()
            assert note.inner_text().startswith("FluidSynth is not installed")
        app.forget_log()
    assert "checkpoints/song" in shown
    assert str(tmp_path) not in shown + line
