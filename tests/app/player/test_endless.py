"""Music that goes on, in the page in a real browser. Its timing is tested in tests/js."""

from __future__ import annotations

from support.visits import MIXER, changed_phrases, phrase_of

LONGER = "bars => document.querySelectorAll('.mg-phrase').length > bars"
PAST = "seconds => document.querySelector('.mg-player').mixer.position > seconds * 44100"


def test_the_music_goes_on_follows_the_controls_and_is_kept(page, tmp_path) -> None:
    page.open_sections()
    page.draw(5, bars=4, heard=True)
    page.wait(f"{MIXER}.sound?.score")  # and not what the server plays until then
    with page.change(heard=True):
        page.set_slider("Tempo", "220")
    before, version = page.piece(), page.data("version")

    page.button("Endless").click()
    page.wait(PAST, before.seconds + 1)  # it has played on into what was drawn
    assert page.data("endless") == "true"
    assert page.button("Redraw").get_attribute("aria-disabled") == "true"
    page.set_slider("Density", "2")
    page.pick("Band", "Chamber")
    page.wait(LONGER, 10)  # than with the first phrases that were drawn
    assert page.data("version") == version  # the controls change what is to come

    with page.change(heard=True):
        page.button("Endless").click()
    assert page.data("endless") == "false"
    assert page.text("title").startswith("Endless, from")
    after = page.piece()
    assert len(after) > 10
    assert phrase_of(after, 1) == phrase_of(before, 1)
    assert page.field("Band").input_value() == "Chamber"
    assert page.slider("Density").input_value() == "0"
    with page.change():
        page.button("Undo").click()
    assert changed_phrases(before, page.piece()) == []
