"""Two processes on loopback train as one does."""

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file
from support.visits import ROOT, free_port

from musegen.errors import WorkerError
from musegen.training.distributed import ALONE, Workers, join_workers

SECONDS = 240  # some ten, where nothing else is done
pytestmark = pytest.mark.timeout(600)


def start(folder, index=0, ports=(), words=()):
    """One worker of a training, or one alone."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": path, "CUDA_VISIBLE_DEVICES": "-1"}
    if ports:
        cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
        task = {"type": "worker", "index": index}
        environment["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": task})
    return subprocess.Popen(
        [sys.executable, ROOT / "tests" / "support" / "train_workers.py", folder, *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def train(folder, count=1, words=()):
    """Train by so many workers; gives what each said."""
    ports = [free_port() for _ in range(count)] if count > 1 else ()
    workers = [start(folder, index, ports, words) for index in range(count)]
    try:
        said = [worker.communicate(timeout=SECONDS)[0] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.returncode for worker in workers] == [0] * count, said
    return said


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("one")
    train(folder)
    return folder


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    return folder, train(folder, 2)


def losses(path):
    with path.open(newline="") as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


@pytest.mark.parametrize(("name", "steps"), [("train", 21), ("prior", 20)])
def test_two_workers_have_the_losses_and_weights_of_one(one, two, name, steps):
    ours, theirs = losses(two[0] / f"{name}.csv"), losses(one / f"{name}.csv")
    assert len(ours) == len(theirs)
    for own, other in zip(ours, theirs, strict=True):
        assert own == pytest.approx(other, rel=1e-4)
    assert ours[-1]["loss"] < 0.97 * ours[0]["loss"]
    state = f"training/{name}.safetensors"
    after, truth = load_file(two[0] / state), load_file(one / state)
    for key, value in truth.items():
        assert np.allclose(after[key], value, rtol=1e-3, atol=1e-4), key


def test_the_chief_alone_speaks_and_writes(one, two):
    folder, (chief, other) = two
    assert "val_loss" in chief
    assert other == "worker 2 of 2: waiting for the others\n"
    names = [sorted(path.relative_to(f) for path in f.rglob("*")) for f in (folder, one)]
    assert names[0] == names[1]


def test_a_lost_worker_is_one_line_and_the_others_can_go_on(one, tmp_path):
    ports = free_port(), free_port()
    chief, other = (start(tmp_path, index, ports, ["--lose"]) for index in (0, 1))
    try:
        said = chief.communicate(timeout=SECONDS)[0]
    finally:
        for worker in (chief, other):
            worker.kill()
    assert chief.returncode == 1
    assert said.splitlines()[-1].startswith("musegen: a worker was lost")
    assert "Traceback" not in said
    train(tmp_path, 1, ["--resume"])
    assert losses(tmp_path / "train.csv")[-1] == pytest.approx(
        losses(one / "train.csv")[-1], rel=1e-4
    )


@pytest.mark.parametrize("size", [1, 2, 7, 9])
def test_shares_are_all_rows_and_never_none(size):
    shares = [Workers(index, 3).share(size) for index in range(3)]
    rows = [list(range(size))[share] for share in shares]
    assert all(rows)
    assert sorted({row for own in rows for row in own}) == list(range(size))
    if size >= 3:
        assert sum(map(len, rows)) == size


def test_one_alone_joins_nobody(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with join_workers() as workers:
        assert workers == ALONE
        assert workers.mean({"loss": 2.0}, 3) == {"loss": 2.0}


@pytest.mark.parametrize(
    "config",
    [
        "localhost:1,localhost:2",
        '{"cluster": {"worker": ["a:1", "b:1"]}}',
        '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 2}}',
        '{"cluster": {"ps": ["a:1"], "worker": ["b:1"]}, "task": {"type": "ps", "index": 0}}',
    ],
)
def test_a_wrong_tf_config_is_one_line(monkeypatch, config):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(WorkerError, match="TF_CONFIG") as caught, join_workers():
        pass
    assert "\n" not in str(caught.value)
