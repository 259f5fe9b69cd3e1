"""Nobody can read or write files of the server, and no short link asks for much work.

The requests to the running app are such as its page never sends.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import time
import zlib
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from conftest import Server
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from support.visits import ROOT, await_server, free_port, open_visits

from musegen.midi.tags import TAG
from musegen.reading import read_midi

PATIENCE = 240  # seconds, of which a busy computer may need most
SECRET = "nobody must read this"
MARKUP = "<b class=mark>B</b><img src='http://192.0.2.7/x.png' onerror='window.mark=1'>"


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny_checkpoints) -> Iterator[Server]:
    """An app of its own, since Gradio logs a traceback for some of what it refuses here."""
    folder, port = tmp_path_factory.mktemp("attacked"), free_port()
    command = [sys.executable, "app.py", "--port", str(port)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSEGEN_CHECKPOINTS", str(tiny_checkpoints))
        with await_server(command, port, folder) as url:
            yield Server(url, "loading", folder)
            log = folder / "log.txt"
            text = log.read_text()
            assert SECRET not in text
            assert f'File "{ROOT}/musegen' not in text, text  # no traceback but Gradio's own
            log.write_text("")


@pytest.fixture(scope="module")
def client(server, tmp_path_factory) -> Client:
    return Client(server.url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


@pytest.fixture(scope="module")
def secret(server) -> str:
    """A file beside the folder that the app writes to."""
    path = server.folder / "secret.mid"
    path.write_text(SECRET)
    return str(path)


def call(server: Server, name: str, *data: object) -> str:
    """The answer of a named endpoint to any data."""
    address = f"{server.url}gradio_api/call/{name}"
    begun = httpx.post(address, json={"data": data}, timeout=60)
    if begun.status_code != 200:
        return begun.text
    end, event = time.monotonic() + PATIENCE, ""
    with httpx.stream("GET", f"{address}/{begun.json()['event_id']}", timeout=60) as answer:
        for line in answer.iter_lines():
            if line.startswith("event:"):
                event = line
            elif line.startswith("data:") and event != "event: heartbeat":
                return f"{event}\n{line}"
            assert time.monotonic() < end, f"/{name} is still at work"
    return ""


def recipe(content: dict | bytes) -> str:
    """The text of a recipe with some content, valid or not."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")


# Reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "file:///etc/passwd",
        "/proc/self/environ",
        f"{ROOT}/app.py",
        "app.py",
        "checkpoints/map.npz",
        "..%2f..%2fetc/passwd",
        "http://127.0.0.1:1/",
        "https://example.org/",
    ],
)
def test_only_files_made_for_the_page_are_served(server, path) -> None:
    answer = httpx.get(f"{server.url}gradio_api/file={path}")
    assert answer.status_code in (403, 404)


def test_files_beside_the_cache_are_not_served(server, secret) -> None:
    for path in (secret, f"{server.folder}/cache/../secret.mid"):
        answer = httpx.get(f"{server.url}gradio_api/file={quote(path)}")
        assert answer.status_code == 403
        assert SECRET not in answer.text


@pytest.mark.parametrize("route", ["static", "assets", "svelte"])
def test_paths_out_of_the_served_folders_are_refused(server, route) -> None:
    for path in ("..%2f..%2f..%2f__init__.py", "%2fetc%2fpasswd"):
        answer = httpx.get(f"{server.url}{route}/{path}")
        assert answer.status_code in (403, 404)


@pytest.mark.parametrize("name", ["render", "remix"])
def test_files_of_the_server_are_not_taken_for_uploads(server, secret, name) -> None:
    rest = [None, "wav"] if name == "render" else [0.8, 1]
    meta = {"_type": "gradio.FileData"}
    for file in (
        {"path": secret, "meta": meta},
        {"path": f"{server.folder}/cache/../secret.mid", "meta": meta},
        {"path": "x.mid", "url": f"file://{secret}", "meta": meta},
        {"path": f"{server.url}config", "meta": meta},
        {"path": "http://169.254.169.254/", "meta": meta},
        {"path": secret},
        secret,
        [{"path": secret, "meta": meta}],
    ):
        answer = call(server, name, file, *rest)
        assert answer.startswith("event: error"), answer
        assert "FileData" not in answer


def test_a_soundfont_is_chosen_by_its_name_alone(server, client, secret) -> None:
    midi, _ = client.predict(seed=1, bars=2, api_name="/random")
    for name in (secret, "../secret", "FluidR3 GM/../../secret.mid"):
        with pytest.raises(AppError, match="There is no soundfont"):
            client.predict(handle_file(midi), soundfont=name, api_name="/render")


# Writing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../../../evil.mid", "/evil.mid", "..\\..\\evil.mid", ".", "a" * 5000 + ".mid"]
)
def test_uploads_stay_in_their_folder(server, name) -> None:
    before = {path for path in server.folder.rglob("*") if path.is_file()}
    answer = httpx.post(f"{server.url}gradio_api/upload", files={"files": (name, b"MThd")})
    new = {path for path in server.folder.rglob("*") if path.is_file()} - before
    cache = server.folder / "cache"
    assert all(path.is_relative_to(cache) and len(path.name) < 256 for path in new)
    assert not (ROOT / "evil.mid").exists()
    assert answer.status_code in (200, 400, 413)


def test_an_upload_comes_back_as_a_download_never_as_a_page(server) -> None:
    page = ("x.html", b"<script>alert(1)</script>", "text/html")
    (path,) = httpx.post(f"{server.url}gradio_api/upload", files={"files": page}).json()
    answer = httpx.get(f"{server.url}gradio_api/file={quote(path)}")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "html" not in answer.headers["content-type"]


def test_names_in_recipes_are_not_paths(server, client) -> None:
    notes = {name: [1] for name in ("after", "duration")} | {"part": [0], "offset": [0]}
    source = {
        **{"do": "notes", "name": "../../evil/<b>x", "bars": 2, "keys": [0], "tempos": [120.0]},
        **{"programs": {}, "pitch": [60], "velocity": [90], **notes},
    }
    path, _ = client.predict(recipe({"source": source}), api_name="/again")
    assert re.fullmatch(r"[\w.-]+\.mid", path.rsplit("/", 1)[1])


# Markup -------------------------------------------------------------------------------------------


def test_text_in_a_link_is_never_markup(server, browser) -> None:
    text = recipe({"source": {"do": "random", "seed": 1, "form": MARKUP}})
    # A request to another host, such as the picture's, is an error there.
    with open_visits(server.url, browser, ".mg-panel .head") as open_page:
        page = open_page(f"?piece={text}").page
        toast = page.get_by_test_id("toast-text").first
        toast.wait_for()
        assert MARKUP[:20] in toast.inner_text()  # as it is written
        assert page.locator(".mark").count() == 0


# Bombs --------------------------------------------------------------------------------------------

RANDOM = {"do": "random", "seed": 1}
LONG = {"source": {**RANDOM, "bars": 256}}
NEST: dict = LONG
for number in range(60):
    end = {"source": {**RANDOM, "seed": number, "bars": 256}}
    NEST = {"source": {"do": "morph", "a": NEST, "b": end, "steps": 2, "bars": 2}}


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param({"source": {**RANDOM, "bars": 10**9}}, id="bars"),
        pytest.param({"source": {**RANDOM, "seed": 10**30}}, id="seed"),
        pytest.param(
            {"source": RANDOM, "edits": [{"do": "extend", "bars": 10**9, "seed": 1}]}, id="extend"
        ),
        pytest.param(
            {"source": RANDOM, "edits": [{"do": "cut", "first": 0, "phrases": 10**18}]}, id="cut"
        ),
        pytest.param(
            {"source": {"do": "morph", "a": LONG, "b": LONG, "steps": 64, "bars": 256}}, id="morph"
        ),
        pytest.param(
            {"source": RANDOM, "edits": [{"do": "vary", "similarity": 0.5, "seed": 1}] * 400},
            id="edits",
        ),
        pytest.param(NEST, id="nest"),
        pytest.param(b'{"source":' * 90_000, id="depth"),
        pytest.param(b" " * 50_000_000, id="zip bomb"),
        pytest.param(b'{"source":{"do":"random","seed":' + b"9" * 900_000 + b"}}", id="digits"),
    ],
)
def test_a_link_that_asks_for_too_much_is_refused_in_a_short_line(server, bomb) -> None:
    answer = call(server, "again", recipe(bomb))
    assert answer.startswith("event: error")
    assert len(answer) < 1000


def test_an_error_does_not_repeat_all_that_was_sent(server) -> None:
    answer = call(server, "random", 1, 8, "A" * 100_000, 1, 120, "C")
    assert answer.startswith("event: error")
    assert len(answer) < 1000


def test_a_forged_file_cannot_ask_for_too_much(server, client, tmp_path) -> None:
    path, _ = client.predict(seed=1, bars=2, api_name="/random")
    bomb = tmp_path / "bomb.mid"
    text = TAG + recipe({"source": {**RANDOM, "bars": 10**9}})
    read_midi(path).write_midi(bomb, tag=text)
    with pytest.raises(AppError, match="Bars is 1000000000"):
        client.predict(handle_file(str(bomb)), api_name="/render")
