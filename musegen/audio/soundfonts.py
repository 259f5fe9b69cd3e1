"""Soundfonts: the recorded instruments on this computer."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from musegen.audio.riff import riff_fault
from musegen.errors import AudioError
from musegen.midi.general_midi import BUNDLED_SOUNDFONT

__all__ = ["Soundfont", "choose_soundfont", "find_soundfonts"]

_ENVIRONMENT = "MUSEGEN_SOUNDFONT"
_ENDINGS = (".sf2", ".sf3")
# Known to hold all of General MIDI and to be mixed with care, best first. Others follow by name.
_BEST = ("fluidr3_gm", "musescore_general", "generaluser")
_LAST = "timgm6mb"
# Found in the same folders, but no General MIDI sets: banks that only add to one.
_PARTIAL = ("fluidr3_gs",)
_GET_ONE = f"install one (apt-get install fluid-soundfont-gm) or name a .sf2 file in {_ENVIRONMENT}"


@dataclass(frozen=True)
class Soundfont:
    """The recorded instruments a piece is played with.

    Attributes
    ----------
    name : str
        What people are shown, such as ``FluidR3 GM``. Of those found, each has its own.
    path : Path
        The file, ``.sf2`` or ``.sf3``; links are resolved.
    """

    name: str
    path: Path


def find_soundfonts() -> list[Soundfont]:
    """Soundfonts on this computer, best first.

    First what the environment variable ``MUSEGEN_SOUNDFONT`` names (a file or a folder), then the
    folders where Debian, Fedora, Arch, Homebrew, macOS and users keep them, at last TimGM6mb,
    which comes with `pretty_midi`.

    Returns
    -------
    list of Soundfont
        Each file once, no two with the same name.

    Raises
    ------
    AudioError
        If ``MUSEGEN_SOUNDFONT`` names what is not there, or a folder without soundfonts.
    """
    chosen = _chosen()
    installed = sorted((p for folder in _folders() for p in _inside(folder)), key=_rank)
    installed = [path for path in installed if path.stem.lower() not in _PARTIAL]
    by_name: dict[str, Soundfont] = {}
    for path in [*chosen, *installed, BUNDLED_SOUNDFONT]:
        if path.is_file():
            name = " ".join(path.stem.replace("_", " ").replace("-", " ").split())
            by_name.setdefault(name.lower(), Soundfont(name, path))
    return list(by_name.values())


def choose_soundfont(soundfont: str | Path | None, embedded: bool) -> Path:
    """File of the soundfont to play with: the one named, else the best there is.

    Parameters
    ----------
    soundfont : str or Path, optional
    embedded : bool
        Whether the embedded renderer plays, which reads ``.sf2`` files alone.

    Raises
    ------
    AudioError
        If it is missing, damaged or not for this renderer, or there is none.
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


def _chosen() -> list[Path]:
    value = os.environ.get(_ENVIRONMENT, "").strip()
    if not value:
        return []
    path = Path(value).expanduser()
    if path.is_file():
        return [path.resolve()]
    found = sorted(_inside(path), key=_rank)
    if not found:
        what = "no soundfont in it" if path.is_dir() else "nothing there"
        raise AudioError(f"{_ENVIRONMENT} is {value}, but there is {what}: name a .sf2 file")
    return found


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


def _inside(folder: Path) -> list[Path]:
    try:
        return [p.resolve() for p in folder.iterdir() if p.suffix.lower() in _ENDINGS]
    except OSError:  # no such folder, or not ours to read
        return []


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
        fault = riff_fault(path, b"sfbk")
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror or error}") from None
    if fault:
        raise AudioError(f"{path.name} is {fault} a soundfont: choose a .sf2 file")


def soundfont_names() -> list[str]:
    """Names of the soundfonts that can be chosen, best first; none where there is a problem."""
    try:
        return [font.name for font in find_soundfonts()]
    except AudioError:
        return []


def find_soundfont(name: str | None) -> Path | None:
    """File of a soundfont's name. A visitor never names a file.

    Raises
    ------
    AudioError
        If there is none of that name.
    """
    if not name:
        return None
    for font in find_soundfonts():
        if font.name == name:
            return font.path
    raise AudioError(f"there is no soundfont {name!r} here: choose one of the list")
