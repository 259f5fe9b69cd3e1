"""Starting the page: mistakes are reported in one line."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from musegen.server.model_loader import BackgroundModel, ModelError

ROOT = Path(__file__).resolve().parents[3]


def start(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_a_port_in_use_is_reported_in_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = start("--port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"app.py: port {port} is in use: choose another with --port\n"


def test_a_port_out_of_range_is_refused() -> None:
    done = start("--port", "70000")
    assert done.returncode == 2
    assert "it goes from 1 to 65535" in done.stderr


def test_the_address_of_another_computer_is_reported_in_one_line() -> None:
    done = start("--host", "192.0.2.1")
    assert done.returncode == 1
    assert done.stderr == (
        "app.py: 192.0.2.1 is not an address of this computer: try --host 0.0.0.0\n"
    )


def test_a_missing_model_is_reported_in_one_line() -> None:
    def load():
        raise FileNotFoundError("checkpoints/song is missing:\n train it")

    model = BackgroundModel(load)
    with pytest.raises(ModelError, match="checkpoints/song is missing: train it"):
        model.get()
