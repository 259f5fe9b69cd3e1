"""Two processes on loopback train a model as one process does."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file
from support import train_workers
from support.training import read_log
from support.visits import ROOT, free_port

from musegen.errors import WorkerError
from musegen.training.distributed import SINGLE_WORKER, WorkerGroup, join_workers

PATIENCE = 240  # seconds; about ten if the computer does nothing else
pytestmark = pytest.mark.timeout(600)


def start_workers(folder, *words):
    """Start two workers, the chief first."""
    addresses = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    script = ROOT / "tests" / "support" / "train_workers.py"
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    workers = []
    for index in range(2):
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": addresses}, "task": task})
        environment = {
            "PYTHONPATH": path,
            "CUDA_VISIBLE_DEVICES": "-1",
            "TF_CONFIG": config,
            "MUSEGEN_CHECKPOINTS": str(folder / "none"),  # training needs no checkpoint in place
        }
        workers.append(
            subprocess.Popen(
                [sys.executable, script, folder, *words],
                env={**os.environ, **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    return workers


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folders of a training by two workers and by one, and what the two have printed."""
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    workers = start_workers(two)
    try:
        train_workers.train(one)
        outputs = [worker.communicate(timeout=PATIENCE)[0] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.returncode for worker in workers] == [0, 0], outputs
    return one, two, outputs


def losses(path):
    """The log without times, a dict for each epoch."""
    log = {name: column for name, column in read_log(path).items() if name != "seconds"}
    return [dict(zip(log, row, strict=True)) for row in zip(*log.values(), strict=True)]


@pytest.mark.parametrize("name", ["train", "prior"])
def test_two_workers_have_the_losses_and_weights_of_one(trained, name):
    one, two, _ = trained
    ours, theirs = losses(two / f"{name}.csv"), losses(one / f"{name}.csv")
    assert len(ours) == len(theirs)
    for own, other in zip(ours, theirs, strict=True):
        assert own == pytest.approx(other, rel=1e-4)
    assert ours[-1]["loss"] < 0.97 * ours[0]["loss"]
    state = f"training/{name}.safetensors"
    after, truth = load_file(two / state), load_file(one / state)
    assert after.keys() == truth.keys()
    for key, value in truth.items():
        assert np.allclose(after[key], value, rtol=1e-3, atol=1e-4), key


def test_only_the_chief_prints_and_writes(trained):
    one, two, (chief, other) = trained
    assert "val_loss" in chief
    assert other == "worker 2 of 2: waiting for the others\n"
    names = [sorted(path.relative_to(f) for path in f.rglob("*")) for f in (two, one)]
    assert names[0] == names[1]


def test_a_lost_worker_is_reported_in_one_line_and_one_worker_can_go_on(trained, tmp_path):
    workers = start_workers(tmp_path, "--lose-worker")
    try:
        output = workers[0].communicate(timeout=PATIENCE)[0]
    finally:
        for worker in workers:
            worker.kill()
    assert workers[0].returncode == 1
    assert output.splitlines()[-1].startswith("musegen: a worker was lost")
    assert "Traceback" not in output
    assert len(losses(tmp_path / "train.csv")) < train_workers.TRAINING.epochs
    train_workers.train(tmp_path, resume=True)
    last = [losses(folder / "train.csv")[-1] for folder in (tmp_path, trained[0])]
    assert last[0] == pytest.approx(last[1], rel=1e-4)


@pytest.mark.parametrize("size", [1, 2, 7, 9])
def test_shares_of_a_batch_cover_all_rows_and_none_is_empty(size):
    shares = [WorkerGroup(index, 3).share(size) for index in range(3)]
    rows = [list(range(size))[share] for share in shares]
    assert all(rows)
    assert sorted({row for own in rows for row in own}) == list(range(size))
    if size >= 3:
        assert sum(map(len, rows)) == size


def test_without_tf_config_one_worker_trains_alone(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with join_workers() as group:
        assert group == SINGLE_WORKER
        assert group.mean({"loss": 2.0}, 3) == {"loss": 2.0}


@pytest.mark.parametrize(
    "config",
    [
        "localhost:1,localhost:2",
        '{"cluster": {"worker": ["a:1", "b:1"]}}',
        '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 2}}',
        '{"cluster": {"ps": ["a:1"], "worker": ["b:1"]}, "task": {"type": "ps", "index": 0}}',
    ],
)
def test_a_wrong_tf_config_is_reported_in_one_line(monkeypatch, config):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(WorkerError, match="TF_CONFIG") as caught, join_workers():
        pass
    assert "\n" not in str(caught.value)
