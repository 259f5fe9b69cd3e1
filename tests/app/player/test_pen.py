"""Notes are edited on the roll, in a real browser."""

from __future__ import annotations

import pytest
from support.visits import MIXER, Visit, serious_findings

TOP_ROW = 36  # pixels below the roll's top: the highest row, which has no notes


@pytest.fixture(scope="module")
def pen(page) -> Visit:
    """The page with a piece that is paused at its start, and the pen."""
    page.draw(5, bars=4)
    page.page.evaluate(f"{MIXER}.pause()")
    page.button("Edit notes").click()
    page.player.locator(".mg-scroll").press("Home")
    return page


def count(page: Visit) -> int:
    return int(page.data("notes"))


def press(page: Visit, key: str) -> None:
    with page.change():
        page.player.locator(".mg-scroll").press(key)


def test_a_note_is_added_moved_and_deleted_and_all_of_it_is_undone(pen) -> None:
    before = count(pen)
    box = pen.player.locator(".mg-scroll").bounding_box()
    with pen.change():
        pen.page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + TOP_ROW)
    assert count(pen) == before + 1
    name = pen.text("pen-said")
    press(pen, "ArrowUp")
    assert count(pen) == before + 1
    assert pen.text("pen-said") != name
    press(pen, "Delete")
    assert count(pen) == before
    for _ in range(3):
        with pen.change():
            pen.button("Undo").click()
    assert count(pen) == before


def test_without_the_pen_a_press_moves_the_playing_position(pen) -> None:
    pen.button("Edit notes").click()
    version = pen.data("version")
    pen.player.locator(".mg-scroll").click(position={"x": 150, "y": TOP_ROW})
    pen.wait(f"{MIXER}.position > 0")
    assert pen.data("version") == version
    pen.button("Edit notes").click()


def test_the_pen_has_no_serious_findings(pen) -> None:
    assert serious_findings(pen, ".mg-pen") == []
