"""The square in a real browser: its dot, its corners, and what it sends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from support.explorer_page import TITLES
from support.visits import Visit, reuse_visits, serious_findings, swipe

EVENT = "document.querySelector('#event textarea').value"


@pytest.fixture(scope="module")
def visit(explorer, browser) -> Iterator[Callable[..., Visit]]:
    with reuse_visits(explorer, browser, ".mg-square-share") as open_page:
        yield open_page


def pixels(page: Visit, x: float, y: float) -> tuple[float, float]:
    """Where a place of the square is on the screen, which is scrolled to it."""
    room = page.page.locator(".mg-square-area")
    room.scroll_into_view_if_needed()
    box = room.bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def wait_for_event(page: Visit, expected: dict) -> None:
    """Wait for this event, with numbers within a hundredth."""
    page.wait(
        f"""expected => {{
            const came = {EVENT} ? JSON.parse({EVENT}) : {{}};
            return Object.entries(expected).every(([key, value]) => typeof value === 'number'
                ? Math.abs(came[key] - value) < 0.01
                : came[key] === value);
        }}""",
        expected,
    )


def shares(page: Visit) -> str:
    return " ".join(page.page.locator(".mg-square-shares").inner_text().split())


def slider(page: Visit, name: str = "Place from left to right"):
    return page.page.get_by_role("slider", name=name)


def corner(page: Visit, letter: str):
    return page.page.locator(f".mg-square-corner.mg-of-{letter.lower()}")


# The dot


def test_it_begins_in_the_middle(visit) -> None:
    page = visit()
    assert shares(page) == "A 25 % B 25 % C 25 % D 25 %"
    assert slider(page).get_attribute("aria-valuetext") == "A 25 %, B 25 %, C 25 %, D 25 %"


def test_a_press_moves_the_dot_and_hears(visit) -> None:
    page = visit()
    page.page.mouse.click(*pixels(page, 0.25, 0.5))
    wait_for_event(page, {"x": 0.25, "y": 0.5})
    percents = [int(percent) for percent in re.findall(r"(\d+) %", shares(page))]
    assert percents == pytest.approx([37.5, 12.5, 37.5, 12.5], abs=1)
    assert sum(percents) == 100
    dot = page.page.locator(".mg-square-dot").bounding_box()
    middle = dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2
    assert middle == pytest.approx(pixels(page, 0.25, 0.5), abs=1)


def test_the_dot_is_dragged_and_heard_once_when_it_is_let_go(visit) -> None:
    page = visit()
    sent = []
    page.page.on("request", lambda request: sent.append(request.url))
    x, y = pixels(page, 0.5, 0.5)
    page.page.mouse.move(x + 6, y + 6)  # held beside its middle
    page.page.mouse.down()
    dx, dy = pixels(page, 0.8, 0.3)
    page.page.mouse.move(dx + 6, dy + 6, steps=6)
    assert shares(page) == "A 14 % B 56 % C 6 % D 24 %"
    assert not [url for url in sent if "queue/join" in url]
    page.page.mouse.up()
    wait_for_event(page, {"x": 0.8, "y": 0.3})
    slider(page).press("End")
    slider(page).press("Enter")
    wait_for_event(page, {"x": 1, "y": 0.3})
    assert len([url for url in sent if "queue/join" in url]) == 2


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_a_pointer_near_a_corner_means_the_corner(visit, x, y) -> None:
    page = visit()
    page.page.mouse.click(*pixels(page, abs(x - 0.035), abs(y - 0.035)))
    wait_for_event(page, {"x": x, "y": y})
    assert json.loads(page.page.locator("#event textarea").input_value()) == {"x": x, "y": y}
    assert f"{'ABCD'[2 * y + x]} 100 %" in shares(page)
    page.page.mouse.click(*pixels(page, abs(x - 0.06), abs(y - 0.03)))
    wait_for_event(page, {"x": abs(x - 0.06), "y": abs(y - 0.03)})


def test_keys_move_the_dot_and_enter_hears(visit) -> None:
    page = visit()
    slider(page).press("ArrowRight")
    slider(page).press("ArrowUp")
    slider(page).press("Shift+ArrowUp")
    square = page.page.locator(".mg-square")
    assert (square.get_attribute("data-x"), square.get_attribute("data-y")) == ("0.55", "0.44")
    assert slider(page).get_attribute("aria-valuetext") == "A 25 %, B 31 %, C 20 %, D 24 %"
    assert page.page.locator(".mg-square-keys").is_visible()
    assert page.page.evaluate(EVENT) == ""
    slider(page).press("Enter")
    wait_for_event(page, {"x": 0.55, "y": 0.44})
    slider(page, "Place from top to bottom").press("End")
    slider(page).press("Home")
    assert "C 100 %" in shares(page)
    slider(page).press("Shift+ArrowRight")  # a corner does not hold it
    page.page.get_by_role("button", name="Play this mix").click()
    wait_for_event(page, {"x": 0.01, "y": 1})


def test_a_press_leaves_the_space_bar_to_the_player(visit) -> None:
    page = visit()
    slider(page).focus()
    page.page.mouse.click(*pixels(page, 0.3, 0.3))
    assert page.page.evaluate("document.activeElement === document.body")


# Corners


def test_corners_have_their_titles_as_text(visit) -> None:
    page = visit()
    for letter, title in zip("ABCD", TITLES, strict=True):
        assert corner(page, letter).get_attribute("aria-label") == f"Corner {letter}: {title}"
        assert corner(page, letter).locator("span").inner_text() == title


@pytest.mark.parametrize(
    ("letter", "choice", "source"),
    [("A", "Set to the piece now playing", "playing"), ("D", "Draw a new one", "seed")],
)
def test_a_corner_gets_another_piece(visit, letter, choice, source) -> None:
    page = visit()
    page.page.mouse.click(*pixels(page, 0.2, 0.7))
    corner(page, letter).click()
    assert corner(page, letter).get_attribute("aria-expanded") == "true"
    menu = page.page.get_by_role("group", name=f"Corner {letter}")
    menu.get_by_role("button", name=choice).click()
    wait_for_event(page, {"index": "ABCD".index(letter), "from": source})
    assert menu.is_hidden()
    page.wait(
        "letter => document.querySelector(`.mg-of-${letter} span`).textContent === '<b>New</b>'",
        letter.lower(),
    )
    assert page.page.locator(".mg-square").get_attribute("data-x") == "0.2"  # it stays there


def test_the_choice_opens_and_closes_by_key_and_by_pointer(visit) -> None:
    page = visit()
    menu = page.page.locator(".mg-square-menu")
    corner(page, "B").press("Enter")
    assert page.page.evaluate("document.activeElement.dataset.from") == "playing"
    page.page.keyboard.press("Escape")
    assert menu.is_hidden()
    assert page.page.evaluate("document.activeElement.textContent").startswith("B")
    corner(page, "C").click()
    assert menu.is_visible()
    corner(page, "C").click()
    assert menu.is_hidden()
    corner(page, "C").click()
    page.page.mouse.click(5, 5)
    assert menu.is_hidden()


# Fingers and everyone


def test_a_finger_drags_the_dot_and_scrolls_beside_it(visit) -> None:
    page = visit(width=390, touch=True)
    swipe(page, pixels(page, 0.5, 0.5), pixels(page, 0.5, 0.2))
    wait_for_event(page, {"x": 0.5, "y": 0.2})
    places = pixels(page, 0.2, 0.5), pixels(page, 0.2, 0.9)  # which brings them into view
    before = page.page.evaluate("scrollY")
    swipe(page, *places)
    page.page.wait_for_function("before => scrollY < before - 30", arg=before)
    swipe(page, pixels(page, 0.1, 0.5), pixels(page, 0.9, 0.5))
    assert page.page.locator(".mg-square").get_attribute("data-y") == "0.2"
    wait_for_event(page, {"x": 0.5, "y": 0.2})
    page.page.touchscreen.tap(*pixels(page, 0.2, 0.5))
    wait_for_event(page, {"x": 0.2, "y": 0.5})
    corner(page, "D").tap()
    page.page.get_by_role("button", name="Draw a new one").tap()
    wait_for_event(page, {"index": 3, "from": "seed"})


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (1280, True), (382, False), (382, True)]
)
def test_axe_has_no_serious_finding(visit, width, dark) -> None:
    page = visit(width=width, dark=dark)
    assert page.page.evaluate("document.documentElement.scrollWidth") == width
    box = page.page.locator(".mg-square-pad").bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=1) == (355 if width > 400 else 330)
    corner(page, "B").click()
    assert serious_findings(page, ".mg-square") == []
    menu = page.page.locator(".mg-square-menu").bounding_box()
    assert menu["x"] >= box["x"]
    assert menu["x"] + menu["width"] <= box["x"] + box["width"]
