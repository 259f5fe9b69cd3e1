"""Many visitors at once: a fair share for each, and none for those who have left."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor, wait

import httpx
from gradio_client import Client
from support.visits import wait_until


def read_metric(url: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", httpx.get(url + "metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0


def test_a_visitor_with_many_requests_keeps_nobody_waiting(server) -> None:
    greedy, modest = (Client(server.url, verbose=False, download_files=False) for _ in range(2))
    modest.predict(seed=0, bars=2, api_name="/random")
    requests = [greedy.submit(seed=i, bars=64, api_name="/random") for i in range(100, 112)]
    modest.predict(seed=1, bars=4, api_name="/random")
    assert not all(request.done() for request in requests)
    wait(requests)
    refused = [str(request.exception()) for request in requests if request.exception()]
    assert len(refused) < len(requests)
    assert all("wait for 4 things already" in line for line in refused)


def test_the_model_stops_working_for_a_visitor_who_leaves(server) -> None:
    def calls(status: str) -> float:
        return read_metric(server.url, f'musegen_last_calls{{function="random",status="{status}"}}')

    def waiting() -> float:
        return read_metric(server.url, 'musegen_waiting{work="model"}')

    before = {status: calls(status) for status in ("success", "failed")}
    session = f"leaving-{time.monotonic_ns()}"
    with httpx.Client(base_url=f"{server.url}gradio_api/") as client:
        parameters = client.get("info").json()["named_endpoints"]["/random"]["parameters"]
        rest = [parameter["parameter_default"] for parameter in parameters[2:]]
        config = httpx.get(server.url + "config").json()
        (random,) = (fn["id"] for fn in config["dependencies"] if fn["api_name"] == "random")

        def ask(seed: int) -> None:
            asked = {"fn_index": random, "data": [seed, 64, *rest], "session_hash": session}
            client.post("queue/join", json=asked).raise_for_status()

        # All at once: two are made at the same time, and four wait.
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(ask, range(200, 206)))
        with client.stream("GET", "queue/data", params={"session_hash": session}):
            wait_until(lambda: waiting() >= 3)
    wait_until(lambda: not read_metric(server.url, "musegen_running"))
    after = {status: calls(status) for status in ("success", "failed")}
    # What was being made is finished; what waited is not begun.
    assert after["success"] - before["success"] <= 4
    assert after["failed"] - before["failed"] >= 2
    assert waiting() == 0
