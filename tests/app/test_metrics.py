"""What those who run the server are told of it."""

from __future__ import annotations

import re
import threading
import time

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from starlette.applications import Starlette
from starlette.testclient import TestClient

from musegen.server.metrics import health_routes
from musegen.server.model_loader import BackgroundModel
from musegen.server.services import Services


def client_of(model: BackgroundModel) -> TestClient:
    with gr.Blocks() as page:
        pass
    return TestClient(Starlette(routes=health_routes(page, Services(model))))


def test_a_balancer_waits_until_the_model_is_there() -> None:
    go = threading.Event()

    def load():
        go.wait()
        raise FileNotFoundError("/srv/secret/checkpoints are missing")

    model = BackgroundModel(load)
    client = client_of(model)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "loading")
    assert "musegen_ready 0" in client.get("/metrics").text
    go.set()
    while (answer := client.get("/health")).json()["status"] == "loading":
        time.sleep(0.05)
    assert (answer.status_code, answer.json()["status"]) == (503, "problem")
    assert "secret" not in answer.text


def ready(url: str) -> httpx.Response:
    while (answer := httpx.get(url + "health")).status_code != 200:
        assert answer.status_code == 503
        time.sleep(0.5)
    return answer


@pytest.fixture(scope="module")
def client(server, tmp_path_factory) -> Client:
    return Client(server.url, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


def test_health_tells_what_serves(server) -> None:
    told = ready(server.url).json()
    assert set(told) == {"status", "model", "seconds", "gradio"}
    assert told["status"] == "ok"
    assert re.fullmatch("[0-9a-f]{12}", told["model"])


def counted(url: str, name: str) -> float:
    text = httpx.get(url + "metrics").text
    found = re.search(rf"^{re.escape(name)} ([0-9.e+]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


def test_calls_and_failures_are_counted(server, client) -> None:
    calls = 'musegen_calls_total{function="random"}'
    failed = 'musegen_last_calls{function="random",status="failed"}'
    before = counted(server.url, calls), counted(server.url, failed)
    client.predict(seed=1, bars=2, api_name="/random")
    with pytest.raises(ValueError, match="Bars is 1000"):
        client.predict(seed=1, bars=1000, api_name="/random")
    assert counted(server.url, calls) == before[0] + 2
    assert counted(server.url, failed) == before[1] + 1
    assert counted(server.url, "musegen_ready") == 1
    assert counted(server.url, 'musegen_waiting{work="model"}') == 0


def test_sounds_are_counted_and_those_that_had_to_be_rendered(server, page) -> None:
    def kept() -> float:
        names = ("musegen_sounds_total", "musegen_sounds_rendered_total")
        asked, rendered = (counted(server.url, name) for name in names)
        return asked - rendered

    page.draw(seed=77, bars=2, heard=True)
    before = kept()
    page.draw(seed=78, bars=2, heard=True)
    assert kept() == before
    page.draw(seed=77, bars=2, heard=True)
    assert kept() == before + 1


def test_metrics_are_well_formed_and_say_nothing_of_visitors(server) -> None:
    answer = httpx.get(server.url + "metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    for line in answer.text.splitlines():
        assert re.fullmatch(
            r"# (HELP|TYPE) musegen_\w+ .+"
            r'|musegen_\w+(\{(work|function)="\w+"(,status="\w+")?\})? [0-9.e+]+',
            line,
        ), line
