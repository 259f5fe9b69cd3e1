"""Copy what a Hugging Face Space needs into a folder: ``python scripts/make_space.py [folder]``.

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
# The first line of .gitattributes in a folder that this script made and may replace.
MARK = "# Laid out by scripts/make_space.py\n"

# The files of a checkpoint that a Space does without: they tell how it was trained and measured.
NOT_LOADED = ("*.csv", "evaluation.json")
# A Space refuses binary files, and files over 10 MB, unless Git LFS keeps them.
BINARY = (".safetensors", ".npz", ".png")
BIG = 10_000_000


def main() -> None:
    """Make the folder that the command line names, and print its size."""
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
    """The Space cannot be made; the message is one line."""


def make_space(folder: Path) -> list[Path]:
    """Make a Space in a folder, which is replaced if this script made it; return its files.

    Raises
    ------
    SpaceError
        If the folder has files of another origin, or a file of the Space is missing or not valid.
    """
    if folder.exists() and any(folder.iterdir()) and not is_ours(folder):
        raise SpaceError(f"{folder} has other files in it: name a new or an empty folder")
    readme = space_readme((ROOT / "README.md").read_text("utf-8"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    marked = "".join(f"*{ending} filter=lfs diff=lfs merge=lfs -text\n" for ending in BINARY)
    (folder / ".gitattributes").write_text(MARK + marked, "utf-8")  # first: from here on it is ours
    try:
        copy_files(folder, readme)
    except OSError as error:
        raise SpaceError(f"{error.filename}: {error.strerror}") from None
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        check_file(path)
    return files


def copy_files(folder: Path, readme: str) -> None:
    """Copy everything into a Space that is not made for it alone, and write its README."""
    for name in ("app.py", "LICENSE", "packages.txt"):
        shutil.copy(ROOT / name, folder / name)
    leave = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    shutil.copytree(ROOT / "musegen", folder / "musegen", ignore=leave)
    copy_checkpoints(ROOT / "checkpoints", folder / "checkpoints")
    (folder / "README.md").write_text(readme, "utf-8")
    (folder / "requirements.txt").write_text(space_requirements(), "utf-8")


def is_ours(folder: Path) -> bool:
    """Whether this script made the folder."""
    attributes = folder / ".gitattributes"
    return attributes.is_file() and attributes.read_text("utf-8").startswith(MARK)


def copy_checkpoints(source: Path, target: Path) -> None:
    """Copy the files of the checkpoints that the app loads, and the model cards with pictures.

    The licence of a dataset asks that its authors are named.
    """
    names = [folder.name for folder in source.iterdir() if folder.is_dir()]
    if not names:
        raise SpaceError(f"{source} has no checkpoints: download or train them first")
    for name in names:
        (target / name).mkdir(parents=True)
        for path in (source / name).iterdir():
            if path.is_file() and not any(path.match(pattern) for pattern in NOT_LOADED):
                shutil.copy(path, target / name / path.name)
    for name in ("map.npz", "examples.npz"):
        shutil.copy(source / name, target / name)


def check_file(path: Path) -> None:
    """Raise `SpaceError` for a file that a Space would refuse."""
    if path.suffix in BINARY:
        return
    data = path.read_bytes()
    if len(data) > BIG or b"\0" in data:
        raise SpaceError(f"{path} is large or not text: add its ending to BINARY")


def space_readme(readme: str) -> str:
    """Return a Space's README: the project's front matter, introduction and licences.

    Raises
    ------
    SpaceError
        If the front matter or the licences are missing or not valid.
    """
    card = RepoCard(readme, ignore_metadata_errors=False)
    fields = card.data.to_dict()
    data = SpaceCardData(**fields)
    for name in ("title", "sdk", "sdk_version", "app_file", "python_version", "license"):
        if not getattr(data, name, None):
            raise SpaceError(f"README.md's front matter has no {name}")
    if data.sdk != "gradio" or not data.app_file or not (ROOT / data.app_file).is_file():
        raise SpaceError("README.md's front matter must name a Gradio app that exists")
    if len(fields.get("short_description", "")) > 60:
        raise SpaceError("README.md's short_description has over 60 characters: shorten it")
    front = readme[: readme.index(card.text)].rstrip()
    opening = card.text.split("\n![")[0].replace("[中文](README.zh-CN.md)\n\n", "").strip()
    licences = re.search(r"^## Licences\n.*?(?=^## |\Z)", card.text, re.MULTILINE | re.DOTALL)
    if licences is None:
        raise SpaceError("README.md has no section 'Licences', which a Space must show")
    return f"{front}\n\n{opening}\n\n{licences[0].strip()}\n"


def space_requirements() -> str:
    """Return the requirements without the packages that only training and evaluation import.

    Follows imports from ``app.py`` on. A package that no file imports is kept, since it is used in
    another way: TensorFlow, for one, is Keras's backend.
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
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        name = canonicalize_name(Requirement(line).name)
        if name in needed or name not in everywhere:
            lines.append(line)
    return "\n".join(lines) + "\n"


def modules_reached() -> set[str]:
    """Return the names of the project's modules that ``app.py`` imports, directly or not."""
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
    """Return a file's module name, such as ``musegen.music.notes``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, name: str) -> set[str]:
    """Return the names that a file imports, in functions too, except for type checking alone."""
    found: set[str] = {name.rpartition(".")[0]}  # a package is imported before what is in it
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        waiting += ast.iter_child_nodes(node)
    return found


if __name__ == "__main__":
    main()
