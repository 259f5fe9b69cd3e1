"""Python environments in which MuseGen is not installed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

__all__ = ["make_environment"]


def make_environment(folder: Path) -> Path:
    """Make an environment with the packages of this one, but without MuseGen.

    Nothing is downloaded, and packages that are installed as editable are left out: Python reads
    the ``.pth`` files that they consist of only in the folder that it looks in by itself.

    Parameters
    ----------
    folder : Path
        Does not exist yet.

    Returns
    -------
    Path
        The environment's Python.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.check_output([python, "-c", code], cwd=folder, text=True, timeout=60).strip()
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python
