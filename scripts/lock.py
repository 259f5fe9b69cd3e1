"""Write requirements.lock: what requirements.txt comes to in this environment, to the version."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# What the tests passed with, on Linux and x86-64: written by `make lock`, used by the Dockerfile.
"""
# What installs is the image's own affair, and is mended there.
INSTALLERS = ("setuptools", "wheel")


def main() -> None:
    """Follow the requirements from package to package, and write each one's version."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    waiting = [Requirement(line) for line in lines if line and not line.startswith("#")]
    seen: set[tuple[str, frozenset[str]]] = set()
    versions: dict[str, str] = {}
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen or not applies(requirement):
            continue
        seen.add((name, extras))
        found = distribution(name)
        if name not in INSTALLERS:
            versions[name] = found.version
        for line in found.requires or []:
            needed = Requirement(line)
            if any(applies(needed, extra) for extra in ("", *extras)):
                needed.marker = None
                waiting.append(needed)
    pins = "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()))
    (ROOT / "requirements.lock").write_text(HEAD + pins, "utf-8")


def applies(requirement: Requirement, extra: str = "") -> bool:
    """Whether a requirement is one here, with an extra asked for or without."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


if __name__ == "__main__":
    main()
