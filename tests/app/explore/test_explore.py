"""The page in a real browser: the map, and the square between four pieces."""

from __future__ import annotations

import re

import pytest
from support.visits import Visit, phrase_of

from musegen.music import Piece


@pytest.fixture
def map_box(page) -> dict[str, float]:
    show(page, "Map")
    page.page.wait_for_selector('.mg-map[data-state="ready"]')
    canvas = page.page.locator(".mg-map-points")
    canvas.scroll_into_view_if_needed()
    return canvas.bounding_box()


@pytest.fixture
def square_box(page) -> dict[str, float]:
    show(page, "Square")
    room = page.page.locator(".mg-square-area")
    page.page.locator(".mg-square-pad").scroll_into_view_if_needed()
    return room.bounding_box()


def show(page: Visit, tab: str) -> None:
    page.tab("Explore")
    page.tab(tab)


def at(box: dict[str, float], x: float, y: float) -> tuple[float, float]:
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def corner(page: Visit, letter: str):
    return page.page.locator(f".mg-square-corner.mg-of-{letter.lower()}")


def phrases(piece: Piece, number: int) -> list:
    return [phrase_of(piece, i) for i in range(1, number + 1)]


def test_a_place_of_the_map_is_heard(page, map_box) -> None:
    with page.new_piece(heard=True):
        page.page.mouse.click(*at(map_box, 0.5, 0.5))
    place = re.fullmatch(r"Place (\d+)", page.text("title"))[1]
    assert (
        page.page.locator(".mg-map-message")
        .inner_text()
        .startswith(f"You are here: seed {place}, harmony ")
    )
    assert page.text("details").startswith("4 bars")
    once = page.piece()
    assert phrase_of(once, 1) == phrase_of(once, 2) != []


def test_two_places_are_two_phrases(page, map_box) -> None:
    titles = []
    for x in (0.3, 0.7):
        with page.new_piece(heard=False):
            page.page.mouse.click(*at(map_box, x, 0.45))
        titles.append(page.text("title"))
    assert titles[0] != titles[1]


def test_a_line_over_the_map_is_a_piece(page, map_box) -> None:
    page.page.get_by_role("button", name="Draw a line").click()
    page.page.get_by_label("Phrases on the line").select_option("4")
    page.page.mouse.move(*at(map_box, 0.3, 0.3))
    page.page.mouse.down()
    page.page.mouse.move(*at(map_box, 0.7, 0.6), steps=6)
    with page.new_piece(heard=False):
        page.page.mouse.up()
    assert page.text("title") == "A line on the map"
    assert page.text("details").startswith("8 bars")
    line = page.piece()
    assert len({str(phrase) for phrase in phrases(line, 4)}) > 1
    with page.new_piece(heard=False):
        page.page.get_by_label("Phrases on the line").select_option("8")
    assert page.text("details").startswith("16 bars")
    page.page.get_by_role("button", name="Listen").click()


def test_a_place_of_the_square_is_a_mixture(page, square_box) -> None:
    with page.new_piece(heard=False):
        page.page.mouse.click(*at(square_box, 0.25, 0.5))
    assert page.text("title") == "Blend of four"
    assert page.text("details").startswith("8 bars")
    assert int(page.data("notes")) > 0


def test_a_corner_is_exactly_its_piece(page, square_box) -> None:
    x, y = at(square_box, 0.4, 0.6)
    with page.new_piece(heard=False):
        page.page.mouse.click(x, y)
    mixture = page.piece()
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(*at(square_box, 0.01, 0.01), steps=6)
    with page.new_piece(heard=False):
        page.page.mouse.up()
    blend = page.piece()
    page.tab("Random")
    with page.new_piece(heard=False):
        page.page.get_by_role("button", name="Morning", exact=True).click()
    morning = page.piece()
    assert phrases(blend, 4) == phrases(morning, 4) != phrases(mixture, 4)
    assert blend.tempo == pytest.approx(morning.tempo)


def test_a_corner_is_set_to_what_plays(page, square_box) -> None:
    page.draw(5)
    piece = page.piece()
    show(page, "Square")
    corner(page, "D").click()
    page.page.get_by_role("button", name="Set to the piece now playing").click()
    page.wait("document.querySelector('.mg-square-corner.mg-of-d').title === 'Seed 5'")
    with page.new_piece(heard=False):
        page.page.mouse.click(*at(square_box, 0.99, 0.99))
    assert phrases(page.piece(), 4) == phrases(piece, 4)


def test_a_corner_gets_a_new_seed(page, square_box) -> None:
    before = corner(page, "B").get_attribute("title")
    corner(page, "B").click()
    page.page.get_by_role("button", name="Draw a new one").click()
    page.wait(
        "before => document.querySelector('.mg-square-corner.mg-of-b').title !== before", before
    )
    assert re.fullmatch(r"Seed \d+", corner(page, "B").get_attribute("title"))
    with page.new_piece(heard=False):
        page.page.mouse.click(*at(square_box, 0.99, 0.01))
    assert int(page.data("notes")) > 0


def test_a_corner_cannot_be_set_to_what_plays_before_anything_plays(visit) -> None:
    page = visit()
    show(page, "Square")
    corner(page, "A").click()
    page.page.get_by_role("button", name="Set to the piece now playing").click()
    assert page.toast("Nothing plays yet: draw a piece first")
