"""The page's own sound where it is hard to make: slow devices, long pieces, other tabs."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.examples import band
from support.visits import MIXER, Visit

from musegen.midi.tags import TAG
from musegen.recipe.codec import write_recipe
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import Recipe

pytestmark = pytest.mark.timeout(900)  # a busy machine plays without gaps only now and then
PATIENCE = 150_000  # ms
# Whether so many seconds of music were played without a gap. They are counted by the mixer, and
# anew after each gap: a machine that keeps up has as many at some time.
IS_STEADY = """seconds => {
    const { mixer } = document.querySelector('.mg-player');
    const { gaps, position, playing, sound } = mixer;
    const { since } = window;
    const goesOn = since && since.gaps === gaps && since.position <= position;
    if (!goesOn || !playing || !sound?.score) window.since = { gaps, position };
    return position - window.since.position > seconds * 44100;
}"""
# FluidSynth takes four times as long.
SLOW = """
const { render } = Playback.prototype;
Playback.prototype.render = function (...blocks) {
    const start = performance.now();
    const sound = render.apply(this, blocks);
    const end = performance.now() + 3 * (performance.now() - start);
    while (performance.now() < end);
    return sound;
};
"""


def play_example(page: Visit) -> None:
    page.player.get_by_role("button", name="Draw a piece").click()
    page.wait(f"{MIXER}.playing")
    page.button("Repeat the piece").click()


def play_steadily(page: Visit, seconds: float) -> None:
    page.page.evaluate("window.since = null")
    page.page.wait_for_function(IS_STEADY, arg=seconds, timeout=PATIENCE)


def test_a_phone_with_a_quarter_of_the_speed_plays_without_gaps(visit) -> None:
    def slow_down(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + SLOW)

    page = visit()
    page.page.route("**/synth/playback.js", slow_down)
    # The browser slows the page alone down, and not its workers.
    session = page.page.context.new_cdp_session(page.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.page.reload()
    page.page.wait_for_selector(".mg-panel .head")
    play_example(page)
    play_steadily(page, 8)


def test_a_long_piece_of_five_parts_plays_from_anywhere_to_its_end(visit, tmp_path: Path) -> None:
    piece = band(bars=160)
    recipe = Recipe(source=notes_from_piece(piece, "Long"))
    piece.write_midi(tmp_path / "long.mid", TAG + write_recipe(recipe))
    page = visit()
    page.tab("Remix")
    with page.new_piece():
        page.page.locator(".mg-drop input[type=file]").last.set_input_files(tmp_path / "long.mid")
    assert int(page.data("notes")) == len(piece.notes)
    assert len(piece.parts) == 5
    page.wait(f"{MIXER}.playing")
    for phrase in (1, 40):
        page.phrase(phrase).dispatch_event("click")  # the row moves while it plays
        play_steadily(page, 3)
    page.phrase(80).dispatch_event("click")
    page.wait(f"!{MIXER}.playing && {MIXER}.position === {MIXER}.length")
    assert page.button("Play").is_visible()


def test_two_tabs_play_at_the_same_time(visit) -> None:
    first = visit()
    tabs = first, first.another_tab()
    for tab in tabs:
        play_example(tab)
    for tab in tabs:
        play_steadily(tab, 4)
