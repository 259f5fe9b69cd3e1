"""Reads the arguments of endpoints that are texts: lists of phrases, places, parts of tracks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musegen.errors import MusicError
from musegen.latent.paths import MODELS
from musegen.limits import MAX_FILE_BARS, check_choice, check_range
from musegen.music.notes import PARTS

__all__ = [
    "read_cells",
    "read_kept_model",
    "read_numbers",
    "read_parts",
    "read_places",
    "read_track_parts",
    "read_whole",
]


def read_whole(value: float | None, name: str) -> int:
    """Return an argument that has to be a whole number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
        raise MusicError(f"{name} is {value}; it is a whole number")
    return int(value)


def read_numbers(text: str | None) -> tuple[int, ...]:
    """Return the whole numbers of a text such as ``0, 3``; none if it is empty."""
    words = (text or "").replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and len(word) < 16 for word in words):
        raise MusicError(f"{text!r} are not whole numbers: write them like 0, 3")
    return tuple(map(int, words))


def read_cells(text: str | None) -> dict[str, tuple[int, ...]] | None:
    """Return the cells of a piece in a text such as ``0 lead, 3 bass``; None if it is empty."""
    cells: dict[str, tuple[int, ...]] = {}
    for pair in filter(str.strip, (text or "").split(",")):
        words = pair.split()
        if len(words) != 2 or words[1] not in PARTS:
            raise MusicError(
                f"{text!r} are not cells: write phrases and parts like 0 lead, 3 bass; "
                f"there are {', '.join(PARTS)}"
            )
        (phrase,) = read_numbers(words[0])
        check_range(phrase, "a phrase's number", 0, MAX_FILE_BARS - 1, whole=True)
        cells[words[1]] = (*cells.get(words[1], ()), phrase)
    return cells or None


def read_parts(text: str | None) -> tuple[str, ...]:
    """Return the parts in a text such as ``lead, bass``."""
    parts = tuple((text or "").replace(",", " ").split())
    for part in parts:
        check_choice(part, "part", PARTS)
    return parts


def read_track_parts(text: str | None) -> dict[int, str | None]:
    """Return the parts of tracks in a text such as ``0 lead, 3 none``."""
    parts: dict[int, str | None] = {}
    for pair in filter(str.strip, (text or "").split(",")):
        words = pair.split()
        if len(words) != 2 or words[1] not in (*PARTS, "none"):
            raise MusicError(
                f"{text!r} are not parts of tracks: write them like 0 lead, 3 none; "
                f"there are {', '.join(PARTS)}"
            )
        (index,) = read_numbers(words[0])
        parts[index] = None if words[1] == "none" else words[1]
    return parts


def read_places(text: str | None) -> npt.NDArray[np.float64]:
    """Return the places on the map in a text such as ``0.2 0.3, 0.8 0.5``, shape ``(n, 2)``."""
    try:
        points = [[float(word) for word in pair.split()] for pair in (text or "").split(",")]
    except ValueError:
        points = [[]]
    if not all(len(point) == 2 and all(0 <= at <= 1 for at in point) for point in points):
        raise MusicError(f"{text!r} are not places: write two like 0.2 0.3, 0.8 0.5")
    return np.array(points)


def read_kept_model(keep: str | None) -> tuple[str, ...]:
    """Return the models, song and drums, that may change a piece while one is kept."""
    if keep and keep not in MODELS:
        raise MusicError(f"keep is {keep!r}; it is song or drums, or empty")
    return tuple(name for name in MODELS if name != keep)
