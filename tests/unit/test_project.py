"""What is said about the project holds for what is installed."""

from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LINES = [
    line
    for name in ("requirements.txt", "requirements-scale.txt", "requirements-dev.txt")
    for line in (ROOT / name).read_text().splitlines()
    if line and not line.startswith(("#", "-r"))
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split(">")[0])
def test_what_is_required_is_what_is_tested(line):
    requirement = Requirement(line)
    if requirement.marker is None or requirement.marker.evaluate():
        assert requirement.specifier.contains(version(requirement.name))
    assert any(spec.operator == "<" for spec in requirement.specifier), "no upper end"


def test_one_tensorflow_for_every_system():
    builds = [Requirement(line) for line in LINES if line.startswith("tensorflow")]
    for system, machine in [
        ("linux", "x86_64"),
        ("linux", "aarch64"),
        ("darwin", "arm64"),
        ("win32", "AMD64"),
    ]:
        place = {"sys_platform": system, "platform_machine": machine}
        assert sum(build.marker.evaluate(place) for build in builds) == 1


def test_the_space_runs_the_gradio_that_is_tested():
    front = (ROOT / "README.md").read_text().split("---")[1]
    sdk = next(line.split(": ")[1] for line in front.splitlines() if line.startswith("sdk_version"))
    gradio = Requirement(next(line for line in LINES if line.startswith("gradio")))
    assert gradio.specifier.contains(sdk)
    assert "app_file: app.py" in front


def test_what_runs_in_a_container_fits_what_is_required():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    locked = dict(line.split("==") for line in lines if not line.startswith("#"))
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        requirement = Requirement(line)
        place = {"sys_platform": "linux", "platform_machine": "x86_64"}
        if requirement.marker is None or requirement.marker.evaluate(place):
            assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)])
