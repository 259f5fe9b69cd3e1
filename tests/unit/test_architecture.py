"""The tree is as docs/architecture.md describes it."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
MOST_FILES = 14  # Python files in a folder: what one look takes in


def lint_imports(config, *folders):
    """Run import-linter, in a process of its own as it switches off the logging of others."""
    code = "import sys; from importlinter.cli import lint_imports as lint; sys.exit(lint("
    code += f"{str(config)!r}, no_cache=True, no_logo=True))"
    path = os.pathsep.join(map(str, (*folders, ROOT)))
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_keep_the_contracts_of_pyproject():
    run = lint_imports(ROOT / "pyproject.toml")
    assert run.returncode == 0, run.stdout


def test_a_contract_that_is_broken_is_reported(tmp_path):
    package = tmp_path / "house"
    for name, code in {"attic": "", "cellar": "from house import attic"}.items():
        (package / name).mkdir(parents=True)
        (package / name / "__init__.py").write_text(code)
    (package / "__init__.py").touch()
    (tmp_path / "contracts.toml").write_text(
        """
        [tool.importlinter]
        root_package = "house"
        [[tool.importlinter.contracts]]
        name = "down"
        type = "layers"
        containers = ["house"]
        layers = ["attic", "cellar"]
        """
    )
    run = lint_imports(tmp_path / "contracts.toml", tmp_path)
    assert run.returncode == 1
    assert "house.cellar -> house.attic" in run.stdout


@pytest.mark.parametrize("top", ["musegen", "tests", "benchmarks", "scripts"])
def test_no_folder_has_more_python_files_than_one_look_takes_in(top):
    files = Counter(path.parent.relative_to(ROOT) for path in (ROOT / top).rglob("*.py"))
    assert files
    assert {folder: n for folder, n in files.items() if n > MOST_FILES} == {}


DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("checkpoints/*/*.md")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_in_documents_lead_to_files_and_headings(document):
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text())
    for link in links:
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, heading = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        if heading:
            assert heading in headings(target.read_text()), link


def headings(text):
    """The anchors that GitHub gives to the headings of a document."""
    lines = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def test_the_architecture_names_every_room_and_every_layer_in_order():
    text = (ROOT / "docs" / "architecture.md").read_text()
    rooms = {path.stem for path in (ROOT / "musegen").iterdir()}
    rooms -= {"__init__", "__main__", "__pycache__", "py", "checkpoints"}
    diagram = re.search(r"```\napp.py.*?```", text, re.DOTALL)[0]
    shown = [re.split(r"\s{3,}", line.strip())[0].split() for line in diagram.splitlines()]
    flat = [room for line in shown for room in line if room in rooms]
    assert set(flat) == rooms
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(c["layers"] for c in config["contracts"] if c["id"] == "rooms")
    ordered = [name.strip("() ") for layer in layers for name in re.split(r"[|:]", layer)]
    assert flat == [room for room in ordered if room in rooms]
