"""The page in a real browser: morph one piece into another."""

from __future__ import annotations

import re

import pytest
from support.visits import Visit, phrase_of

from musegen.music import Piece


@pytest.fixture(autouse=True)
def few_steps(page) -> None:
    page.tab("Interpolate")
    for name, value in (("Steps from A to B", "3"), ("Bars in each step", "2")):
        page.set_slider(name, value)
    if page.field("Curve").input_value() != "Even":
        page.pick("Curve", "Even")


def sections(page: Visit) -> list[str]:
    """What the phrases' cells say of the sections, once for each."""
    labels = [cell.inner_text().split("\n") for cell in page.player.locator(".mg-phrase").all()]
    return list(dict.fromkeys(label[-1] for label in labels))


def first(piece: Piece) -> list:
    return phrase_of(piece, 1)


def last(piece: Piece) -> list:
    return phrase_of(piece, 3)


def test_from_one_seed_to_another(page) -> None:
    for name, seed in (("A", "5"), ("B", "6")):
        page.pick(f"{name} is", "A seed")
        page.fill(page.field(f"Seed of {name}"), seed)
    for lock in page.page.get_by_role("checkbox", name="Lock").locator("visible=true").all():
        lock.check()
    page.press("morph")
    assert page.text("title") == "Seed 5 → seed 6"
    assert "6 bars" in page.text("details")
    assert "3 steps" in page.text("details")
    assert page.mixer("length") / 44100 >= 15
    assert sections(page) == ["A", "50%", "B"]


def test_seeds_that_are_not_locked_are_new(page) -> None:
    for name in "AB":
        page.pick(f"{name} is", "A seed")
    for lock in page.page.get_by_role("checkbox", name="Lock").locator("visible=true").all():
        lock.uncheck()
    titles = []
    for _ in range(2):
        with page.new_piece(heard=False):
            page.page.locator("#morph").click()
        titles.append(page.text("title"))
        seeds = [page.page.get_by_label(f"Seed of {name}").input_value() for name in "AB"]
        assert titles[-1] == f"Seed {seeds[0]} → seed {seeds[1]}"
    assert titles[0] != titles[1]


def test_from_what_plays_to_an_example(page) -> None:
    with page.new_piece(heard=False):
        page.tab("Random")
        page.page.get_by_role("button", name="Neon", exact=True).click()
    b = page.piece()
    page.draw(5, bars=2)
    a = page.piece()
    page.tab("Interpolate")
    page.pick("A is", "What plays now")
    page.page.get_by_label("Kept").locator("visible=true").wait_for()
    assert page.page.get_by_label("Kept").locator("visible=true").input_value() == "Seed 5"
    page.pick("B is", "Neon")
    with page.new_piece(heard=False):
        page.page.locator("#morph").click()
    assert re.fullmatch("Seed 5 → (Neon|seed 9)", page.text("title"))
    morph = page.piece()
    assert first(morph) == first(a)
    assert last(morph) == first(b)
    assert phrase_of(morph, 2) not in (first(a), first(b))


def test_to_a_file_of_ones_own(page, own_midi) -> None:
    page.draw(5, bars=2)
    a = page.piece()
    page.tab("Interpolate")
    page.pick("A is", "What plays now")
    page.pick("B is", "A file of mine")
    page.page.locator("input[type=file]:visible, .mg-end input[type=file]").last.set_input_files(
        own_midi
    )
    page.page.get_by_text("my song").first.wait_for()
    with page.new_piece(heard=False):
        page.page.locator("#morph").click()
    assert page.text("title") == "Seed 5 → my song"
    morph = page.piece()
    assert first(morph) == first(a)
    lead = [(4 * i, 0, 67 + 2 * (i % 4), 90) for i in range(8)]
    bass = [(16 * i, 3, 43, 80) for i in range(2)]
    assert last(morph) == sorted([*lead, *bass])


def test_the_harmony_of_one_and_the_texture_of_the_other(page) -> None:
    for name, seed in (("A", "5"), ("B", "8")):
        page.pick(f"{name} is", "A seed")
        page.fill(page.field(f"Seed of {name}"), seed)
    page.page.get_by_role("button", name="Harmony of one, texture of the other").click()
    page.press("mix")
    assert page.text("title") == "Seed 5, played like seed 8"
    assert "harmony 0% B" in page.text("details")
    swapped = page.piece()
    page.set_slider("Harmony and tune of B", "0.5")
    page.press("mix")
    assert page.text("title") == "Seed 5 mixed with seed 8"
    assert page.piece() != swapped
    page.page.locator("#mix-square").click()
    page.page.locator(".mg-square-corner", has_text="Seed 8, played like seed 5").wait_for()
    page.page.get_by_role("slider", name="Place from left to right").press("Home")
    with page.new_piece(heard=False):
        page.page.get_by_role("slider", name="Place from left to right").press("Enter")
    assert "harmony 0% B" in page.text("details")
    assert "texture 50% B" in page.text("details")


def test_the_curve_and_the_steps_are_seen(page) -> None:
    for name in "AB":
        page.pick(f"{name} is", "A seed")
    page.set_slider("Steps from A to B", "5")
    page.set_slider("Bars in each step", "2")
    seen = {}
    for curve in ("Even", "Late"):
        page.pick("Curve", curve)
        with page.new_piece(heard=False):
            page.page.locator("#morph").click()
        seen[curve] = sections(page)
    assert seen["Even"] == ["A", "25%", "50%", "75%", "B"]
    assert (seen["Late"][0], seen["Late"][-1]) == ("A", "B")
    assert len(seen["Late"]) == 5
    assert int(seen["Late"][2].rstrip("%")) < 50


def test_the_colours_go_from_a_to_b(page) -> None:
    for name in "AB":
        page.pick(f"{name} is", "A seed")
    with page.new_piece(heard=False):
        page.page.locator("#morph").click()
    page.wait(
        "document.querySelector('.mg-player').dataset.notes === "
        "document.querySelector('.mg-roll').dataset.drawn"
    )
    left, right = page.player.locator(".mg-roll").evaluate(
        """canvas => {
            const ratio = canvas.width / canvas.clientWidth;
            const strip = canvas.getContext('2d').getImageData(0, 29 * ratio, canvas.width, 1).data;
            return [110, canvas.clientWidth - 60].map((x) => {
                const first = 4 * Math.round(x * ratio);
                return [...strip.slice(first, first + 3)];
            });
        }"""
    )
    assert left == [255, 138, 101]  # A
    assert right == [110, 168, 254]  # B


def test_a_step_becomes_the_piece(page) -> None:
    for name in "AB":
        page.pick(f"{name} is", "A seed")
    with page.new_piece(heard=False):
        page.page.locator("#morph").click()
    morph = page.piece()
    page.phrase(2).click()
    with page.change():
        page.button("Make this step the piece").click()
    assert page.text("details").startswith("2 bars")
    assert first(page.piece()) == phrase_of(morph, 2)
    with page.change():
        page.button("Undo").click()
    assert page.text("details").startswith("6 bars")
