"""Any folder of MIDI files."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path

from musegen.datasets.build import Source, split_by_name
from musegen.errors import MusicError, MusicWarning
from musegen.music.piece import Piece
from musegen.reading import read_midi

__all__ = ["find_sources", "read_file"]


def find_sources(folders: list[Path]) -> list[Source]:
    """All ``.mid`` and ``.midi`` files in the folders, at any depth; a file may be given too.

    The split goes by a checksum of the path inside the folder.

    Raises
    ------
    MusicError
        If there are none.
    """
    sources = []
    for folder in folders:
        paths = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for path in paths:
            if path.suffix.lower() in (".mid", ".midi"):
                name = path.name if path == folder else path.relative_to(folder).as_posix()
                sources.append(Source(name, split_by_name(name), partial(read_file, path)))
    if not sources:
        where = ", ".join(str(folder) for folder in folders)
        raise MusicError(f"no .mid files under {where}: give a folder that has some")
    return sources


def read_file(path: Path) -> Piece:
    """One file, if it is wholly in 4/4.

    Raises
    ------
    MusicError
        If it is not, or cannot be read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", MusicWarning)
        try:
            return read_midi(path)
        except MusicWarning:
            raise MusicError("not wholly in 4/4") from None
        except MusicError as error:
            # Without the file's name, so that equal reasons are counted as one.
            raise MusicError(str(error).removeprefix(path.name).strip()) from None
