"""Soundfonts, files of recorded instruments, on this computer."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from musegen.audio.riff import riff_chunks, riff_problem
from musegen.errors import AudioError, MusicError

__all__ = [
    "Soundfont",
    "choose_soundfont",
    "find_soundfont",
    "find_soundfonts",
    "soundfont_names",
]

_ENVIRONMENT = "MUSEGEN_SOUNDFONT"
_ENDINGS = (".sf2", ".sf3")
# Known to have all instruments of General MIDI, well balanced; best first. Others follow by name.
_BEST = ("fluidr3_gm", "musescore_general", "generaluser")
_LAST = "timgm6mb"
# Found in the same folders, but without all instruments of General MIDI: they only add some.
_PARTIAL = ("fluidr3_gs",)
_BUNDLED = "TimGM6mb.sf2"  # in the package pretty_midi
_TABLES = {b"phdr", b"pbag", b"pgen", b"inst", b"ibag", b"igen", b"shdr"}
_GET_ONE = f"install one (apt-get install fluid-soundfont-gm) or name a .sf2 file in {_ENVIRONMENT}"


@dataclass(frozen=True)
class Soundfont:
    """A soundfont.

    Attributes
    ----------
    name : str
        Name for people, such as ``FluidR3 GM``. No two soundfonts that are found share one.
    path : Path
        The file, ``.sf2`` or ``.sf3``; links are resolved.
    """

    name: str
    path: Path


def find_soundfonts() -> list[Soundfont]:
    """Find the soundfonts on this computer, best first.

    Those in the environment variable ``MUSEGEN_SOUNDFONT`` (a file or a folder) come first, then
    those in the folders where Debian, Fedora, Arch, Homebrew, macOS and users keep them, and last
    TimGM6mb, which comes with `pretty_midi`. Damaged files in folders are passed over.

    Returns
    -------
    list of Soundfont
        Each file once; no two have the same name.

    Raises
    ------
    AudioError
        If ``MUSEGEN_SOUNDFONT`` names a missing file, or a folder without undamaged soundfonts.
    """
    chosen = _from_environment()
    installed = sorted((p for folder in _folders() for p in _soundfonts_in(folder)), key=_rank)
    installed = [path for path in installed if path.stem.lower() not in _PARTIAL]
    by_name: dict[str, Soundfont] = {}
    for path in [*chosen, *installed, *_bundled()]:
        if path.is_file():
            name = " ".join(path.stem.replace("_", " ").replace("-", " ").split())
            by_name.setdefault(name.lower(), Soundfont(name, path))
    return list(by_name.values())


def choose_soundfont(soundfont: str | Path | None, embedded: bool) -> Path:
    """Return the file of the named soundfont, or of the best one that is found.

    Parameters
    ----------
    soundfont : str or Path, optional
    embedded : bool
        Whether the embedded renderer is used, which reads only ``.sf2`` files.

    Raises
    ------
    AudioError
        If it is missing, damaged or not for this renderer, or none is found.
    """
    if soundfont is None:
        found = [font.path for font in find_soundfonts()]
        if embedded:
            found = [path for path in found if path.suffix.lower() == ".sf2"]
        if not found:
            raise AudioError(f"no soundfont was found: {_GET_ONE}")
        path = found[0]
    else:
        path = Path(soundfont).expanduser().resolve()
    _check_soundfont(path)
    if embedded and path.suffix.lower() != ".sf2":
        raise AudioError(f"{path.name} needs FluidSynth: install it or choose a .sf2 file")
    return path


def _from_environment() -> list[Path]:
    value = os.environ.get(_ENVIRONMENT, "").strip()
    if not value:
        return []
    path = Path(value).expanduser()
    if path.is_file():
        return [path.resolve()]
    found = sorted(_soundfonts_in(path), key=_rank)
    if not found:
        what = "no undamaged soundfont in it" if path.is_dir() else "nothing there"
        raise AudioError(f"{_ENVIRONMENT} is {value}, but there is {what}: name a .sf2 file")
    return found


def _bundled() -> list[Path]:
    # Without importing the package, which only midi/ and reading/ do.
    spec = find_spec("pretty_midi")
    return [Path(spec.origin).with_name(_BUNDLED)] if spec and spec.origin else []


def _folders() -> list[Path]:
    home = Path.home()
    shares = [
        Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share"),
        *map(Path, filter(None, os.environ.get("XDG_DATA_DIRS", "").split(os.pathsep))),
        Path("/usr/local/share"),
        Path("/usr/share"),
        Path("/opt/homebrew/share"),
        Path("/home/linuxbrew/.linuxbrew/share"),
    ]
    # Debian: sounds/sf2 and sounds/sf3; Fedora, Arch and users of Homebrew: soundfonts.
    below = ("sounds/sf2", "sounds/sf3", "soundfonts")
    folders = [share / name for share in shares for name in below]
    return [*folders, home / "Library/Audio/Sounds/Banks", home / ".fluidsynth"]


def _soundfonts_in(folder: Path) -> list[Path]:
    try:
        found = [p.resolve() for p in folder.iterdir() if p.suffix.lower() in _ENDINGS]
    except OSError:  # there is no such folder, or it cannot be read
        return []
    return [path for path in found if _has_tables(path)]


def _has_tables(path: Path) -> bool:
    """Whether a file is whole and has the tables of a soundfont; reads only where they are."""
    try:
        if riff_problem(path, b"sfbk"):
            return False
        with path.open("rb") as file:
            lists = list(riff_chunks(file, 12, path.stat().st_size))
            names = {
                name
                for _, start, size in lists
                for name, *_ in riff_chunks(file, start + 4, start + size)
            }
    except OSError:
        return False
    return names >= _TABLES


def _rank(path: Path) -> tuple[int, str]:
    stem = path.stem.lower()
    if stem.startswith(_LAST):
        return len(_BEST) + 1, stem
    for place, start in enumerate(_BEST):
        if stem.startswith(start):
            return place, stem
    return len(_BEST), stem


def _check_soundfont(path: Path) -> None:
    if not path.is_file():
        raise AudioError(f"there is no soundfont at {path}: {_GET_ONE}")
    try:
        problem = riff_problem(path, b"sfbk")
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror or error}") from None
    if problem:
        raise AudioError(f"{path.name} is {problem} a soundfont: choose a .sf2 file")


def soundfont_names() -> list[str]:
    """Return the names of the soundfonts, best first; an empty list if there is a problem."""
    try:
        return [font.name for font in find_soundfonts()]
    except AudioError:
        return []


def find_soundfont(name: str | None) -> Path | None:
    """Return the file of the soundfont with a name; None for no name.

    Visitors choose by name, so that they cannot choose any other file.

    Raises
    ------
    MusicError
        If no soundfont has the name.
    """
    if not name:
        return None
    for font in find_soundfonts():
        if font.name == name:
            return font.path
    raise MusicError(f"there is no soundfont {name!r} here: choose one of the list")
