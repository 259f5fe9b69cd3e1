"""The tree is as docs/architecture.md describes it."""

from collections import Counter
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
MOST_FILES = 14  # Python files in a folder: what one look takes in


def test_imports_keep_the_contracts_of_pyproject():
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True) == 0


def test_a_contract_that_is_broken_is_reported(tmp_path, monkeypatch, capsys):
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
    monkeypatch.syspath_prepend(tmp_path)
    config = str(tmp_path / "contracts.toml")
    assert lint_imports(config, no_cache=True, no_logo=True) == 1
    assert "house.cellar -> house.attic" in capsys.readouterr().out


@pytest.mark.parametrize("top", ["musegen", "tests", "benchmarks", "scripts"])
def test_no_folder_has_more_python_files_than_one_look_takes_in(top):
    files = Counter(path.parent.relative_to(ROOT) for path in (ROOT / top).rglob("*.py"))
    assert files
    assert {folder: n for folder, n in files.items() if n > MOST_FILES} == {}
