"""Engraves MusicXML as SVG and PDF: Verovio draws the pages, Typst binds them as a PDF."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

__all__ = ["to_pdf", "to_svg"]

_A4 = (2100, 2970)  # tenths of a millimetre
_MARGIN = 120
_TITLE = 180
_TALLEST = 60_000  # more than this, Verovio refuses
_SCALE = {True: 90, False: 65}  # per cent, of a lead sheet and of a score: 6.5 and 4.7 mm a staff
# Letters of Verovio's music font in texts, and the same in fonts for text.
_SYMBOLS = {
    "\ueca3": "\U0001d15e",  # half note
    "\ueca5": "♩",
    "\ueca7": "♪",
    "\uecb7": ".",
    "\uea64": "♭",
    "\uea65": "♮",
    "\uea66": "♯",
}
_lock = threading.Lock()  # Verovio keeps its messages and the seed of its ids for all threads


def to_svg(musicxml: bytes, is_lead_sheet: bool) -> str:
    """Return all of a score as one page as high as it needs."""
    pages = list(_pages(musicxml, is_lead_sheet, _TALLEST, adjustPageHeight=True, header="auto"))
    if len(pages) == 1:
        return pages[0]
    heights = [_size(page)[1] for page in pages]
    tops = [sum(heights[:i]) for i in range(len(pages))]
    inner = "".join(
        page.replace("<svg ", f'<svg y="{top:g}" ', 1)
        for page, top in zip(pages, tops, strict=True)
    )
    width, height = _size(pages[0])[0], sum(heights)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'width="{width:g}px" height="{height:g}px" viewBox="0 0 {width:g} {height:g}">'
        f"{inner}</svg>"
    )


def to_pdf(musicxml: bytes, title: str, is_lead_sheet: bool) -> bytes:
    """Return a score as a PDF of A4 pages, with its title on the first one."""
    import typst

    pages = _pages(musicxml, is_lead_sheet, _A4[1] - _TITLE, header="none", footer="none")
    with tempfile.TemporaryDirectory(prefix="musegen-") as folder:
        count = 0
        for page in pages:
            Path(folder, f"{count}.svg").write_text(_with_text_fonts(page), "utf-8")
            count += 1
        source = Path(folder, "score.typ")
        source.write_text(_TYPST % (_TITLE / 10, count), "utf-8")
        return typst.compile(
            str(source),
            font_paths=_fonts(),
            ignore_system_fonts=False,  # titles in scripts that the fonts here do not have
            sys_inputs={"title": title},
        )


# The title comes as data, so that nothing in it is a command.
_TYPST = """
#let title = sys.inputs.at("title")
#set document(title: title)
#set page(paper: "a4", margin: 0pt)
#set text(font: ("STIXGeneral", "Libertinus Serif"), size: 20pt)
#let high = %gmm
#for i in range(%d) {
  if i > 0 { pagebreak() }
  block(width: 100%%, height: high, spacing: 0pt, align(
    center + horizon, if i == 0 { box(width: 80%%, title) }))
  image(str(i) + ".svg", width: 100%%)
}
"""


def _pages(musicxml: bytes, is_lead_sheet: bool, height: int, **options: Any) -> Iterator[str]:
    import verovio

    scale = _SCALE[is_lead_sheet]
    with _lock:
        verovio.enableLog(verovio.LOG_OFF)
        toolkit: Any = verovio.toolkit()
        toolkit.setOptions(
            {
                "pageWidth": _A4[0] * 100 // scale,
                "pageHeight": min(_TALLEST, height * 100 // scale),
                "pageMarginLeft": _MARGIN * 100 // scale,
                "pageMarginRight": _MARGIN * 100 // scale,
                "pageMarginTop": 60 * 100 // scale,
                "pageMarginBottom": 100 * 100 // scale,
                "scale": scale,
                "svgViewBox": True,
                "footer": "none",
                **options,
            }
        )
        if not toolkit.loadData(musicxml.decode()):
            raise RuntimeError("Verovio cannot read the MusicXML of music21")
        pages = [toolkit.renderToSVG(number + 1) for number in range(toolkit.getPageCount())]
    yield from (_on_paper(page) for page in pages)


def _on_paper(svg: str) -> str:
    """Paint a page white: on a dark page the notes would not be seen."""
    width, height = _size(svg)
    at = svg.index(">") + 1
    paper = f'<rect width="{width:g}" height="{height:g}" style="fill: #fff; stroke: none"/>'
    return svg[:at] + paper + svg[at:]


def _size(svg: str) -> tuple[float, float]:
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if found is None:
        raise RuntimeError("Verovio has drawn a page without a size")
    return float(found[1]), float(found[2])


def _with_text_fonts(svg: str) -> str:
    """Set texts in fonts that can be put into a PDF."""
    for symbol, letter in _SYMBOLS.items():
        svg = svg.replace(symbol, letter)
    svg = re.sub(r'font-family="Leipzig" font-size="(\d+)px"', r'font-size="\1px"', svg)
    family = quoteattr("STIXGeneral, Libertinus Serif")
    return svg.replace('font-family="Times, serif"', f"font-family={family}")


def _fonts() -> list[str]:
    """Return the folder of matplotlib's fonts, which are everywhere the same."""
    found = find_spec("matplotlib")
    return [str(Path(found.origin).parent / "mpl-data/fonts/ttf")] if found and found.origin else []
