"""The project's files about itself agree with each other and with what is installed."""

import importlib.util
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from urllib.error import HTTPError

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def load_script(name):
    """Import a file of scripts/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


lock = load_script("lock")
PROJECT = lock.read_project()
DEPENDENCIES = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = [
    requirement
    for lines in PROJECT["optional-dependencies"].values()
    for requirement in map(Requirement, lines)
    if requirement.name != PROJECT["name"]
]
LINUX = {"sys_platform": "linux", "platform_machine": "x86_64"}


@pytest.mark.parametrize("requirement", [*DEPENDENCIES, *EXTRAS], ids=str)
def test_the_installed_version_is_in_the_required_range(requirement):
    if requirement.marker is None or requirement.marker.evaluate():
        assert requirement.specifier.contains(version(requirement.name))
    assert any(spec.operator == "<" for spec in requirement.specifier), "no upper end"


@pytest.mark.parametrize(
    ("system", "machine"),
    [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")],
)
def test_every_system_gets_one_tensorflow(system, machine):
    place = {"sys_platform": system, "platform_machine": machine}
    builds = [r for r in DEPENDENCIES if r.name.startswith("tensorflow")]
    assert sum(build.marker.evaluate(place) for build in builds) == 1


def test_requirements_txt_is_written_from_pyproject():
    assert (ROOT / "requirements.txt").read_text() == lock.requirements()


def test_the_lock_has_a_version_in_range_for_every_requirement():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    locked = {}
    for pin in (Requirement(line) for line in lines if not line.startswith("#")):
        (exact,) = pin.specifier
        assert exact.operator == "=="
        locked[canonicalize_name(pin.name)] = exact.version
    for requirement in DEPENDENCIES:
        if requirement.marker is None or requirement.marker.evaluate(LINUX):
            assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)])


def test_a_missing_list_of_vulnerabilities_is_one_line(monkeypatch):
    def refuse(url, timeout):
        raise HTTPError(url, 404, "Not Found", {}, None)

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    with pytest.raises(SystemExit) as caught:
        load_script("check_advisories").main()
    assert "cannot be read from pypi.org (HTTP Error 404: Not Found)" in caught.value.code
    assert "\n" not in caught.value.code


def test_a_space_runs_the_gradio_that_is_required():
    front = (ROOT / "README.md").read_text().split("---")[1]
    (gradio,) = (r for r in DEPENDENCIES if r.name == "gradio")
    assert gradio.specifier.contains(re.search(r"^sdk_version: (.+)$", front, re.MULTILINE)[1])
    assert re.search(r"^app_file: app.py$", front, re.MULTILINE)


def test_the_tree_without_weights_is_small_enough_to_copy_to_a_training_machine():
    words = ["git", "-C", ROOT, "ls-files", "-z"]
    listed = subprocess.run(words, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no checkout of a Git repository")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    sizes = [p.stat().st_size for p in paths if p.is_file() and p.suffix != ".safetensors"]
    assert 0 < sum(sizes) < 15_000_000
