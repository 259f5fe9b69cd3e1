"""Write requirements.txt and requirements.lock from pyproject.toml: ``make lock``.

requirements.txt has what the package needs, for a Hugging Face Space, which installs no package
from its own folder. requirements.lock has every package that this installs, at the version in this
environment, which the tests passed with; the Dockerfile uses it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pyright: ignore[reportMissingImports]  (comes with pip-tools)

ROOT = Path(__file__).resolve().parent.parent
HEAD = "# Written from pyproject.toml by `make lock`: change it there.\n"


def main() -> None:
    """Write both files."""
    (ROOT / "requirements.txt").write_text(requirements(), "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        installed = Path(folder, "installed.txt")
        python = (sys.executable, "-m")
        freeze = subprocess.run(
            [*python, "pip", "freeze", "--all", "--exclude-editable"],
            check=True,
            capture_output=True,
            text=True,
        )
        installed.write_text(freeze.stdout, "utf-8")
        pins = Path(folder, "requirements.lock")
        subprocess.run(
            [
                *(*python, "piptools", "compile", "--quiet", "--strip-extras"),
                *("--no-annotate", "--no-header", "--no-emit-options"),
                *("--constraint", installed, "--output-file", pins, ROOT / "requirements.txt"),
            ],
            check=True,
        )
        lines = [line for line in pins.read_text("utf-8").splitlines() if "==" in line]
    (ROOT / "requirements.lock").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")


def read_project() -> dict[str, Any]:
    """Return the [project] table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def requirements() -> str:
    """Return the text of requirements.txt."""
    return HEAD + "\n".join(read_project()["dependencies"]) + "\n"


if __name__ == "__main__":
    main()
