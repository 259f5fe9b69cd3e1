"""The public surface is complete, documented and quick to import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import musegen

PACKAGE = Path(musegen.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_every_public_name_is_there_and_documented():
    for name in musegen.__all__:
        assert getattr(musegen, name).__doc__, name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sing'"):
        musegen.sing  # noqa: B018


def test_importing_musegen_does_not_import_tensorflow():
    code = "import sys, musegen; musegen.read_midi; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_module_has_a_docstring():
    assert not [path for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))]


def names_out_of_order(*paths):
    """Ruff's findings about `__all__`: constants come first, then classes, then functions."""
    words = ["ruff", "check", "--isolated", "--no-cache", "--select=RUF022", "--quiet"]
    done = subprocess.run([sys.executable, "-m", *words, *paths], capture_output=True, text=True)
    return done.stdout


def test_public_names_are_sorted():
    assert not names_out_of_order(PACKAGE)


def test_public_names_out_of_order_are_found(tmp_path):
    (tmp_path / "names.py").write_text('__all__ = ["draw", "Piece"]\n')
    assert "`__all__` is not sorted" in names_out_of_order(tmp_path)


def test_no_public_name_is_listed_twice():
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
                names = [element.value for element in node.value.elts]
                assert len(names) == len(set(names)), path
