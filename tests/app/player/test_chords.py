"""The page in a real browser: chords are asked for, and changed in their lane."""

from __future__ import annotations

import math
import re
from urllib.parse import parse_qs

import pytest
from support.visits import changed_phrases, serious_findings

from musegen.music.harmony import Chords
from musegen.recipe.codec import read_recipe

NAME = "Chord"
FIELD = "#chords :is(input, textarea)"


def ask(page, chords: str) -> None:
    """Write chords into the field of the tab Random."""
    page.tab("Random")
    fold = page.page.get_by_role("button", name=re.compile("^Chords and style"))
    if "open" not in fold.get_attribute("class").split():
        fold.click()
    page.page.locator(FIELD).fill(chords)


def show_all(form) -> None:
    """Unfold the chords as text, if they are folded."""
    if form.locator("details").get_attribute("open") is None:
        form.get_by_text("All chords as text").click()


def editor(page, chord: int = 0):
    """Open the editor of a chord."""
    page.player.locator(".mg-chord[data-shown=true]").nth(chord).click()
    return page.player.get_by_role("form", name="Change the chords")


def query(page) -> dict[str, list[str]]:
    """Return the parameters of the piece's link."""
    return parse_qs(page.page.evaluate("location.search.slice(1)"))


@pytest.fixture
def piece(page):
    """Eight bars without chords that are asked for."""
    ask(page, "")
    page.draw(5)
    return page.piece()


def test_chords_that_are_typed_are_part_of_the_link(page) -> None:
    ask(page, "| C G | Am F |")
    page.draw(3, bars=4)
    assert "&chords=%7C+C+G+%7C+Am+F+%7C" in page.page.evaluate("location.search")


def test_a_progression_is_chosen_by_its_name(page) -> None:
    ask(page, "")
    page.pick("Or a progression", "Pop: I V vi IV")
    page.wait(f"document.querySelector('{FIELD}').value === '| I | V | vi | IV |'")


def test_what_is_no_chord_is_named_with_its_place(page, piece) -> None:
    before = page.data("id")
    ask(page, "| C G | Am Banana |")
    page.page.locator("#draw").click()
    assert "Bar 2, beat 3: 'Banana' is no chord" in page.toast("Banana")
    assert page.data("id") == before


def test_chords_that_are_locked_are_those_of_what_is_drawn_anew(page, piece) -> None:
    form = editor(page)
    form.get_by_role("button", name="Lock the chords").click()
    assert page.player.locator(".mg-chord-row[data-locked=true]").is_visible()
    with page.change():
        page.button("Redraw the rest").click()
    redrawn = read_recipe(query(page)["piece"][0])
    assert redrawn.edits[-1].chords == piece.chords.text()
    page.draw(6)
    assert Chords.from_text(query(page)["chords"][0]) == piece.chords
    assert page.player.locator(".mg-chord-row[data-locked=true]").is_visible()
    editor(page).get_by_role("button", name="Lock the chords").click()
    page.draw(6)
    assert "chords" not in query(page)


def test_one_chord_is_changed_and_the_rest_stays(page, piece) -> None:
    second = page.player.locator(".mg-chord").nth(1)
    end = float(second.evaluate("chord => parseFloat(chord.style.left)"))  # percent of 4 phrases
    phrases = list(range(1, math.ceil(end / 25) + 1))
    form = editor(page)
    with page.change(heard=True):
        form.get_by_label(NAME, exact=True).fill("F#m")
        page.page.keyboard.press("Enter")
    after = page.piece()
    assert changed_phrases(piece, after) == phrases
    assert after.only(["drums"]) == piece.only(["drums"])
    assert not form.is_visible()
    with page.change():
        page.button("Undo").click()
    assert page.piece() == piece


def test_the_tune_is_kept_under_other_chords(page, piece) -> None:
    form = editor(page)
    form.get_by_label("Keep the tune").check()
    with page.change():
        form.get_by_role("group", name="Chords of the key").get_by_role("button").last.click()
    assert page.piece().only(["lead"]) == piece.only(["lead"])
    assert page.piece() != piece


def test_a_wrong_chord_changes_nothing_and_the_editor_stays(page, piece) -> None:
    form = editor(page)
    form.get_by_label(NAME, exact=True).fill("Xm")
    form.get_by_role("button", name="Play this chord").click()
    assert "Bar 1, beat 1: 'Xm' is no chord" in page.toast("'Xm'")
    assert form.is_visible()
    assert page.piece() == piece


def test_all_chords_are_written_as_one_line(page, piece) -> None:
    form = editor(page)
    show_all(form)
    bars = form.get_by_role("textbox", name="All chords")
    assert bars.input_value().count("|") >= 9
    bars.fill("| C#dim |")
    with page.change():
        form.get_by_role("button", name="Play these chords").click()
    assert changed_phrases(piece, page.piece()) == [1, 2, 3, 4]


def test_a_new_piece_is_drawn_over_the_chords(page, piece) -> None:
    form = editor(page)
    show_all(form)
    with page.new_piece(heard=False):
        form.locator("[data-chords=over]").click()
    assert "chords=" in page.page.evaluate("location.search")
    with page.new_piece(heard=False):
        page.button("Undo").click()
    assert page.piece() == piece


def test_keys_reach_every_chord(page, piece) -> None:
    chords = page.player.locator(".mg-chord")
    chords.first.focus()
    page.page.keyboard.press("ArrowRight")
    page.wait("document.activeElement === document.querySelectorAll('.mg-chord')[1]")
    page.page.keyboard.press("Enter")
    form = page.player.get_by_role("form", name="Change the chords")
    bar = chords.nth(1).text_content().split(":")[0]
    assert form.locator(".mg-chord-place").inner_text().startswith(f"{bar}, beat ")
    page.page.keyboard.press("Escape")
    assert not form.is_visible()
    page.wait("document.activeElement === document.querySelectorAll('.mg-chord')[1]")


@pytest.mark.parametrize("dark", [False, True])
def test_the_editor_fits_on_a_phone_and_can_be_used_by_all(visit, dark) -> None:
    page = visit(width=390, dark=dark, touch=True)
    page.page.locator(".mg-invite").click()
    page.wait_for_sound(None, heard=False)
    form = editor(page)
    show_all(form)
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    assert serious_findings(page, ".mg-chord-editor") == []
    assert serious_findings(page, ".mg-chord-row") == []
