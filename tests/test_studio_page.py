"""The page in a real browser: what a visitor sees, hears and takes away."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from visits import serious_findings

from musegen.music import Phrase, Piece, read_midi
from musegen.music.notes import make_notes


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
    assert 40 <= page.mixer("length") / 44100 <= 44.1
    page.wait("Number(document.querySelector('.mg-player').dataset.step) > 2")
    assert page.button("Pause").is_visible()


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
    midi, wav, path, stems = (
        page.take(name, tmp_path) for name in ("midi", "audio", "latents", "stems")
    )
    assert [p.name for p in (midi, wav, path, stems)] == [
        f"musegen-seed{seed}-16bars{ending}" for ending in (".mid", ".wav", ".npy", "-stems.zip")
    ]
    assert len(read_midi(midi).notes) == int(page.data("notes"))
    assert soundfile.info(wav).duration == pytest.approx(page.mixer("length") / 44100)
    latents = np.load(path)
    assert latents.dtype == np.float32
    assert latents.shape[0] == 8


def test_link_makes_the_same_piece(visit, tmp_path) -> None:
    page = visit()
    page.press("draw")
    query = page.page.evaluate("location.search")
    assert re.search(r"seed=\d+&bars=16&form=recall&temperature=1&tempo=96&key=C", query)
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
    assert page.mixer("length") / 44100 >= 90


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


def test_no_sideways_scrolling_on_a_telephone(visit) -> None:
    page = visit(width=390)
    page.press("draw")
    for tab in ("Random", "Interpolate", "Remix"):
        page.tab(tab)
        assert page.page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("dark", [False, True])
def test_axe_has_no_serious_finding(visit, dark) -> None:
    page = visit(dark=dark)
    page.press("draw")
    for tab in ("Random", "Interpolate", "Remix"):
        page.tab(tab)
        assert serious_findings(page) == []
