"""The page in a real browser: chords are asked for."""

from __future__ import annotations

import re

FIELD = "#chords :is(input, textarea)"


def ask(page, chords: str) -> None:
    """Write chords into the field of the tab Random."""
    page.tab("Random")
    fold = page.page.get_by_role("button", name=re.compile("^Chords and style"))
    if "open" not in fold.get_attribute("class").split():
        fold.click()
    page.page.locator(FIELD).fill(chords)


def test_chords_that_are_typed_are_part_of_the_link(page) -> None:
    ask(page, "| C G | Am F |")
    page.draw(3, bars=4)
    assert "&chords=%7C+C+G+%7C+Am+F+%7C" in page.page.evaluate("location.search")


def test_a_progression_is_chosen_by_its_name(page) -> None:
    ask(page, "")
    page.pick("Or a progression", "Pop: I V vi IV")
    page.wait(f"document.querySelector('{FIELD}').value === '| I | V | vi | IV |'")
