"""Lay out what a Hugging Face Space needs, no more: ``python scripts/make_space.py [folder]``.

The folder, ``build/space`` if none is named, can be uploaded as it is:
``hf upload NAME/SPACE build/space . --repo-type space``, or with git, where git-xet or git-lfs is
installed.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from huggingface_hub import RepoCard
from huggingface_hub.repocard_data import SpaceCardData
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
# Opens .gitattributes in a folder that this wrote, and may therefore replace.
MARK = "# Laid out by scripts/make_space.py\n"

# What the app loads of a checkpoint, and the card with its picture, which names those whose music
# it learnt from.
CHECKPOINT = ("vae*", "prior*", "controls*", "README.md", "*.png")
NOT_LOADED = (".csv",)
# A Space refuses what is no text, and what is over 10 MB, unless it is marked like this.
BINARY = (".safetensors", ".npz", ".png")
BIG = 10_000_000


def main() -> None:
    """Make the folder that is named, and say how big it is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "space"
    try:
        files = make_space(folder)
    except SpaceError as error:
        sys.exit(f"make_space: {error}")
    size = sum(file.stat().st_size for file in files) / 1e6
    largest = max(files, key=lambda file: file.stat().st_size)
    print(
        f"{folder}: {len(files)} files, {size:.1f} MB, "
        f"the largest {largest.relative_to(folder)} with {largest.stat().st_size / 1e6:.1f} MB"
    )


class SpaceError(Exception):
    """The Space could not be laid out, said in one line."""


def make_space(folder: Path) -> list[Path]:
    """Lay a Space out in a folder, which is replaced if this made it.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    SpaceError
        If the folder holds other things, or something of the Space is missing or not as it must be.
    """
    if folder.exists() and any(folder.iterdir()) and not is_ours(folder):
        raise SpaceError(f"{folder} holds other things: name a new or an empty folder")
    readme = space_readme((ROOT / "README.md").read_text("utf-8"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("app.py", "LICENSE", "packages.txt"):
        shutil.copy(ROOT / name, folder / name)
    leave = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(ROOT / "musegen", folder / "musegen", ignore=leave)
    copy_checkpoints(ROOT / "checkpoints", folder / "checkpoints")
    (folder / "README.md").write_text(readme, "utf-8")
    (folder / "requirements.txt").write_text(space_requirements(), "utf-8")
    marked = "".join(f"*{ending} filter=lfs diff=lfs merge=lfs -text\n" for ending in BINARY)
    (folder / ".gitattributes").write_text(MARK + marked, "utf-8")
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        check_file(path)
    return files


def is_ours(folder: Path) -> bool:
    """Whether this laid a folder out."""
    attributes = folder / ".gitattributes"
    return attributes.is_file() and attributes.read_text("utf-8").startswith(MARK)


def copy_checkpoints(source: Path, target: Path) -> None:
    """Copy what the app loads of the checkpoints."""
    names = [folder.name for folder in source.iterdir() if folder.is_dir()]
    if not names:
        raise SpaceError(f"{source} has no checkpoints: get or train them first")
    for name in names:
        (target / name).mkdir(parents=True)
        for path in (p for pattern in CHECKPOINT for p in (source / name).glob(pattern)):
            if path.suffix not in NOT_LOADED:
                shutil.copy(path, target / name / path.name)
    shutil.copy(source / "map.npz", target / "map.npz")


def check_file(path: Path) -> None:
    """See that a Space takes a file."""
    if path.suffix in BINARY:
        return
    data = path.read_bytes()
    if len(data) > BIG or b"\0" in data:
        raise SpaceError(f"{path} is big or no text: name its ending in BINARY")


def space_readme(readme: str) -> str:
    """The README of a Space: what the project's says of it, without what is not in it.

    Raises
    ------
    SpaceError
        If its front matter is not one of a Space.
    """
    card = RepoCard(readme, ignore_metadata_errors=False)
    told = card.data.to_dict()
    data = SpaceCardData(**told)
    for name in ("title", "sdk", "sdk_version", "app_file", "python_version", "license"):
        if not getattr(data, name, None):
            raise SpaceError(f"README.md's front matter has no {name}")
    if data.sdk != "gradio" or not (ROOT / data.app_file).is_file():
        raise SpaceError("README.md's front matter names no Gradio app that is there")
    if len(told.get("short_description", "")) > 60:
        raise SpaceError("README.md's short_description is over 60 characters")
    front = readme[: readme.index(card.text)].rstrip()
    opening = card.text.split("\n![")[0].strip()
    licences = re.search(r"^## Licences\n.*?(?=^## |\Z)", card.text, re.MULTILINE | re.DOTALL)
    if licences is None:
        raise SpaceError("README.md has no section on licences, which a Space must name")
    return f"{front}\n\n{opening}\n\n{licences[0].strip()}\n"


def space_requirements() -> str:
    """The project's requirements, without those that only training and evaluation import.

    Nothing is listed here: what ``app.py`` reaches is followed from import to import. What no file
    imports stays, for it is called in other ways.
    """
    homes = packages_distributions()
    reached = modules_reached()
    everywhere, needed = set(), set()
    for path in (ROOT / "musegen").rglob("*.py"):
        tops = {name.split(".")[0] for name in imports(path, module_name(path))}
        packages = {canonicalize_name(home) for top in tops for home in homes.get(top, [])}
        everywhere |= packages
        if module_name(path) in reached:
            needed |= packages
    lines: list[str] = []
    comment: list[str] = []
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            comment.append(line)
            continue
        name = canonicalize_name(Requirement(line).name)
        if name in needed or name not in everywhere:
            lines += [*comment, line]
        comment = []
    return "\n".join(lines) + "\n"


def modules_reached() -> set[str]:
    """Names of the project's modules that ``app.py`` imports, at once or later."""
    paths = {module_name(path): path for path in (ROOT / "musegen").rglob("*.py")}
    reached: set[str] = set()
    waiting = imports(ROOT / "app.py", "")
    while waiting:
        name = waiting.pop()
        for end in (name, name.rpartition(".")[0]):  # of `from a import b`, b may be a module
            if end in paths and end not in reached:
                reached.add(end)
                waiting |= imports(paths[end], end)
    return reached


def module_name(path: Path) -> str:
    """Such as ``musegen.music.notes``; a package has the name of its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, name: str) -> set[str]:
    """Names that a file imports, wherever in it. Imports for type checking alone do not count."""
    found: set[str] = {name.rpartition(".")[0]}  # a package is imported before what is in it
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        waiting += ast.iter_child_nodes(node)
    return found


if __name__ == "__main__":
    main()
