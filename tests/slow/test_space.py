"""What is hosted elsewhere: a Space laid out and run, and a container's file read."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

import pytest
from gradio_client import Client
from huggingface_hub import RepoCard
from packaging.requirements import Requirement
from support.visits import ROOT, _answers, free_port

from musegen.reading import read_midi

MAKE = ROOT / "scripts" / "make_space.py"
MOST_OF_A_FILE = 10_000_000  # what a Space takes without Git LFS or Xet
MOST_OF_ALL = 100_000_000  # checkpoints and all; a Space may have a gigabyte


@pytest.fixture(scope="module")
def space(tmp_path_factory) -> Path:
    if not (ROOT / "checkpoints" / "song").is_dir():
        pytest.skip("there are no checkpoints to lay out")
    folder = tmp_path_factory.mktemp("hosted") / "space"
    done = subprocess.run([sys.executable, MAKE, folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"\d+ files, [\d.]+ MB, the largest checkpoints/.+ with \d\.\d MB", done.stdout
    )
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_space_has_what_it_needs_and_no_more(space) -> None:
    found = files(space)
    top = {name for name in found if "/" not in name}
    assert top == {
        *(".gitattributes", "LICENSE", "README.md", "app.py", "packages.txt", "requirements.txt")
    }
    assert {name.split("/")[0] for name in found - top} == {"checkpoints", "musegen"}
    wrong = ("*.pyc", "*.csv", "*evaluation.json", "checkpoints/*/training/*")
    assert not [name for name in found if any(fnmatch(name, pattern) for pattern in wrong)]
    assert "checkpoints/map.npz" in found
    assert sum((space / name).stat().st_size for name in found) < MOST_OF_ALL


def test_no_file_is_one_that_a_space_refuses(space) -> None:
    attributes = (space / ".gitattributes").read_text().splitlines()
    marked = [line.split()[0] for line in attributes if "filter=lfs" in line]
    for name in files(space):
        data = (space / name).read_bytes()
        assert len(data) < MOST_OF_A_FILE
        if not any(fnmatch(name, pattern) for pattern in marked):
            data.decode("utf-8")


def test_its_front_matter_is_one_of_a_space(space) -> None:
    card = RepoCard((space / "README.md").read_text(), ignore_metadata_errors=False)
    data = card.data.to_dict()
    assert data["sdk"] == "gradio"
    assert (space / data["app_file"]).is_file()
    assert "Groove" in card.text  # whose licence asks to be named
    linked = re.findall(r"\]\(([^)]+)\)", card.text)
    assert all(link.startswith("https://") or (space / link).exists() for link in linked)


def left_out(space: Path) -> set[str]:
    """Names of the packages that a Space does without."""
    ours, its = (
        {Requirement(line).name for line in path.read_text().splitlines() if line[:1].isalpha()}
        for path in (ROOT / "requirements.txt", space / "requirements.txt")
    )
    assert its < ours
    return ours - its


def test_packages_for_training_and_evaluation_are_left_out(space) -> None:
    missing = left_out(space)
    assert {"matplotlib", "scikit-learn"} <= missing
    # Called in other ways than by an import, and by what the app imports.
    assert not missing & {"gradio", "keras", "midi2audio", "midirenderer", "tensorflow-cpu"}


def test_it_serves_music_from_a_clean_folder_without_them(space, tmp_path) -> None:
    assert {"matplotlib", "scikit-learn"} <= left_out(space)
    blocked = ["matplotlib", "sklearn"]  # others may come with Gradio all the same
    # Isolated, it finds modules beside itself alone, as a Space's own Python does.
    start = (
        f"import runpy, sys; sys.modules.update(dict.fromkeys({blocked!r})); "
        "sys.path.insert(0, sys.argv[1]); sys.argv[0:2] = ['app.py']; "
        "runpy.run_path('app.py', run_name='__main__')"
    )
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "GRADIO"))}
    environment["GRADIO_TEMP_DIR"] = str(tmp_path / "cache")
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", start, str(space), "--port", str(port)],
            cwd=space,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}/"
        end = time.monotonic() + 60
        while not _answers(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)
        client = Client(url, verbose=False, download_files=tmp_path)
        path, told = client.predict(seed=4, bars=2, api_name="/random")
        assert read_midi(path).bars == told["bars"] == 2
        assert "Traceback" not in log.read_text()
    finally:
        process.kill()
        process.wait(20)


def test_a_folder_with_other_things_is_not_overwritten(tmp_path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    done = subprocess.run([sys.executable, MAKE, tmp_path], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        f"make_space: {tmp_path} holds other things: name a new or an empty folder\n"
    )
    assert (tmp_path / "diary.txt").read_text() == "mine"


# A container --------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(None, 1)) for line in lines]


def told(name: str) -> list[str]:
    return [rest for word, rest in instructions() if word == name]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path from the container: the last line that fits says it."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        parents = [path, *(str(parent) for parent in Path(path).parents)]
        if line and not line.startswith("#") and any(fnmatch(p, pattern) for p in parents):
            out = not line.startswith("!")
    return out


def test_a_container_is_given_what_is_there() -> None:
    copied = [source for rest in told("COPY") for source in shlex.split(rest)[:-1]]
    assert set(copied) >= {"app.py", "musegen", "checkpoints", "requirements.lock"}
    for source in copied:
        assert (ROOT / source).exists()
        assert not ignored(source)
    assert ignored("tests/visits.py")
    assert ignored(".git/config")
    assert ignored("checkpoints/song/train.csv")


def test_a_container_runs_a_python_that_the_readme_names() -> None:
    (image,) = told("FROM")
    version = re.fullmatch(r"python:(3\.\d+)-slim", image)[1]
    assert f'python_version: "{version}"' in (ROOT / "README.md").read_text()


def test_a_container_serves_all_addresses_as_nobody_in_particular() -> None:
    assert "GRADIO_SERVER_NAME=0.0.0.0" in told("ENV")[0]
    assert told("EXPOSE") == ["7860"]
    command = json.loads(told("CMD")[0])
    assert command == ["python", "app.py", "--port", "7860"]
    words = [word for word, _ in instructions()]
    assert words.index("USER") > words.index("RUN")
    assert "root" not in told("USER")


def test_a_container_is_healthy_where_the_health_endpoint_says_so() -> None:
    check = json.loads(told("HEALTHCHECK")[0].split("CMD", 1)[1])
    compile(check[-1], "HEALTHCHECK", "exec")
    assert "http://127.0.0.1:7860/health" in check[-1]
