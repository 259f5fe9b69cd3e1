"""The map in a real browser: what it shows and sends, and how pointers and keys use it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from support.explorer_page import attributes, clusters
from support.visits import Visit, reuse_visits, serious_findings, swipe

POINTS = clusters()
EDGE = 16  # pixels around the map
CANVAS = "document.querySelector('.mg-map-points')"


@pytest.fixture(scope="module")
def visit(explorer, browser) -> Iterator[Callable[..., Visit]]:
    with reuse_visits(explorer, browser, '.mg-map[data-state="ready"]') as open_page:
        yield open_page


def canvas(page: Visit):
    return page.page.locator(".mg-map-points")


def pixels(page: Visit, place) -> tuple[float, float]:
    """Where a place of the whole map is on the screen."""
    box = canvas(page).bounding_box()
    inner = box["width"] - 2 * EDGE
    return box["x"] + EDGE + place[0] * inner, box["y"] + EDGE + place[1] * inner


def wait_for_event(page: Visit, key: str) -> dict:
    """Return the last event once it has this key."""
    page.wait("key => document.querySelector('#event textarea').value.includes(key)", f'"{key}"')
    return json.loads(page.page.locator("#event textarea").input_value())


@contextmanager
def requests_of(page: Visit) -> Iterator[list[str]]:
    """Events that the page sends to the server within."""
    sent: list[str] = []

    def note(request) -> None:
        if "queue/join" in request.url:
            sent.append(request.url)

    page.page.on("request", note)
    yield sent
    page.page.remove_listener("request", note)


def message(page: Visit) -> str:
    return page.page.locator(".mg-map-message").inner_text()


def button(page: Visit, name: str):
    return page.page.get_by_role("button", name=name, exact=True)


def zoom(page: Visit) -> float:
    return float(page.page.locator(".mg-map").get_attribute("data-zoom"))


def colour_at(page: Visit, place) -> list[int]:
    """Of the map's pixel at a place, as it was last painted."""
    left, top = pixels(page, place)
    return page.page.evaluate(
        """async ([left, top]) => {
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            const canvas = document.querySelector('.mg-map-points');
            const box = canvas.getBoundingClientRect();
            const ratio = canvas.width / box.width;
            const at = [left - box.x, top - box.y].map((value) => Math.floor(value * ratio));
            const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
            copy.drawImage(canvas, ...at, 1, 1, 0, 0, 1, 1);
            return [...copy.getImageData(0, 0, 1, 1).data];
        }""",
        [left, top],
    )


def draw(page: Visit, places) -> None:
    """Draw a line with the mouse."""
    page.page.mouse.move(*pixels(page, places[0]))
    page.page.mouse.down()
    for place in places[1:]:
        page.page.mouse.move(*pixels(page, place), steps=4)
    page.page.mouse.up()


# Seeing


def test_points_have_the_colour_of_the_chosen_attribute(visit) -> None:
    page = visit()
    assert page.page.locator(".mg-map").get_attribute("data-points") == "4000"
    low, high = colour_at(page, (0, 0)), colour_at(page, (1, 0))
    assert low[2] > low[0]  # blue
    assert high[0] > 200 > 100 > high[2]  # yellow
    legend = page.page.locator(".mg-map-legend")
    assert legend.inner_text().split() == [
        f"{value:.1f}" for value in np.percentile(1 + 8 * POINTS[:, 0], (2, 98))
    ]
    page.page.get_by_label("Colour shows").select_option("pitch")
    assert colour_at(page, (0, 1))[0] > 200  # its value is the highest
    red, green, blue, _ = colour_at(page, (1, 0))
    assert max(red, green, blue) - min(red, green, blue) < 30  # it has none: grey
    assert "Colours of pitch" in legend.get_attribute("aria-label")


def test_names_from_python_are_text(visit) -> None:
    page = visit()
    page.page.get_by_label("Colour shows").select_option(label="<b>loud</b>")
    canvas(page).press("ArrowRight")
    assert "<b>loud</b>" in message(page)
    page.page.mouse.move(*pixels(page, (0, 0)))
    assert page.page.locator(".mg-map-tip").inner_text().endswith("<b>loud</b> 0.003")
    assert page.page.locator(".mg-map b").count() == 1  # the tip's own


def test_the_point_under_the_mouse_is_named(visit) -> None:
    page = visit()
    page.page.mouse.move(*pixels(page, (0.995, 0)))
    tip = page.page.locator(".mg-map-tip")
    tip.wait_for()
    assert tip.locator("b").inner_text() == "seed 1"
    assert "density" in tip.inner_text()
    box, stage = tip.bounding_box(), canvas(page).bounding_box()
    assert box["x"] + box["width"] <= stage["x"] + stage["width"]
    page.page.mouse.move(5, 5)
    tip.wait_for(state="hidden")


# Hearing


def test_a_press_hears_the_nearest_point_and_marks_it(visit) -> None:
    page = visit()
    before = colour_at(page, (0, 1))
    page.page.mouse.click(*pixels(page, (0.01, 0.985)))
    assert wait_for_event(page, "seed") == {"seed": 2}
    assert message(page).startswith("You are here: seed 2, density 1.")
    page.page.mouse.move(5, 5)
    ring = (8 / (canvas(page).bounding_box()["width"] - 2 * EDGE), 1)
    assert min(colour_at(page, ring)[:3]) > 150
    assert colour_at(page, (0, 1)) != [0, 0, 0, 0] != before


def test_nothing_is_heard_where_there_is_nothing(visit) -> None:
    page = visit()
    empty = (0.95, 0.89)
    assert np.hypot(*(POINTS - empty).T).min() > 0.085, "the test needs an empty place"
    with requests_of(page) as sent:
        page.page.mouse.click(*pixels(page, empty))
        assert message(page) == "There is no point here"
        page.page.mouse.click(*pixels(page, (0, 1)))
        assert wait_for_event(page, "seed") == {"seed": 2}
    assert len(sent) == 1  # of the second press alone


def test_a_line_is_drawn_and_stays(visit) -> None:
    page = visit()
    button(page, "Draw a line").click()
    draw(page, [(0, 0), (0.5, 0.5), (1, 0)])
    event = wait_for_event(page, "points")
    assert event["phrases"] == 8
    points = np.array(event["points"])
    assert 2 <= len(points) <= 200
    assert points[0] == pytest.approx([0, 0], abs=0.01)
    assert points[-1] == pytest.approx([1, 0], abs=0.01)
    assert np.abs(points - [0.5, 0.5]).sum(axis=1).min() < 0.02
    assert message(page) == "You are on a line of 8 phrases"
    assert min(colour_at(page, (0.25, 0.25))[:3]) > 200  # white
    third = (1 / 3, 1 / 3)  # of four dots the second is there, as thick as a dot is
    beside = (third[0] + 0.008, third[1] - 0.008)
    assert min(colour_at(page, beside)[:3]) < 200
    page.page.get_by_label("Phrases on the line").select_option("4")
    page.wait("() => document.querySelector('#event textarea').value.includes('\"phrases\": 4')")
    assert min(colour_at(page, beside)[:3]) > 200
    button(page, "Listen").click()
    assert min(colour_at(page, (0.25, 0.25))[:3]) > 200  # still there


def test_a_long_line_is_sent_as_few_points_inside_the_map(visit) -> None:
    page = visit()
    button(page, "Draw a line").click()
    turn = np.linspace(0, 12 * np.pi, 400)
    spiral = 0.5 + np.column_stack([np.cos(turn), np.sin(turn)]) * (turn[:, None] / 75)
    draw(page, [*spiral, (1.2, 0.5)])
    points = np.array(wait_for_event(page, "points")["points"])
    assert len(points) == 200
    assert points.min() >= 0
    assert points.max() == 1


def test_a_press_is_no_line(visit) -> None:
    page = visit()
    button(page, "Draw a line").click()
    with requests_of(page) as sent:
        page.page.mouse.click(*pixels(page, (0.5, 0.5)))
        assert message(page) == "That is too short: drag to draw a line"
        draw(page, [(0, 0), (1, 0)])
        wait_for_event(page, "points")
    assert len(sent) == 1  # of the line alone


# Moving the map


def test_zoom_and_move(visit) -> None:
    page = visit()
    hand = button(page, "Move the map")
    assert button(page, "Zoom out").get_attribute("aria-disabled") == "true"
    hand.click(force=True)
    assert hand.get_attribute("aria-pressed") == "false"  # all of it is there to see
    button(page, "Zoom in").click()
    assert zoom(page) == 1.5
    corner = pixels(page, (0, 0))
    page.page.mouse.move(*corner)
    page.page.keyboard.down("Control")
    page.page.mouse.wheel(0, -100)
    page.page.keyboard.up("Control")
    page.wait("() => document.querySelector('.mg-map').dataset.zoom > 2")
    assert page.page.evaluate("window.devicePixelRatio") == 1  # the page itself did not zoom
    for how in ("left", "right", "hand"):
        if how == "hand":
            button(page, "Draw a line").click()
            hand.click()
            assert hand.get_attribute("aria-pressed") == "true"
        page.page.mouse.move(*pixels(page, (0.3, 0.3)))
        page.page.mouse.down(button="right" if how == "right" else "left")
        page.page.mouse.move(*pixels(page, (1.1, 1.1)), steps=3)
        page.page.mouse.up(button="right" if how == "right" else "left")
    # It was moved as far as it goes: the first corner is where it is on the whole map.
    assert colour_at(page, (0, 0))[3] > 200
    assert message(page) == ""  # nobody meant to hear
    for _ in range(8):
        button(page, "Zoom out").click(force=True)
    assert zoom(page) == 1
    assert hand.get_attribute("aria-pressed") == "false"


def test_who_drags_does_not_mean_to_hear(visit) -> None:
    page = visit()
    draw(page, [(0.5, 0.3), (0, 0)])  # it ends on a point
    assert message(page) == ""
    page.page.mouse.click(*pixels(page, (0, 0)))
    assert message(page).startswith("You are here: seed 0")


def test_the_wheel_alone_scrolls_the_page(visit) -> None:
    page = visit()
    page.page.mouse.move(*pixels(page, (0.5, 0.5)))
    page.page.mouse.wheel(0, 200)
    page.wait("() => scrollY > 50")
    assert zoom(page) == 1


# Keys


def test_arrows_go_from_point_to_point_and_enter_hears(visit) -> None:
    page = visit()
    page.page.get_by_label("Colour shows").focus()
    page.page.keyboard.press("Tab")
    assert page.page.evaluate(f"document.activeElement === {CANVAS}")
    assert page.page.locator(".mg-map-keys").is_visible()
    page.page.keyboard.press("ArrowRight")
    seen = [message(page)]
    for _ in range(3):
        page.page.keyboard.press("ArrowRight")
        seen.append(message(page))
    numbers = [int(re.fullmatch(r"seed (\d+), density \d\.\d", text)[1]) for text in seen]
    assert (np.diff(POINTS[numbers, 0]) > 0).all()
    page.page.keyboard.press("Shift+ArrowUp")
    up = int(re.search(r"\d+", message(page))[0])
    assert 0.03 < POINTS[numbers[-1], 1] - POINTS[up, 1] < 0.2
    page.page.keyboard.press("Enter")
    assert wait_for_event(page, "seed") == {"seed": up}
    page.page.keyboard.press("+")
    assert zoom(page) == 1.5


def test_a_line_can_be_made_with_keys(visit) -> None:
    page = visit()
    button(page, "Draw a line").click()
    for key in ("ArrowRight", "Enter", "Escape", "ArrowRight", "Enter"):
        canvas(page).press(key)
    assert message(page).endswith("start of the line")
    start = int(re.search(r"\d+", message(page))[0])
    for _ in range(3):
        canvas(page).press("Shift+ArrowLeft")
    canvas(page).press("Enter")
    end = int(re.search(r"\d+", message(page))[0])
    canvas(page).press("Enter")
    assert np.allclose(wait_for_event(page, "points")["points"], POINTS[[start, end]], atol=1e-4)


def test_a_press_leaves_the_space_bar_to_the_player(visit) -> None:
    page = visit()
    button(page, "Listen").focus()
    page.page.mouse.click(*pixels(page, (0, 0)))
    assert page.page.evaluate("document.activeElement === document.body")


# Fingers and everyone


def test_a_swipe_scrolls_where_it_listens_and_draws_where_it_draws(visit) -> None:
    page = visit(width=390, touch=True)
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    swipe(page, pixels(page, (0.5, 0.9)), pixels(page, (0.5, 0.4)))
    assert page.page.evaluate("scrollY") > 50
    assert page.page.locator("#event textarea").input_value() == ""
    page.page.touchscreen.tap(*pixels(page, (0, 1)))
    assert wait_for_event(page, "seed") == {"seed": 2}
    button(page, "Draw a line").tap()
    scrolled = page.page.evaluate("scrollY")
    swipe(page, pixels(page, (0.5, 0.9)), pixels(page, (0.5, 0.4)))
    points = np.array(wait_for_event(page, "points")["points"])
    assert points[-1] == pytest.approx([0.5, 0.4], abs=0.02)
    assert page.page.evaluate("scrollY") == scrolled
    for control in page.page.locator(".mg-map").locator("button:visible, select:visible").all():
        box = control.bounding_box()
        assert box["height"] >= 34, control.get_attribute("class")
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390


# Two fingers, moving apart to twice their distance, on a line through the middle.
PINCH = """(target) => {
    const { left, top, width } = target.getBoundingClientRect();
    const fingers = (half) => ({
        bubbles: true,
        cancelable: true,
        touches: [-half, half].map((x, identifier) => new Touch({
            identifier, target, clientX: left + width / 2 + x, clientY: top + width / 2,
        })),
    });
    target.dispatchEvent(new TouchEvent('touchstart', fingers(25)));
    target.dispatchEvent(new TouchEvent('touchmove', fingers(50)));
    target.dispatchEvent(new TouchEvent('touchend', { touches: [] }));
}"""


def test_a_pinch_zooms(visit) -> None:
    page = visit(width=390, touch=True)
    canvas(page).evaluate(PINCH)
    assert zoom(page) == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (1280, True), (382, False), (382, True)]
)
def test_axe_has_no_serious_finding(visit, width, dark) -> None:
    page = visit(width=width, dark=dark)
    assert page.page.evaluate("document.documentElement.scrollWidth") == width
    box = canvas(page).bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=1) == (355 if width > 400 else 330)
    page.page.mouse.click(*pixels(page, (0, 0)))
    assert serious_findings(page, ".mg-map") == []
    button(page, "Draw a line").click()
    canvas(page).press("ArrowRight")
    assert serious_findings(page, ".mg-map") == []


def test_it_shows_all_attributes(visit) -> None:
    options = visit().page.get_by_label("Colour shows").locator("option").all_inner_texts()
    assert [option.lower() for option in options] == list(attributes(POINTS))
