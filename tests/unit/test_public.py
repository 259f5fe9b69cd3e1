"""The public surface stays what it says it is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import musegen

PACKAGE = Path(musegen.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_every_public_name_is_there():
    assert musegen.__all__ == sorted(musegen.__all__)
    for name in musegen.__all__:
        assert getattr(musegen, name).__doc__, name


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sing'"):
        musegen.sing  # noqa: B018


def test_importing_musegen_does_not_wait_for_tensorflow():
    code = "import sys, musegen; musegen.read_midi; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_say_what_they_are_and_give_a_sorted_all(module):
    tree = ast.parse(module.read_text())
    assert ast.get_docstring(tree), "no docstring"
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            names = [element.value for element in node.value.elts]
            # Constants, classes, functions: the order ruff keeps too.
            assert len(names) == len(set(names))


MAY_IMPORT = {
    "files": set(),
    "music": {"files"},
    "engines": set(),
    "corpus": {"engines", "files", "music"},
    "arrange": {"music"},
    "atlas": {"files", "model"},
    "cartography": {"atlas", "generator", "music"},
    "control": set(),
    "model": {"control", "engines", "files", "music"},
    "audio": {"files", "music"},
    "latent": {"files"},
    "steering": {"control", "model", "music"},
    "generator": {"arrange", "control", "files", "latent", "model", "music", "steering"},
    "recipe": {"arrange", "generator", "latent", "music"},
    "kitchen": {"generator", "music", "recipe"},
    "batches": {"audio", "engines", "files", "generator", "latent", "music"},
    "evaluation": {"files", "latent", "model", "music", "steering"},
    "studio": {
        *("atlas", "audio", "control", "files", "generator", "kitchen", "latent", "model", "music"),
        *("memory", "recipe", "workroom"),
    },
}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(module):
    room = module.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room not in MAY_IMPORT:
        return  # the package itself and the command line see everything
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("musegen."):
            other = node.module.split(".")[1]
            assert other == room or other in MAY_IMPORT[room], node.module
