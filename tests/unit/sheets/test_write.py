"""Files with sheet music."""

import re

import pytest
from support.examples import band

from musegen.errors import MusicError
from musegen.sheets import write as module
from musegen.sheets import write_sheets

pytest.importorskip("verovio")
pytest.importorskip("typst")


def test_each_ending_is_its_format(tmp_path):
    names = ("a.musicxml", "a.svg", "a.pdf", "a.lead.svg", "A.PDF")
    write_sheets(band(4), [tmp_path / name for name in names], "Größe #1 $x$", [(0, "A")])
    assert b"<score-partwise" in (tmp_path / "a.musicxml").read_bytes()
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "A.PDF").read_bytes().startswith(b"%PDF")
    score, lead = ((tmp_path / name).read_text("utf-8") for name in ("a.svg", "a.lead.svg"))
    assert score.startswith("<svg")
    assert score.count('class="staff"') == 5 * lead.count('class="staff"')


def test_a_long_piece_has_pages_and_its_svg_has_all_of_them(tmp_path):
    write_sheets(band(64), [tmp_path / "a.pdf", tmp_path / "a.svg"])
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "a.pdf").read_bytes())
    assert len(pages) > 2
    assert (tmp_path / "a.svg").read_text("utf-8").count('class="measure"') == 64


def test_without_the_packages_a_line_says_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(MusicError, match=r"pip install '\.\[sheets\]'"):
        write_sheets(band(4), [tmp_path / "a.pdf"])
    assert not (tmp_path / "a.pdf").exists()
