"""The page in a real browser: what a visitor sees, hears and takes away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musegen.music import Phrase, Piece, read_midi
from musegen.music.notes import make_notes

GRADIO_SAYS = "Method not implemented."  # at each upload; it is not about this page
PATIENCE = 40_000  # ms: the first click may wait until TensorFlow is loaded


class Visit:
    """A visitor's page, and what they look at on it."""

    def __init__(self, page) -> None:
        self.page = page
        self.player = page.locator(".mg-player")

    def data(self, name: str) -> str:
        return self.player.get_attribute(f"data-{name}")

    def press(self, button: str) -> None:
        """Press a button and wait until the new piece can be heard."""
        before = self.data("id")
        self.page.locator(f"#{button}").click()
        self.wait_for_sound(before)

    def wait_for_sound(self, before: str | None) -> None:
        self.page.wait_for_function(
            """before => {
                const player = document.querySelector('.mg-player');
                const { id, state } = player.dataset;
                const isNew = id && id !== before && state === 'ready';
                return isNew && player.querySelector('audio').readyState > 0;
            }""",
            arg=before,
            timeout=PATIENCE,
        )

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def audio(self, name: str):
        return self.page.eval_on_selector(".mg-player audio", f"audio => audio.{name}")

    def text(self, part: str) -> str:
        return self.player.locator(f".mg-{part}").inner_text()

    def take(self, file: str, folder: Path) -> Path:
        """Download one of the player's files."""
        with self.page.expect_download() as download:
            self.player.locator(f'[data-file="{file}"]').click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path


@pytest.fixture
def visit(server, browser) -> Iterator[Callable[..., Visit]]:
    """Open the page; in the end, nothing was amiss in the console or asked of another host."""
    pages, amiss = [], []

    def hear(said) -> None:
        if said.type in ("error", "warning") and said.text != GRADIO_SAYS:
            amiss.append(said.text)

    def open_page(query: str = "", width: int = 1280) -> Visit:
        page = browser.new_page(viewport={"width": width, "height": 800})
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: amiss.append(f"error: {error}"))
        page.on("console", hear)
        own = (server.url, "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(own) else amiss.append(r.url))
        page.goto(server.url + query)
        page.wait_for_selector(".mg-panel .head")
        return Visit(page)

    yield open_page
    for page in pages:
        page.close()
    assert not amiss


@pytest.fixture
def own_midi(tmp_path: Path) -> Path:
    """A visitor's own music: two bars in G, twice."""
    rows = [(4 * i, "lead", 67 + 2 * (i % 4), 4, 90) for i in range(8)]
    rows += [(16 * i, "bass", 43, 16, 80) for i in range(2)]
    path = tmp_path / "my song.mid"
    Piece((Phrase(make_notes(rows), 0, 120.0),) * 2).write_midi(path)
    return path


def test_page_answers_before_the_model_is_there(server) -> None:
    assert server.seconds < 8


def test_first_visit_invites_one_click(visit) -> None:
    page = visit()
    assert page.data("state") == "empty"
    before = page.data("id")
    page.player.get_by_role("button", name="Draw a piece").click()
    page.wait_for_sound(before)
    assert int(page.data("notes")) > 0


def test_random_is_seen_and_heard(visit) -> None:
    page = visit()
    page.press("draw")
    drawn = page.player.locator(".mg-roll").get_attribute("data-drawn")
    assert int(page.data("notes")) == int(drawn) > 0
    assert "16 bars" in page.text("details")
    # 16 bars at 96 beats a minute last 40 s; the last notes may ring 4 s more.
    assert 40 <= page.audio("duration") <= 44.1
    assert page.audio("src").endswith("16bars.wav")
    page.page.wait_for_function(
        "Number(document.querySelector('.mg-player').dataset.step) > 2", timeout=PATIENCE
    )
    assert page.player.get_by_role("button", name="Pause").is_visible()


def test_seed_is_told_and_can_be_locked(visit) -> None:
    page = visit()
    seed = page.page.get_by_label("Seed", exact=True)
    page.press("draw")
    first = seed.input_value()
    assert page.text("title") == f"Seed {first}"
    page.press("draw")
    assert seed.input_value() != first
    seed.fill("7")
    page.page.get_by_label("Lock").check()
    page.press("draw")
    notes = page.data("notes")
    page.press("draw")
    assert (seed.input_value(), page.text("title")) == ("7", "Seed 7")
    assert page.data("notes") == notes


def test_files_carry_the_seed(visit, tmp_path) -> None:
    page = visit()
    page.press("draw")
    seed = page.text("title").removeprefix("Seed ")
    midi, wav, path = (page.take(name, tmp_path) for name in ("midi", "audio", "latents"))
    assert [p.name for p in (midi, wav, path)] == [
        f"musegen-seed{seed}-16bars{ending}" for ending in (".mid", ".wav", ".npy")
    ]
    assert len(read_midi(midi).notes) == int(page.data("notes"))
    assert soundfile.info(wav).duration == pytest.approx(page.audio("duration"), abs=0.1)
    latents = np.load(path)
    assert latents.dtype == np.float32
    assert latents.shape[0] == 8


def test_link_makes_the_same_piece(visit, tmp_path) -> None:
    page = visit()
    page.press("draw")
    query = page.page.evaluate("location.search")
    assert re.search(r"seed=\d+&bars=16&form=AABA&temperature=0\.8&tempo=96&key=C", query)
    other = visit(query)
    other.wait_for_sound(None)
    assert other.text("title") == page.text("title")
    (tmp_path / "other").mkdir()
    first, second = page.take("midi", tmp_path), other.take("midi", tmp_path / "other")
    assert first.read_bytes() == second.read_bytes()


def test_interpolate_goes_from_a_to_b(visit) -> None:
    page = visit()
    page.tab("Interpolate")
    page.press("morph")
    assert re.fullmatch(r"Seed \d+ → seed \d+", page.text("title"))
    assert "36 bars" in page.text("details")
    assert page.audio("duration") >= 90


def test_remix_gives_back_a_variation(visit, own_midi) -> None:
    page = visit()
    page.tab("Remix")
    page.page.locator("input[type=file]").last.set_input_files(own_midi)
    page.wait_for_sound(None)
    assert page.text("title") == "my song"
    assert page.text("details").startswith("original")
    page.press("vary")
    assert "80% similar" in page.text("details")
    page.press("reconstruct")
    assert "reconstructed" in page.text("details")
    assert "120 bpm" in page.text("details")


def test_what_is_not_music_is_told_in_one_line(visit, tmp_path) -> None:
    page = visit()
    page.tab("Remix")
    wrong = tmp_path / "letter.mid"
    wrong.write_text("Dear reader")
    page.page.locator("input[type=file]").last.set_input_files(wrong)
    said = page.page.get_by_test_id("toast-body").inner_text()
    assert "letter.mid is not a MIDI file" in said
    assert "Traceback" not in said
    assert page.data("state") == "empty"
    assert page.data("busy") is None


def test_names_in_files_are_never_markup(visit, own_midi) -> None:
    page = visit()
    page.tab("Remix")
    page.page.locator("input[type=file]").last.set_input_files(
        {
            "name": "<img src=x> &lt;b&gt; ${1+1}.mid",
            "mimeType": "audio/midi",
            "buffer": own_midi.read_bytes(),
        }
    )
    page.wait_for_sound(None)
    assert page.player.locator("img").count() == 0
    assert page.text("title") == "img src=x &lt;b&gt; 1+1"  # Gradio itself takes <, > and $ away


def test_hidden_parts_are_not_heard(visit) -> None:
    page = visit()
    page.press("draw")
    chip = page.player.get_by_role("button", name="Drums")
    chip.click()
    page.page.wait_for_function(
        "/16bars-[a-z-]+\\.wav$/.test(document.querySelector('.mg-player audio').src)",
        timeout=PATIENCE,
    )
    assert chip.get_attribute("aria-pressed") == "false"
    assert "drums" not in page.audio("src")
    drawn = page.player.locator(".mg-roll").get_attribute("data-drawn")
    assert int(drawn) < int(page.data("notes"))


def test_keys_move_and_play(visit) -> None:
    page = visit()
    page.press("draw")
    slider = page.player.get_by_role("slider")
    page.player.get_by_role("button", name="Pause").wait_for()
    piece = page.data("id")
    page.page.keyboard.press("Space")
    page.page.wait_for_function("document.querySelector('.mg-player audio').paused")
    slider.focus()
    page.page.keyboard.press("Home")
    page.page.keyboard.press("PageUp")
    assert slider.get_attribute("aria-valuetext").startswith("bar 2 of 16")
    page.page.keyboard.press("ArrowRight")
    page.page.wait_for_function(
        "Math.abs(document.querySelector('.mg-player').dataset.step - 20) < 0.1"
    )
    page.page.keyboard.press("Space")
    page.page.wait_for_function("!document.querySelector('.mg-player audio').paused")
    page.page.keyboard.press("Space")
    page.page.wait_for_function("document.querySelector('.mg-player audio').paused")
    assert page.data("id") == piece  # the button that was clicked did not take the space bar


def test_click_on_the_roll_seeks(visit) -> None:
    page = visit()
    page.press("draw")
    box = page.player.locator(".mg-scroll").bounding_box()
    page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.page.wait_for_function("document.querySelector('.mg-player audio').currentTime >= 19.5")
    assert page.audio("currentTime") < 30


def test_overview_seeks(visit) -> None:
    page = visit()
    page.press("draw")
    box = page.player.locator(".mg-overview").bounding_box()
    page.page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 10)
    page.page.wait_for_function("document.querySelector('.mg-player audio').currentTime >= 29.5")


def test_no_sideways_scrolling_on_a_telephone(visit) -> None:
    page = visit(width=390)
    page.press("draw")
    for tab in ("Random", "Interpolate", "Remix"):
        page.tab(tab)
        assert page.page.evaluate("document.documentElement.scrollWidth") == 390
