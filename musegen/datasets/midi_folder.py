"""Folders of MIDI files."""

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
    """List all ``.mid`` and ``.midi`` files in the folders, at any depth, or the files given.

    The path within the folder decides the split.

    Raises
    ------
    MusicError
        If there are no such files.
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
    """Read a file; raise `MusicError` if it cannot be read or is not all in 4/4."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", MusicWarning)
        try:
            return read_midi(path)
        except MusicWarning:
            raise MusicError("not all in 4/4") from None
        except MusicError as error:
            # Without the name of the file, so that equal reasons are counted together.
            raise MusicError(str(error).removeprefix(path.name).strip()) from None
