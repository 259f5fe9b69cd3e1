"""/health and /metrics of a running app."""

from __future__ import annotations

import re

import httpx
import pytest
from gradio_client import Client
from support.visits import wait_until


@pytest.fixture(scope="module")
def client(server, tmp_path_factory) -> Client:
    return Client(server.url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


def test_health_says_what_is_served(server) -> None:
    health = server.url + "health"
    wait_until(lambda: httpx.get(health).status_code != 503)
    content = httpx.get(health).json()
    assert set(content) == {"status", "model", "seconds", "gradio"}
    assert content["status"] == "ok"
    assert re.fullmatch("[0-9a-f]{12}", content["model"])


def read_metric(url: str, name: str) -> float:
    text = httpx.get(url + "metrics").text
    found = re.search(rf"^{re.escape(name)} ([0-9.e+]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


def test_calls_and_failures_are_counted(server, client) -> None:
    calls = 'musegen_calls_total{function="random"}'
    failed = 'musegen_last_calls{function="random",status="failed"}'
    before = read_metric(server.url, calls), read_metric(server.url, failed)
    client.predict(seed=1, bars=2, api_name="/random")
    with pytest.raises(ValueError, match="Bars is 1000"):
        client.predict(seed=1, bars=1000, api_name="/random")
    assert read_metric(server.url, calls) == before[0] + 2
    assert read_metric(server.url, failed) == before[1] + 1
    assert read_metric(server.url, "musegen_ready") == 1
    assert read_metric(server.url, 'musegen_waiting{work="model"}') == 0


def test_sounds_are_counted_and_those_that_a_renderer_played(server, page) -> None:
    def from_cache() -> float:
        names = ("musegen_sounds_total", "musegen_sounds_rendered_total")
        requested, rendered = (read_metric(server.url, name) for name in names)
        return requested - rendered

    page.let_server_play()
    page.draw(seed=77, bars=2, heard=True)
    before = from_cache()
    page.draw(seed=78, bars=2, heard=True)
    assert from_cache() == before
    page.draw(seed=77, bars=2, heard=True)
    assert from_cache() == before + 1


def test_metrics_contain_nothing_about_visitors(server) -> None:
    answer = httpx.get(server.url + "metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    for line in answer.text.splitlines():
        assert re.fullmatch(
            r"# (HELP|TYPE) musegen_\w+ .+"
            r'|musegen_\w+(\{(work|function)="\w+"(,status="\w+")?\})? [0-9.e+]+',
            line,
        ), line
