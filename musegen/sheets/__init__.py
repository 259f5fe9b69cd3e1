"""Pieces to look at: sheet music as MusicXML, SVG and PDF, and the piano roll as a picture."""

from musegen.sheets.roll import ROLL_EDGES, draw_roll
from musegen.sheets.write import (
    LEAD_SHEET,
    SHEETS,
    check_packages,
    has_packages,
    is_lead_sheet,
    write_sheets,
)

__all__ = [
    "LEAD_SHEET",
    "ROLL_EDGES",
    "SHEETS",
    "check_packages",
    "draw_roll",
    "has_packages",
    "is_lead_sheet",
    "write_sheets",
]
