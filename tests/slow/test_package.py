"""The package, built and installed in an empty environment, works from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.environments import make_environment
from support.visits import ROOT

from musegen.reading import read_midi

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def run(*words: str | Path, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, without what this process was told of the checkout."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MUSEGEN"))}
    return subprocess.run(
        words, cwd=folder, env=environment | settings, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The programs of an environment with the built package in it.

    The packages that it needs are those of this environment, and nothing is downloaded.
    """
    if not (ROOT / "checkpoints" / "song").is_dir():
        pytest.skip("there are no checkpoints to put into the package")
    folder = tmp_path_factory.mktemp("installed")
    python = make_environment(folder / "venv")
    options = ("--no-deps", "--no-build-isolation", "--no-index")
    done = run(*PIP, "--python", python, "install", *options, ROOT, folder=folder)
    assert done.returncode == 0, done.stderr
    return python.parent


def test_the_command_makes_music_from_another_folder(installed, tmp_path):
    done = run(installed / "musegen", "random", "--seed", "1", "--out", "a.mid", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert read_midi(tmp_path / "a.mid").bars == 16


def test_the_model_loads_from_the_package(installed, tmp_path):
    code = "import musegen; musegen.load(); print(musegen.__file__)"
    done = run(installed / "python", "-c", code, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed.parent)


def test_other_checkpoints_can_be_named(installed, tmp_path):
    words = (installed / "musegen", "random", "--seed", "1", "--out", "a.mid")
    done = run(*words, folder=tmp_path, MUSEGEN_CHECKPOINTS=str(tmp_path / "mine"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(tmp_path / "mine" / "song") in done.stderr


def test_the_package_has_all_files_of_the_page_and_no_records_of_training(installed):
    (package,) = installed.parent.rglob("musegen/py.typed")
    found = {p.relative_to(package.parent) for p in package.parent.rglob("*") if p.is_file()}
    ours = {p.relative_to(ROOT / "musegen") for p in (ROOT / "musegen").rglob("*") if p.is_file()}
    assert {p for p in ours if "__pycache__" not in p.parts} <= found
    assert Path("checkpoints/map.npz") in found
    assert not [path for path in found if path.suffix == ".csv"]
