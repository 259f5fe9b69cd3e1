"""/health tells a load balancer whether the server is ready; /metrics counts what it does."""

from __future__ import annotations

import re
import threading
import time
from types import SimpleNamespace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient

from musegen.server.gradio_adapter import CallCounts
from musegen.server.metrics import health_routes
from musegen.server.model_loader import BackgroundModel
from musegen.server.queue import FairQueue

COUNTS = CallCounts(
    total={"random": 3},
    recent={("random", "success"): 2, ("random", "failed"): 1},
    recent_limit=1000,
    running=1,
)


def client_of(model: BackgroundModel) -> TestClient:
    services = SimpleNamespace(
        model=model,
        sounds=SimpleNamespace(requested=5, rendered=2),
        queues={"model": FairQueue(1, 1, 1), "mix": FairQueue(1, 1, 1)},
    )
    return TestClient(Starlette(routes=health_routes(services, lambda: COUNTS)))


@pytest.fixture
def metrics() -> TestClient:
    return client_of(BackgroundModel(threading.Event().wait))


def test_health_is_503_until_the_model_is_there_and_keeps_the_reason_for_the_log():
    go_on = threading.Event()

    def load():
        go_on.wait()
        raise FileNotFoundError("/srv/secret/checkpoints are missing")

    client = client_of(BackgroundModel(load))
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "loading")
    assert "musegen_ready 0" in client.get("/metrics").text
    go_on.set()
    while (answer := client.get("/health")).json()["status"] == "loading":
        time.sleep(0.01)
    assert (answer.status_code, answer.json()["status"]) == (503, "problem")
    assert "secret" not in answer.text


def test_health_says_which_checkpoints_it_has(metrics):
    content = metrics.get("/health").json()
    assert set(content) == {"status", "model", "seconds", "gradio"}
    assert re.fullmatch("[0-9a-f]{12}", content["model"])


def test_metrics_can_be_read_by_prometheus(metrics):
    answer = metrics.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.headers["cache-control"] == "no-store"
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families.values()
        for sample in family.samples
    }
    assert values.pop(("musegen_up_seconds",)) >= 0
    assert values == {
        ("musegen_ready",): 0,
        ("musegen_sounds_total",): 5,
        ("musegen_sounds_rendered_total",): 2,
        ("musegen_waiting", "model"): 0,
        ("musegen_waiting", "mix"): 0,
        ("musegen_calls_total", "random"): 3,
        ("musegen_last_calls", "random", "success"): 2,
        ("musegen_last_calls", "random", "failed"): 1,
        ("musegen_running",): 1,
    }
    assert "1000 calls" in families["musegen_last_calls"].documentation
