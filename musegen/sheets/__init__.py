"""Sheet music of pieces: a full score, or a lead sheet, as MusicXML, SVG and PDF."""

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
    "SHEETS",
    "check_packages",
    "has_packages",
    "is_lead_sheet",
    "write_sheets",
]
