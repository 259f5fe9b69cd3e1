"""End in one line if PyPI's list of known vulnerabilities cannot be read: `make audit` needs it.

pip-audit reports a traceback then, or that a package does not exist.
"""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"


def main() -> None:
    """Look up the first package of requirements.lock."""
    pin = next(line for line in LOCK.read_text("utf-8").splitlines() if "==" in line)
    name, version = pin.split()[0].split("==")
    try:
        urllib.request.urlopen(f"https://pypi.org/pypi/{name}/{version}/json", timeout=30).close()
    except OSError as error:  # urllib's are
        sys.exit(
            f"the list of known vulnerabilities cannot be read from pypi.org ({error}): "
            "run make audit where it can be reached"
        )


if __name__ == "__main__":
    main()
