"""A Hugging Face Space and a container have what the app needs, and the app runs in them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser
from gradio_client import Client
from huggingface_hub import RepoCard
from packaging.requirements import Requirement
from support.visits import ROOT, _answers, free_port

from musegen.model.fingerprint import fingerprint
from musegen.reading import read_midi

MAKE = ROOT / "scripts" / "make_space.py"
LARGEST_FILE = 10_000_000  # bytes that a Space takes without Git LFS or Xet
LARGEST_SPACE = 100_000_000  # checkpoints included; a Space may have a gigabyte


@pytest.fixture(scope="module")
def space(tmp_path_factory) -> Path:
    if not (ROOT / "checkpoints" / "song").is_dir():
        pytest.skip("there are no checkpoints to copy")
    folder = tmp_path_factory.mktemp("hosted") / "space"
    done = subprocess.run([sys.executable, MAKE, folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"\d+ files, [\d.]+ MB, the largest checkpoints/.+ with \d\.\d MB", done.stdout
    )
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def serve(folder: Path, code: str, *words: str, port: int, **settings: str) -> Iterator[str]:
    """Run Python code in a folder until it serves a page; end with no traceback in the log."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "GRADIO", "MUSEGEN"))
    }
    log = Path(settings["GRADIO_TEMP_DIR"]).with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", code, *words],
            cwd=folder,
            env=environment | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}/"
        end = time.monotonic() + 240
        while not _answers(url):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        yield url
        assert "Traceback" not in log.read_text()
    finally:
        process.kill()
        process.wait(20)


# A Space ------------------------------------------------------------------------------------------


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
    assert sum((space / name).stat().st_size for name in found) < LARGEST_SPACE


def test_a_space_refuses_no_file_of_it(space) -> None:
    attributes = (space / ".gitattributes").read_text().splitlines()
    marked = [line.split()[0] for line in attributes if "filter=lfs" in line]
    for name in files(space):
        data = (space / name).read_bytes()
        assert len(data) < LARGEST_FILE
        if not any(fnmatch(name, pattern) for pattern in marked):
            data.decode("utf-8")


def test_the_front_matter_is_that_of_a_space(space) -> None:
    card = RepoCard((space / "README.md").read_text(), ignore_metadata_errors=False)
    data = card.data.to_dict()
    assert data["sdk"] == "gradio"
    assert (space / data["app_file"]).is_file()
    assert "Groove" in card.text  # whose licence asks for its authors' names
    linked = re.findall(r"\]\(([^)]+)\)", card.text)
    names = {link for link in linked if not re.match("https?://", link)}
    assert {name for name in names if not (space / name).exists()} == set()


def left_out(space: Path) -> set[str]:
    """Names of the required packages that a Space does without."""
    all_names, names = (
        {Requirement(line).name for line in path.read_text().splitlines() if line[:1].isalpha()}
        for path in (ROOT / "requirements.txt", space / "requirements.txt")
    )
    assert names < all_names
    return all_names - names


def test_packages_for_training_and_evaluation_are_left_out(space) -> None:
    missing = left_out(space)
    assert {"matplotlib", "scikit-learn"} <= missing
    # Used in other ways than by an import, or by what the app imports.
    assert not missing & {"gradio", "keras", "midi2audio", "midirenderer", "tensorflow-cpu"}


def test_a_space_serves_music_without_the_packages_that_are_left_out(space, tmp_path) -> None:
    assert {"matplotlib", "scikit-learn"} <= left_out(space)
    blocked = ["matplotlib", "sklearn"]  # others may come with Gradio all the same
    # Isolated, Python finds only modules in the Space's folder, as a Space's own Python does.
    start = (
        f"import runpy, sys; sys.modules.update(dict.fromkeys({blocked!r})); "
        "sys.path.insert(0, sys.argv[1]); sys.argv[0:2] = ['app.py']; "
        "runpy.run_path('app.py', run_name='__main__')"
    )
    port = free_port()
    words = (str(space), "--port", str(port))
    with serve(space, start, *words, port=port, GRADIO_TEMP_DIR=str(tmp_path / "cache")) as url:
        client = Client(url, verbose=False, download_files=tmp_path)
        path, summary = client.predict(seed=4, bars=2, api_name="/random")
        assert read_midi(path).bars == summary["bars"] == 2


def test_a_space_and_a_container_have_the_checkpoints_whole(space, container) -> None:
    for folder in (space, container):
        assert fingerprint(folder / "checkpoints") == fingerprint(ROOT / "checkpoints")


def test_a_folder_with_other_files_is_not_overwritten(tmp_path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    done = subprocess.run([sys.executable, MAKE, tmp_path], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        f"make_space: {tmp_path} has other files in it: name a new or an empty folder\n"
    )
    assert (tmp_path / "diary.txt").read_text() == "mine"


# A container --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory) -> DockerfileParser:
    copy = tmp_path_factory.mktemp("dockerfile") / "Dockerfile"  # the parser may write to it
    return DockerfileParser(str(shutil.copy(ROOT / "Dockerfile", copy)))


def values(dockerfile: DockerfileParser, name: str) -> list[str]:
    """What follows each instruction of a name, in the stage that becomes the container."""
    stages = [i for i, part in enumerate(dockerfile.structure) if part["instruction"] == "FROM"]
    stage = dockerfile.structure[stages[-1] :]
    return [part["value"] for part in stage if part["instruction"] == name]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path out of the container: its last matching line decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        parents = [path, *(str(parent) for parent in Path(path).parents)]
        if line and not line.startswith("#") and any(fnmatch(p, pattern) for p in parents):
            out = not line.startswith("!")
    return out


@pytest.fixture(scope="module")
def container(dockerfile, tmp_path_factory) -> Path:
    """A folder with the files that the Dockerfile copies into its working folder."""
    folder = tmp_path_factory.mktemp("container")
    for value in values(dockerfile, "COPY"):
        *sources, target = shlex.split(value)
        if target.startswith("/") or sources[0].startswith("--from="):
            continue
        for source in sources:
            for path in [ROOT / source, *(ROOT / source).rglob("*")]:
                if path.is_file() and not ignored(path.relative_to(ROOT).as_posix()):
                    place = path.relative_to(ROOT if target == "./" else ROOT / source)
                    copy = folder / target / place
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.symlink_to(path)
    return folder


def test_a_container_has_no_more_than_it_needs(container) -> None:
    found = files(container)
    top = {name for name in found if "/" not in name}
    assert top == {"LICENSE", "app.py", "requirements.lock", "requirements.txt"}
    assert {name.split("/")[0] for name in found - top} == {"checkpoints", "musegen"}
    assert not [name for name in found if name.endswith((".pyc", ".csv", "evaluation.json"))]
    for path in ("tests/conftest.py", ".git/config", "checkpoints/song/train.csv"):
        assert ignored(path)


def test_a_container_runs_the_python_that_the_readme_names(dockerfile) -> None:
    version = re.fullmatch(r"python:(3\.\d+)-slim", dockerfile.baseimage)[1]
    assert f'python_version: "{version}"' in (ROOT / "README.md").read_text()


def test_a_container_does_not_run_as_root(dockerfile) -> None:
    words = [part["instruction"] for part in dockerfile.structure]
    assert words.index("USER") > max(i for i, word in enumerate(words) if word == "RUN")
    (user,) = values(dockerfile, "USER")
    assert user not in ("root", "0")
    assert f"useradd --system --no-create-home {user}" in values(dockerfile, "RUN")[-1]


def test_a_container_serves_all_addresses_and_its_health_check_finds_it(
    dockerfile, container, tmp_path
) -> None:
    assert dockerfile.envs["GRADIO_SERVER_NAME"] == "0.0.0.0"
    (exposed,) = values(dockerfile, "EXPOSE")
    port = free_port()
    python, program, *words = json.loads(values(dockerfile, "CMD")[0].replace(exposed, str(port)))
    assert python == "python"
    (check,) = values(dockerfile, "HEALTHCHECK")
    check = json.loads(check.split("CMD", 1)[1].replace(exposed, str(port)))
    check[0] = sys.executable
    assert subprocess.run(check, capture_output=True, timeout=60).returncode != 0
    start = (
        "import runpy, sys; sys.path.insert(0, '.'); sys.argv[0] = sys.argv.pop(1); "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    settings = dockerfile.envs | {"HOME": str(tmp_path), "GRADIO_TEMP_DIR": str(tmp_path / "cache")}
    with serve(container, start, program, *words, port=port, **settings):
        end = time.monotonic() + 240  # the model is loaded
        while subprocess.run(check, capture_output=True, timeout=60).returncode:
            assert time.monotonic() < end
            time.sleep(0.1)
