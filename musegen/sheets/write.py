"""Writes sheet music into files."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from musegen.errors import MusicError
from musegen.files import atomic_write
from musegen.music import Piece
from musegen.sheets.engrave import to_pdf, to_svg
from musegen.sheets.score import write_musicxml

__all__ = [
    "LEAD_SHEET",
    "SHEETS",
    "check_packages",
    "has_packages",
    "is_lead_sheet",
    "write_sheets",
]

SHEETS = (".musicxml", ".pdf", ".svg")
"""Endings of files with sheet music, in lower case."""
LEAD_SHEET = ".lead"
"""Comes before the ending of a file that is a lead sheet and not a full score."""
_PACKAGES = ("music21", "verovio", "typst")


def has_packages() -> bool:
    """Whether the packages that write sheet music are installed."""
    return all(find_spec(name) for name in _PACKAGES)


def check_packages() -> None:
    """Raise a `MusicError` unless the packages that write sheet music are installed."""
    if not has_packages():
        raise MusicError("sheet music needs more packages: pip install '.[sheets]'")


def is_lead_sheet(path: Path) -> bool:
    """Whether the name of a file says that it is a lead sheet: ``song.lead.pdf``."""
    return path.with_suffix("").suffix.lower() == LEAD_SHEET


def write_sheets(
    piece: Piece,
    paths: Sequence[Path],
    title: str = "",
    sections: Sequence[tuple[int, str]] = (),
) -> None:
    """Write sheet music of a piece, each file completely or not at all.

    Parameters
    ----------
    piece : Piece
    paths : sequence of Path
        Their endings, of `SHEETS`, say what is written; see `is_lead_sheet`.
    title : str
    sections : sequence of (int, str)
        The bar, from 0, that each section begins at, and its name.

    Raises
    ------
    FileError
        If a file cannot be written.
    MusicError
        If packages are missing, or the piece has no notes for it.
    """
    check_packages()
    made: dict[bool, bytes] = {}
    for path in paths:
        is_lead = is_lead_sheet(path)
        if is_lead not in made:
            made[is_lead] = write_musicxml(piece, title, sections, is_lead_sheet=is_lead)
        ending = path.suffix.lower()
        if ending == ".svg":
            data = to_svg(made[is_lead], is_lead).encode()
        elif ending == ".pdf":
            data = to_pdf(made[is_lead], title, is_lead)
        else:
            data = made[is_lead]
        with atomic_write(path) as temporary:
            temporary.write_bytes(data)
