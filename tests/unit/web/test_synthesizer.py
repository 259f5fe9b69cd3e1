"""How the page finds FluidSynth as WebAssembly, and how it is served."""

from __future__ import annotations

import json
import logging
import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from musegen.web import synthesizer


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=synthesizer.synthesizer_routes()))


@pytest.fixture
def fetched(monkeypatch) -> None:
    files = {"libfluidsynth.js": b"var Module;", "js-synthesizer.js": b"var JSSynth;"}
    monkeypatch.setattr(synthesizer, "_FILES", files)


def config() -> dict:
    (text,) = re.findall(r"<script[^>]*>(.*)</script>", synthesizer.synthesizer_head())
    return json.loads(text)


def test_the_page_names_addresses_that_are_kept_for_good(client, fetched) -> None:
    library = client.get(f"/{config()['engine']['library']}")
    assert library.content == b"var Module;"
    assert library.headers["content-type"] == "text/javascript; charset=utf-8"
    assert library.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["LICENSE", "..%2Fpage.py", "js-synthesizer.js.map"])
def test_no_other_file_is_served(client, fetched, name) -> None:
    folder = config()["engine"]["library"].rpartition("/")[0]
    assert client.get(f"/{folder}/{name}").status_code == 404


def test_an_engine_of_another_version_is_not_served(client, fetched) -> None:
    assert client.get("/vendor/0123456789abcdef/libfluidsynth.js").status_code == 404


def test_without_the_files_the_log_says_how_to_get_them(monkeypatch, caplog) -> None:
    monkeypatch.setattr(synthesizer, "_FILES", {})
    assert config()["engine"] is None
    with caplog.at_level(logging.INFO):
        synthesizer.log_if_missing()
    assert "python scripts/fetch_synthesizer.py" in caplog.text
    assert len(caplog.records) == 1
