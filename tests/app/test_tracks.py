"""The table of a file's tracks: by itself, and on the page with what it changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.explorer_page import MARKUP
from support.midi_files import Voice, midi_file, scale, triads
from support.recordings import recording, steady, tune
from support.visits import Visit, changed_phrases, reuse_visits, serious_findings

from musegen.midi.tags import TAG
from musegen.reading import read_midi
from musegen.recipe.codec import write_recipe
from musegen.recipe.schema import Random, Recipe

BEAT = [(36, 0, 0.5), (38, 1, 1.5), (36, 2, 2.5), (38, 3, 3.5), (73, 3, 3.5)]


def song(folder: Path) -> Path:
    """Four bars of a singer, a guitar, a bass and a kit with a guiro."""
    beat = [(pitch, 4 * bar + on, 4 * bar + off) for bar in range(4) for pitch, on, off in BEAT]
    return midi_file(
        folder / "song.mid",
        Voice(scale(72, 16), MARKUP, 53, 1),
        Voice(triads(60, 4), "", 24, 2),
        Voice(scale(36, 16), "Bass", 33, 3),
        Voice(beat, "", 0, 10),
    )


# The component by itself

EVENT = "document.querySelector('#event textarea').value"


@pytest.fixture(scope="module")
def alone(explorer, browser) -> Iterator[Callable[..., Visit]]:
    with reuse_visits(explorer, browser, ".mg-tracks-summary:not(:empty)") as open_page:
        yield open_page


def wait_for_event(page: Visit, *parts: tuple[int, str | None]) -> None:
    """Wait for an event with these parts."""
    expected = [{"index": index, "part": part} for index, part in parts]
    page.wait(
        f"expected => {EVENT} && JSON.stringify(JSON.parse({EVENT}).parts) === expected",
        json.dumps(expected, separators=(",", ":")),
    )


def part_of(page: Visit, name: str):
    return page.page.get_by_role("combobox", name=f"Part of {name}", exact=True)


def unfold(page: Visit) -> None:
    if not page.page.locator(".mg-tracks-list[open]").count():
        page.page.get_by_text("Tracks and their parts").click()


def track(page: Visit, index: int):
    return page.page.locator(f'.mg-tracks tr[data-index="{index}"]')


def test_names_are_text(alone) -> None:
    page = alone()
    unfold(page)
    assert track(page, 0).locator("b").inner_text() == MARKUP
    assert page.page.locator(".mg-tracks img").count() == 0
    assert part_of(page, MARKUP).input_value() == "lead"
    assert track(page, 1).inner_text().split("\n")[:2] == [
        "Track 2",
        "Acoustic Guitar (nylon), 12 notes",
    ]


def test_changes_are_sent_together_and_reset_together(alone) -> None:
    page = alone()
    unfold(page)
    reset = page.page.get_by_role("button", name="Reset")
    assert reset.is_hidden()
    part_of(page, MARKUP).select_option("counter")
    wait_for_event(page, (0, "counter"))
    page.page.locator('.mg-tracks tr[data-index="0"]').get_by_text("You chose this part").wait_for()
    part_of(page, "Track 2").select_option("Left out")
    wait_for_event(page, (0, "counter"), (1, None))
    page.page.get_by_text("58 of 59 tracks are taken").wait_for()
    reset.click()
    wait_for_event(page)
    page.page.get_by_text("All 59 tracks are taken").wait_for()
    assert part_of(page, MARKUP).input_value() == "lead"
    assert reset.is_hidden()
    assert page.page.evaluate("document.activeElement.tagName") == "SELECT"


def test_changes_in_a_hurry_are_all_kept(alone) -> None:
    page = alone()
    unfold(page)
    page.page.evaluate(
        """() => [[0, 'counter'], [1, 'lead'], [2, '']].forEach(([index, part]) => {
            const select = document.querySelector(`.mg-tracks tr[data-index="${index}"] select`);
            select.value = part;
            select.dispatchEvent(new Event('change'));
        })"""
    )
    part_of(page, "Strings 4").select_option("bass")
    wait_for_event(page, (0, "counter"), (1, "lead"), (2, None), (3, "bass"))


def test_an_answer_that_comes_late_changes_nothing(alone) -> None:
    page = alone()
    unfold(page)
    held = []
    page.page.route("**/queue/join*", lambda route: held.append(route), times=1)
    with page.page.expect_request("**/queue/join*"):
        part_of(page, MARKUP).select_option("counter")
    part_of(page, "Track 2").select_option("lead")
    page.page.evaluate(
        """() => {
            const row = document.querySelector('.mg-tracks tr[data-index="1"]');
            window.seen = [];
            new MutationObserver(() => window.seen.push(row.dataset.part))
                .observe(row, { attributeFilter: ['data-part'] });
        }"""
    )
    held[0].continue_()
    wait_for_event(page, (0, "counter"), (1, "lead"))
    track(page, 1).get_by_text("You chose this part").wait_for()
    assert set(page.page.evaluate("window.seen")) == {"lead"}


def test_keys_choose_and_keep_their_place(alone) -> None:
    page = alone()
    page.page.get_by_text("Tracks and their parts").press("Enter")
    part_of(page, "Track 2").focus()
    page.page.keyboard.press("b")  # as in any list
    wait_for_event(page, (1, "bass"))
    track(page, 1).get_by_text("You chose this part").wait_for()
    assert part_of(page, "Track 2").evaluate("select => select === document.activeElement")


def test_what_did_not_work_is_as_it_was(alone) -> None:
    page = alone()
    unfold(page)
    page.page.route("**/queue/join*", lambda route: None)  # no answer comes
    with page.page.expect_request("**/queue/join*"):
        part_of(page, MARKUP).select_option("drums")
    assert track(page, 0).get_attribute("data-part") == "drums"
    page.page.evaluate("document.dispatchEvent(new CustomEvent('musegen:idle'))")
    assert part_of(page, MARKUP).input_value() == "lead"
    assert track(page, 0).get_attribute("data-part") == "lead"
    assert page.page.get_by_role("button", name="Reset").is_hidden()


def test_many_tracks_scroll_by_themselves(alone) -> None:
    page = alone(width=390)
    unfold(page)
    place = page.page.locator(".mg-tracks-scroll")
    assert place.bounding_box()["height"] < 400
    assert place.evaluate("place => place.scrollHeight > 2000")
    assert place.evaluate("place => place.scrollWidth === place.clientWidth")
    part_of(page, "Strings 59").focus()
    assert place.evaluate("place => place.scrollTop > 1000")


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious_in_it(alone, dark) -> None:
    page = alone(dark=dark)
    assert not serious_findings(page, ".mg-tracks")
    unfold(page)
    page.page.get_by_text("How it was read").click()
    assert not serious_findings(page, ".mg-tracks")


# On the page


@pytest.fixture
def midi(tmp_path) -> Path:
    return song(tmp_path)


def clear(page: Visit):
    """What takes the file away; Gradio has unseen buttons of this name where something failed."""
    return page.page.locator(".mg-drop").get_by_role("button", name="Clear").locator("visible=true")


def drop(page: Visit, file: Path) -> None:
    """Give the tab for one's own music a file, and unfold what is said of it."""
    page.tab("Remix")
    if clear(page).count():
        clear(page).click()
        page.page.locator(".mg-tracks").wait_for(state="hidden")
    with page.new_piece(heard=False):
        page.page.locator(".mg-drop input[type=file]").last.set_input_files(file)
    if page.page.locator(".mg-tracks-list").is_visible():
        unfold(page)


def parts(page: Visit) -> list[str]:
    return [part.get_attribute("data-part") for part in page.player.locator(".mg-part").all()]


def summary(page: Visit) -> str:
    return page.page.locator(".mg-tracks-summary").inner_text()


def wait_for_summary(page: Visit, said: str) -> None:
    page.page.locator(".mg-tracks-summary").get_by_text(said).wait_for()


def test_another_part_is_seen_heard_and_undone(page, midi) -> None:
    drop(page, midi)
    assert summary(page).startswith("All 4 tracks are taken, with all 64 notes")
    before = page.piece()
    assert parts(page) == ["lead", "chords", "bass", "drums"]
    with page.change(heard=True):
        part_of(page, "Track 2").select_option("Left out")
    assert parts(page) == ["lead", "bass", "drums"]
    assert summary(page).startswith("3 of 4 tracks are taken, with 52 of 64 notes")
    assert "chords" not in page.piece().parts
    with page.change():
        part_of(page, MARKUP).select_option("counter")
    assert parts(page) == ["counter", "bass", "drums"]
    with page.change():
        page.button("Undo").click()
    assert parts(page) == ["lead", "bass", "drums"]
    page.wait("document.querySelector('.mg-tracks tr[data-index=\"0\"]').dataset.part === 'lead'")
    with page.change():
        page.button("Undo").click()
    assert page.piece() == before
    wait_for_summary(page, "All 4 tracks are taken")
    assert page.page.get_by_role("button", name="Reset").is_hidden()


def test_what_is_varied_is_what_was_chosen_last(page, midi) -> None:
    drop(page, midi)
    page.set_slider("Similarity", "0.9")
    with page.change():
        part_of(page, "Bass").select_option("Left out")
    with page.change():
        part_of(page, "Track 4").select_option("Left out")
    chosen = page.piece()
    with page.new_piece(heard=False):
        page.page.locator("#vary").click()
    assert "90% similar" in page.text("details")
    assert "drums" not in parts(page)
    assert changed_phrases(chosen, page.piece())
    with page.change():  # and from there on
        page.page.get_by_role("button", name="Reset").click()
    assert parts(page) == ["lead", "chords", "bass", "drums"]
    with page.change():
        page.button("Undo").click()
    wait_for_summary(page, "2 of 4 tracks are taken")
    with page.new_piece(heard=False):
        page.page.locator("#reconstruct").click()
    assert "drums" not in parts(page)


def test_how_it_is_played_stays(page, midi) -> None:
    drop(page, midi)
    page.open_sections()
    with page.change():
        page.pick("Key", "E / C#m")
    with page.change():
        part_of(page, "Bass").select_option("Left out")
    assert "E / C#m" in page.text("details")


def test_another_piece_is_left_alone(page, midi) -> None:
    drop(page, midi)
    page.draw(5, bars=4)
    page.tab("Remix")
    with page.new_piece(heard=False):
        part_of(page, "Bass").select_option("Left out")
    assert page.text("title") == "song"
    with page.new_piece(heard=False):
        page.button("Undo").click()
    assert page.text("title") == "Seed 5"
    wait_for_summary(page, "3 of 4 tracks are taken")


def test_a_found_beat_is_read_at_half_the_tempo(page, tmp_path) -> None:
    drop(page, recording(tmp_path / "live.mid", tune(), steady(97.7, 1.23)))
    assert "the beat was found from the notes" in summary(page)
    assert "98 bpm" in page.text("details")
    tempo = page.page.get_by_role("combobox", name="Tempo", exact=True)
    assert tempo.locator("option").all_inner_texts() == [
        "Half, 49 bpm",
        "As found, 98 bpm",
        "Double, 195 bpm",
    ]
    with page.change():
        tempo.select_option("Half, 49 bpm")
    assert "49 bpm" in page.text("details")
    with page.change():  # one does not undo the other
        part_of(page, "Piano").select_option("counter")
    assert "49 bpm" in page.text("details")
    with page.change():
        page.page.get_by_role("button", name="Reset").click()
    assert "98 bpm" in page.text("details")


def test_a_file_that_is_gone_is_asked_for_again(page, midi, server) -> None:
    drop(page, midi)
    before = page.piece()
    for upload in (server.folder / "cache").rglob("song.mid"):
        upload.unlink()
    part_of(page, "Bass").select_option("Left out")
    assert page.toast("song.mid is no longer on the server: choose the file again")
    assert part_of(page, "Bass").input_value() == "bass"
    assert page.data("busy") is None
    assert page.piece() == before
    drop(page, midi)
    with page.change():
        part_of(page, "Bass").select_option("Left out")


def test_leaving_out_every_track_is_refused(page, tmp_path) -> None:
    drop(page, midi_file(tmp_path / "one.mid", Voice(scale(60, 16), "Solo")))
    part_of(page, "Solo").select_option("Left out")
    page.page.get_by_text("Every track of one.mid is left out: give one of them a part").wait_for()
    assert part_of(page, "Solo").input_value() == "lead"
    assert parts(page) == ["lead"]


def test_a_file_that_is_taken_away_takes_its_tracks_along(page, midi) -> None:
    drop(page, midi)
    clear(page).click()
    page.page.locator(".mg-tracks").wait_for(state="hidden")
    page.page.locator("#vary").click()
    page.page.get_by_text("Choose a MIDI file first").wait_for()


def test_of_a_file_made_here_a_sentence_is_all(page, midi, tmp_path) -> None:
    made = tmp_path / "made.mid"
    read_midi(midi).write_midi(made, tag=TAG + write_recipe(Recipe(source=Random(seed=5, bars=4))))
    drop(page, made)
    assert summary(page) == "It was made on this page and is the very same piece."
    assert page.page.locator(".mg-tracks :is(select, details):visible").count() == 0


def test_it_is_morphed_into_another(page, midi) -> None:
    drop(page, midi)
    fold = page.page.get_by_role("button", name="Morph it into another")
    if not page.page.locator("#morph-own").is_visible():
        fold.click()
    page.fill(page.field("Seed of the other end"), "6")
    lock = page.page.locator(".mg-other-end").get_by_role("checkbox", name="Lock")
    lock.check()
    with page.change():
        part_of(page, "Track 4").select_option("Left out")
    own = page.piece()
    page.set_slider("Steps on the way", "3")
    with page.new_piece(heard=False):
        page.page.locator("#morph-own").click()
    assert page.text("title") == "Song → seed 6"
    assert "12 bars" in page.text("details")
    assert page.piece().first(4).notes["pitch"].tolist() == own.notes["pitch"].tolist()
    lock.uncheck()
    page.pick("It becomes", "Late train")
    with page.new_piece(heard=False):
        page.page.locator("#morph-own").click()
    assert page.text("title") == "Song → Late train"
    page.pick("It becomes", "A seed")
    fold.click()


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)]
)
def test_everyone_can_use_the_tab_with_a_file_in_it(visit, midi, width, dark) -> None:
    page = visit(width=width, dark=dark)
    drop(page, midi)
    page.page.get_by_text("How it was read").click()
    page.page.get_by_role("button", name="Morph it into another").click()
    page.page.get_by_label("Seed of the other end").wait_for()
    assert page.page.evaluate("document.documentElement.scrollWidth") == width
    assert not serious_findings(page)
    page.pick("It becomes", "A file of mine")
    page.page.get_by_text("File for the other end").locator("visible=true").wait_for()
    assert page.page.evaluate("document.documentElement.scrollWidth") == width
    assert not serious_findings(page)
