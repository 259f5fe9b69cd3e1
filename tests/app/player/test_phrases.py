"""The page in a real browser: work on a piece's phrases."""

from __future__ import annotations

import pytest
from support.visits import changed_phrases, phrase_of


@pytest.fixture
def piece(page):
    """Eight bars, drawn anew: nothing is chosen, locked or changed."""
    page.draw(5)
    return page.piece()


def test_redraw_changes_the_chosen_phrase_alone(page, piece) -> None:
    page.phrase(3).click()
    with page.change(heard=True):
        page.button("Redraw").click()
    assert changed_phrases(piece, page.piece()) == [3]
    assert "redrawn" in page.text("details")
    assert page.phrase(3).get_attribute("aria-pressed") == "true"


def test_the_music_plays_on_while_a_phrase_is_redrawn(page, piece) -> None:
    page.wait_for_sound(None)
    page.phrase(2).click()
    assert page.mixer("playing")
    page.page.evaluate(
        """() => {
            const { mixer } = document.querySelector('.mg-player');
            window.still = 0;
            window.watcher = setInterval(() => { if (!mixer.playing) window.still += 1; }, 10);
        }"""
    )
    with page.change(heard=True):
        page.button("Redraw").click()
    assert page.page.evaluate("(clearInterval(window.watcher), window.still)") == 0
    assert 5 - 0.1 <= page.seconds < 10  # from the phrase on; two bars last 5 s


def test_vary_changes_the_chosen_phrase_alone(page, piece) -> None:
    page.phrase(2).click()
    with page.change():
        page.button("Vary").click()
    assert changed_phrases(piece, page.piece()) == [2]


def test_the_slider_sets_how_far_vary_goes(page, piece) -> None:
    def same(percent: int) -> float:
        """Share of the notes that stay."""
        page.draw(5)
        page.player.get_by_role("slider", name="How far").fill(str(percent))
        with page.change():
            page.button("Vary").click()
        after = page.piece()
        kept = [len(set(phrase_of(piece, i)) & set(phrase_of(after, i))) for i in range(1, 5)]
        return sum(kept) / len(piece.notes)

    near, far = same(5), same(100)
    page.player.get_by_role("slider", name="How far").fill("20")
    assert near > 2 * far


def test_locked_phrases_stay_when_the_rest_is_redrawn(page, piece) -> None:
    page.phrase(1).click()
    page.button("Lock").click()
    with page.change():
        page.button("Redraw the rest").click()
    assert changed_phrases(piece, page.piece()) == [2, 3, 4]


def test_a_phrase_is_copied_to_another_place(page, piece) -> None:
    page.phrase(2).click()
    page.button("Copy to…").click()
    with page.change():
        page.phrase(4).click()
    after = page.piece()
    assert changed_phrases(piece, after) == [4]
    assert phrase_of(after, 4) == phrase_of(piece, 2)


def test_continue_adds_eight_bars(page, piece) -> None:
    with page.change():
        page.button("Continue").click()
    assert "16 bars" in page.text("details")
    assert page.player.locator(".mg-phrase").count() == 8
    after = page.piece()
    assert changed_phrases(piece, after)[0] == 5
    assert len(phrase_of(after, 8)) > 0


def test_undo_and_redo_give_the_same_notes(page, piece) -> None:
    page.phrase(1).click()
    pieces = [piece]
    for name in ("Redraw", "Vary"):
        with page.change():
            page.button(name).click()
        pieces.append(page.piece())
    assert changed_phrases(pieces[0], pieces[1]) == changed_phrases(pieces[1], pieces[2]) == [1]
    for i in (1, 0):
        with page.change():
            page.button("Undo").click()
        assert page.piece() == pieces[i]
    assert page.phrase(1).get_attribute("aria-pressed") == "true"
    with page.change():
        page.button("Redo").click()
    assert page.piece() == pieces[1]
    with page.change(heard=True):
        page.page.keyboard.press("Control+z")
    assert page.piece() == piece
    assert page.mixer("length") / 44100 == pytest.approx(20, abs=4.1)


def test_undo_goes_back_to_the_piece_before(page, piece) -> None:
    page.draw(6)
    assert page.text("title") == "Seed 6"
    with page.new_piece(heard=False):
        page.button("Undo").click()
    assert page.text("title") == "Seed 5"
    assert page.piece() == piece
