"""The page in a real browser: the parts of phrases are chosen and edited one by one."""

from __future__ import annotations

import re

import pytest
from support.visits import Visit, serious_findings

from musegen.music import Piece
from musegen.music.notes import PARTS


@pytest.fixture
def piece(page) -> Piece:
    """Eight bars, drawn anew, with their parts shown: nothing is chosen, locked or changed."""
    page.draw(5)
    if page.button("Parts").get_attribute("aria-expanded") == "false":
        page.button("Parts").click()
    return page.piece()


def cell(page: Visit, part: str, bars: str):
    """Return the button of a part of a phrase, by the bars of the phrase."""
    return page.player.get_by_role("button", name=re.compile(f"^{part}, bars {bars}(,|$)"))


def changed_cells(before: Piece, after: Piece) -> list[tuple[int, str]]:
    """Return the phrases, from 1, and parts whose notes differ, but for durations."""
    columns = ["onset", "pitch", "velocity"]
    return [
        (i + 1, part)
        for i, (old, new) in enumerate(zip(before.phrases, after.phrases, strict=True))
        for part in PARTS
        if old.only([part]).notes[columns].tolist() != new.only([part]).notes[columns].tolist()
    ]


def test_locked_cells_stay_note_for_note_when_the_rest_is_redrawn(page, piece) -> None:
    for part, bars in (("Bass", "3–4"), ("Lead", "7–8")):
        cell(page, part, bars).click()
        page.button("Lock").click()
        assert f"{part}, bars {bars}, locked" in cell(page, part, bars).get_attribute("aria-label")
    with page.change():
        page.button("Redraw the rest").click()
    changed = changed_cells(piece, page.piece())
    assert (2, "bass") not in changed
    assert (4, "lead") not in changed
    assert {(1, "lead"), (1, "bass"), (4, "bass"), (4, "drums")} <= set(changed)
    # Undo shows the version before, with the locks that it had.
    with page.change():
        page.button("Undo").click()
    assert page.piece() == piece
    assert page.player.locator('.mg-cell[data-locked="true"]').count() == 2


def test_a_row_is_chosen_by_its_name_and_kept(page, piece) -> None:
    page.player.get_by_role("button", name="Drums, all phrases").click()
    assert page.text("scope") == "Drums, bars 1–8"
    page.button("Lock").click()
    with page.change():
        page.button("Redraw the rest").click()
    assert {part for _, part in changed_cells(piece, page.piece())} == set(PARTS) - {"drums"}


def test_a_block_is_chosen_by_dragging_and_redrawn(page, piece) -> None:
    start, end = (
        cell(page, *place).bounding_box() for place in (("Chords", "3–4"), ("Bass", "5–6"))
    )
    page.page.mouse.move(start["x"] + 20, start["y"] + 15)
    page.page.mouse.down()
    page.page.mouse.move(end["x"] + 20, end["y"] + 15, steps=4)
    page.page.mouse.up()
    assert page.text("scope") == "Chords, bass, bars 3–6"
    with page.change():
        page.button("Redraw").click()
    changed = changed_cells(piece, page.piece())
    assert set(changed) <= {(i, part) for i in (2, 3) for part in ("chords", "bass")}
    assert changed


def test_cells_are_chosen_and_locked_by_keys(page, piece) -> None:
    cell(page, "Lead", "1–2").focus()
    for key in ("ArrowDown", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.page.keyboard.press(key)
    assert page.text("scope") == "Counter, chords, bars 3–6"
    page.page.keyboard.press("k")
    assert page.player.locator('.mg-cell[data-locked="true"]').count() == 4
    page.page.keyboard.press("Escape")
    assert page.text("scope") == "All phrases"


def test_a_cell_is_copied_cleared_and_silenced(page, piece) -> None:
    cell(page, "Bass", "1–2").click()
    page.button("Copy to…").click()
    with page.change():
        cell(page, "Bass", "5–6").click()
    copied = page.piece()
    assert set(changed_cells(piece, copied)) <= {(3, "bass")}
    rows = [copied.phrases[i].only(["bass"]).notes["pitch"].tolist() for i in (0, 2)]
    assert rows[0] == rows[1]
    with page.change():
        page.button("Clear").click()
    assert not len(page.piece().phrases[0].only(["bass"]).notes)
    assert cell(page, "Bass", "1–2").get_attribute("aria-label") == "Bass, bars 1–2, empty"
    cell(page, "Drums", "3–4").click()
    with page.change():
        page.button("Silence").click()
    assert not len(page.piece().phrases[1].only(["drums"]).notes)
    assert cell(page, "Drums", "3–4").get_attribute("aria-label") == "Drums, bars 3–4, silent"
    with page.change():
        page.button("Silence").click()
    assert changed_cells(copied, page.piece()) == [(1, "bass")]


def test_the_grid_fits_a_phone_and_is_accessible(visit) -> None:
    page = visit(width=390, touch=True)
    page.page.locator(".mg-invite").click()
    page.wait_for_sound(None, heard=False)
    page.button("Parts").click()
    cell(page, "Bass", "1–2").tap()
    assert cell(page, "Bass", "1–2").get_attribute("aria-pressed") == "true"
    page.button("Lock").tap()
    assert not serious_findings(page, ".mg-player")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
