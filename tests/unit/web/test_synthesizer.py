"""What the page is told about its synthesizer, and how it and its instruments are served."""

from __future__ import annotations

import json
import logging
import re
import shutil

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from support.sounds import TIM

from musegen.server.caches.soundfonts import SoundfontCache
from musegen.web import synthesizer


@pytest.fixture
def soundfonts(tmp_path, monkeypatch) -> SoundfontCache:
    monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(shutil.copy(TIM, tmp_path / "mine.sf2")))
    return SoundfontCache()


@pytest.fixture
def client(soundfonts) -> TestClient:
    return TestClient(Starlette(routes=synthesizer.synthesizer_routes(soundfonts)))


@pytest.fixture
def config(soundfonts, monkeypatch) -> dict:
    monkeypatch.setattr(synthesizer, "_FILES", {"libfluidsynth.js": b"var Module;"})
    synthesizer._compress.cache_clear()
    return read_config(soundfonts)


def read_config(soundfonts: SoundfontCache) -> dict:
    head = synthesizer.synthesizer_head(soundfonts)
    (text,) = re.findall(r"<script[^>]*>(.*)</script>", head)
    return json.loads(text)


def test_the_page_is_told_how_the_server_plays(config) -> None:
    assert config["settings"]["synth.gain"] == 0.2
    assert config["loudness"]["target"] == -16
    assert len(config["loudness"]["weighting"]) == 2
    assert next(iter(config["soundfonts"])) == "mine"


def test_the_library_is_kept_for_good(client, config) -> None:
    library = client.get(f"/{config['engine']['library']}")
    assert library.content == b"var Module;"
    assert library.headers["content-type"] == "text/javascript; charset=utf-8"
    assert library.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = client.get(library.url.path, headers={"If-None-Match": library.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_library_is_compressed_once_for_those_who_take_it_so(client, config) -> None:
    name = f"/{config['engine']['library']}"
    assert client.get(name).headers["content-encoding"] == "gzip"
    plain = client.get(name, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == b"var Module;"
    assert plain.headers["vary"] == "Accept-Encoding"


def test_an_instrument_is_served_and_kept_for_good(client, config) -> None:
    instrument = client.get(f"/soundfont/{config['soundfonts']['mine']}/0-4.sf3")
    assert instrument.content[:4] == b"RIFF"
    assert int(instrument.headers["content-length"]) == len(instrument.content)
    assert instrument.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["0-128", "1-0", "128-200", "0--1", "0-0.sf2", "..%2Fmine"])
def test_other_instruments_are_not_served(client, config, name) -> None:
    answer = client.get(f"/soundfont/{config['soundfonts']['mine']}/{name}.sf3")
    assert answer.status_code == 404


def test_a_page_with_another_soundfont_is_told_to_reload(client, config) -> None:
    answer = client.get("/soundfont/0123456789abcdef/0-0.sf3")
    assert answer.status_code == 404
    assert answer.json() == {"error": "the soundfonts have changed here: reload the page"}
    assert answer.headers["cache-control"] == "no-store"


def test_a_broken_soundfont_is_one_line(client, config, tmp_path) -> None:
    (tmp_path / "mine.sf2").write_bytes(TIM.read_bytes()[:10_000])
    answer = client.get(f"/soundfont/{config['soundfonts']['mine']}/0-0.sf3")
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("mine.sf2 is only the beginning of a soundfont")


@pytest.mark.parametrize("name", ["LICENSE", "..%2Fpage.py", "libfluidsynth.LICENSE.txt"])
def test_no_other_file_is_served(client, config, name) -> None:
    folder = config["engine"]["library"].rpartition("/")[0]
    assert client.get(f"/{folder}/{name}").status_code == 404
    assert client.get("/vendor/0123456789abcdef/libfluidsynth.js").status_code == 404


def test_without_the_library_the_log_says_how_to_get_it(soundfonts, monkeypatch, caplog) -> None:
    monkeypatch.setattr(synthesizer, "_FILES", {})
    assert read_config(soundfonts)["engine"] is None
    with caplog.at_level(logging.INFO):
        synthesizer.log_if_missing()
    assert "python scripts/fetch_synthesizer.py" in caplog.text
    assert len(caplog.records) == 1
