"""Examples in the documents run as they are printed."""

import re
import shlex
from pathlib import Path

import pytest
from support.examples import band

import musegen
from musegen.cli import _parser

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]


def blocks(language):
    """Code of a language in the documents, with the document's name."""
    for document in DOCUMENTS:
        for code in re.findall(rf"^```{language}\n(.*?)^```", document.read_text(), re.S | re.M):
            yield pytest.param(code, id=document.name)


PYTHON = [block for block in blocks("python") if "mg = musegen.load()" in block.values[0]]
COMMANDS = [
    pytest.param(line, id=line.partition("#")[0].strip())
    for block in blocks("sh")
    for line in block.values[0].replace("\\\n", " ").splitlines()
    if line.startswith(("musegen ", "python -m musegen "))
]


@pytest.mark.parametrize("code", PYTHON)
def test_a_python_example_runs(code, tiny_mg, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(musegen, "load", lambda: tiny_mg, raising=False)
    band(bars=4).write_midi("mine.mid")
    exec(compile(code, "example", "exec"), {})


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_line_example_has_arguments_that_exist(line):
    words = shlex.split(line, comments=True)
    _parser().parse_args(words[words.index("musegen") + 1 :])


def test_the_documents_have_examples():
    assert len(PYTHON) >= 2
    assert len(COMMANDS) >= 10
