"""Folders of MIDI files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from musegen.datasets.build import Source, split_by_name
from musegen.errors import MusicError
from musegen.midi import ENDINGS
from musegen.midi.load import display_text
from musegen.music.piece import Piece
from musegen.reading import read_midi_with_report

__all__ = ["find_sources", "list_sources", "read_file"]


def find_sources(folders: list[Path]) -> list[Source]:
    """List all MIDI files, by their `ENDINGS`, in the folders, at any depth, or the files given.

    The folder directly in one of the folders given is the style: ``music/jazz/a.mid`` is ``jazz``.
    The path within the folder decides the split: a twentieth each is for validation and for test.

    Raises
    ------
    MusicError
        If there are no such files.
    """
    return list_sources(folders, "", _folder_below, one_in=20)


def _folder_below(folder: Path, path: Path) -> str:
    inside = path.relative_to(folder).parts
    return inside[0].lower() if len(inside) > 1 else ""


def list_sources(
    folders: list[Path], prefix: str, style: Callable[[Path, Path], str], one_in: int
) -> list[Source]:
    """List MIDI files as sources, as `find_sources` does.

    Parameters
    ----------
    folders : list of Path
    prefix : str
        What the names of the sources begin with, before the path within the folder.
    style : callable
        The style of a file, from the folder given and the path of the file in it.
    one_in : int
        One in so many files each is for validation and for test.

    Raises
    ------
    MusicError
        If there are no such files, or two have one name.
    """
    sources: list[Source] = []
    names: set[str] = set()
    for folder in folders:
        paths = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for path in paths:
            if path.suffix.lower() in ENDINGS:
                inside = path.name if path == folder else path.relative_to(folder).as_posix()
                name = prefix + inside
                if name in names:  # in another of the folders
                    name = f"{prefix}{folder.resolve().name}/{inside}"
                if name in names:
                    raise MusicError(f"{name} comes twice: give each folder once")
                names.add(name)
                split = split_by_name(name, one_in)
                sources.append(Source(name, split, partial(read_file, path), style(folder, path)))
    if not sources:
        where = ", ".join(str(folder) for folder in folders)
        raise MusicError(f"no .mid files under {where}: give a folder that has some")
    return sources


def read_file(path: Path) -> Piece:
    """Read a file; raise `MusicError` if it cannot be read or is not all in 4/4."""
    try:
        piece, report = read_midi_with_report(path)
    except MusicError as error:
        # Without the name of the file, so that equal reasons are counted together.
        raise MusicError(str(error).removeprefix(display_text(path.name)).strip()) from None
    if set(report.meters) - {"4/4"}:
        raise MusicError("not all in 4/4")
    return piece
