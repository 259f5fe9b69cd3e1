"""The page in a real browser: downloads, and how files and links come back."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from support.visits import MIXER, Visit, changed_phrases

from musegen.reading import read_midi


@pytest.fixture
def page(page) -> Visit:
    """Four bars of seed 5, heard."""
    if page.data("state") == "empty" or page.text("title") != "Seed 5":
        page.draw(5, bars=4, heard=True)
    return page


def edit(page: Visit) -> None:
    page.draw(5, bars=4)
    page.phrase(2).click()
    with page.change():
        page.button("Redraw").click()
    page.open_sections()
    with page.change():
        page.pick("Key", "E / C#m" if page.field("Key").input_value() != "E / C#m" else "C / Am")


def drop(page: Visit, file: Path) -> None:
    """Give the tab for one's own music a file."""
    page.tab("Remix")
    clear = (
        page.page.locator(".mg-drop")
        .get_by_role("button", name="Clear", exact=True)
        .locator("visible=true")
    )
    if clear.count():
        clear.click()
    with page.new_piece(heard=False):
        page.page.locator(".mg-drop input[type=file]").last.set_input_files(file)


# Files


def test_midi_has_the_notes_that_are_shown(page, tmp_path) -> None:
    file = page.download("midi", tmp_path)
    assert file.name == "musegen-seed5-4bars.mid"
    assert len(read_midi(file).notes) == int(page.data("notes"))


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "ogg"])
def test_sound_files_have_the_whole_piece(page, tmp_path, kind) -> None:
    file = page.download(kind, tmp_path)
    assert file.name == f"musegen-seed5-4bars.{kind}"
    info = soundfile.info(file)
    assert info.format.lower() == kind
    page.wait(f"{MIXER}.sound.gain !== null")  # once its loudness is measured, its end is known
    # A release ends 72 dB under the peak, which the page's Vorbis samples reach a little later or
    # earlier: by 3 dB in a tenth of a second.
    assert info.duration == pytest.approx(page.mixer("length") / 44100, abs=0.25)
    sound, _ = soundfile.read(file)
    assert np.abs(sound).max() > 0.1


def test_stems_are_the_parts_apart(page, tmp_path) -> None:
    file = page.download("stems", tmp_path)
    assert file.name == "musegen-seed5-4bars-stems.zip"
    names = " ".join(zipfile.ZipFile(file).namelist())
    for part in page.player.locator(".mg-part").all():
        assert part.get_attribute("data-part") in names


def test_sheet_music_is_shown_and_saved(page, tmp_path) -> None:
    if not page.player.locator("[data-file=png]").is_visible():
        page.button("More").click()
    page.button("Sheet music").click()
    image = page.player.locator(".mg-sheets img")
    is_shown = """name => {
        const image = document.querySelector('.mg-sheets img');
        return !image.hidden && image.naturalWidth > 0 && image.alt.startsWith(name);
    }"""
    page.wait(is_shown, "lead sheet")
    with page.page.expect_download() as download:
        page.player.locator("[data-save=musicxml]").click()
    download.value.save_as(tmp_path / "a.musicxml")
    assert download.value.suggested_filename == "musegen-seed5-4bars.lead.musicxml"
    lead = read_midi(tmp_path / "a.musicxml")
    # Files are made one at a time, and this one may not be counted as finished yet.
    page.player.locator("[data-sheet=score]:not([aria-disabled=true])").click()
    page.wait(is_shown, "score")
    assert image.is_visible()
    page.player.locator(".mg-sheets .mg-close").click()
    piece = page.piece()
    assert lead.notes["pitch"].tolist() == piece.only(("lead",)).notes["pitch"].tolist()


def test_latents_are_the_path(page, tmp_path) -> None:
    file = page.download("npy", tmp_path)
    assert file.name == "musegen-seed5-4bars.npy"
    latents = np.load(file)
    assert latents.dtype == np.float32
    assert latents.shape[0] == 2


def test_the_picture_is_of_the_whole_piece(page, tmp_path) -> None:
    file = page.download("png", tmp_path)
    assert file.name == "musegen-seed5-4bars.png"
    with Image.open(file) as picture:
        assert picture.size == (2400, 1280)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24)}
    assert (110, 168, 254) in colours  # the chords


# Links


def test_link_of_a_seed_makes_the_same_file(page, visit, tmp_path) -> None:
    query = page.page.evaluate("location.search")
    assert re.fullmatch(r"\?seed=5&bars=4&form=recall&temperature=1&tempo=96&key=C", query)
    other = visit(query)
    other.wait_for_sound(None, heard=False)
    assert other.text("title") == page.text("title")
    assert other.field("Seed").input_value() == "5"
    (tmp_path / "other").mkdir()
    first, second = page.download("midi", tmp_path), other.download("midi", tmp_path / "other")
    assert first.read_bytes() == second.read_bytes()


def test_link_of_a_changed_piece_makes_the_same_file(page, visit, tmp_path) -> None:
    edit(page)
    other = visit(page.page.evaluate("location.search"))
    other.wait_for_sound(None, heard=False)
    assert other.text("title") == page.text("title")
    assert other.text("details") == page.text("details")
    (tmp_path / "other").mkdir()
    first, second = page.download("midi", tmp_path), other.download("midi", tmp_path / "other")
    assert re.fullmatch(r"musegen-seed5-4bars-[0-9a-f]{6}\.mid", first.name)
    assert (first.name, first.read_bytes()) == (second.name, second.read_bytes())


def test_link_is_copied(page) -> None:
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.button("Copy link").click()
    page.page.get_by_role("button", name="Copied").wait_for()
    copied = page.page.evaluate("navigator.clipboard.readText()")
    assert copied == page.page.evaluate("location.href")


def test_a_damaged_link_is_refused_in_one_line(visit) -> None:
    page = visit("?piece=eJyrVkrJ")
    assert page.toast("copy the whole link and try again")
    assert page.data("state") == "empty"


# Files that come back


@pytest.mark.parametrize("kind", ["midi", "wav", "mp3"])
def test_a_file_made_here_opens_as_its_piece(page, tmp_path, kind) -> None:
    edit(page)
    details, piece = page.text("details"), page.piece()
    file = page.download(kind, tmp_path)
    page.draw(6, bars=4)
    drop(page, file)
    assert page.text("title") == "Seed 5"
    assert page.text("details") == details
    assert page.piece() == piece
    with page.change():  # and it can be worked on
        page.button("Redraw").click()
    assert changed_phrases(piece, page.piece())


def test_a_file_of_ones_own_is_varied_and_reconstructed(page, own_midi) -> None:
    drop(page, own_midi)
    assert "All 2 tracks are taken" in page.page.locator(".mg-tracks").inner_text()
    assert page.text("title") == "my song"
    assert "original" in page.text("details")
    original = page.piece()
    with page.new_piece(heard=False):
        page.page.locator("#vary").click()
    assert "80% similar" in page.text("details")
    assert changed_phrases(original, page.piece())
    with page.new_piece(heard=True):
        page.page.locator("#reconstruct").click()
    assert "reconstructed" in page.text("details")
    assert page.toast("% of the notes come back")
    assert "120 bpm" in page.text("details")


def test_a_file_as_it_is_has_no_latents(page, own_midi) -> None:
    drop(page, own_midi)
    page.button("More").click()
    page.button("Latents").click()
    assert page.toast("this piece has no latents")
    page.download("midi", own_midi.parent)  # the next one can be made


# History


def test_history_outlives_the_page(visit) -> None:
    page = visit()
    page.draw(5, bars=4)
    with page.change():
        page.button("Redraw").click()
    changed = page.piece()
    page.draw(6, bars=4)
    page = page.another_tab()
    assert page.data("state") == "empty"
    page.button("History").click()
    entries = page.page.locator(".mg-entry")
    assert [entry.locator("b").inner_text() for entry in entries.all()] == [
        "Seed 6",
        "Seed 5",
        "Seed 5",
    ]
    with page.new_piece(heard=False):
        entries.nth(1).click()
    assert page.text("title") == "Seed 5"
    assert "redrawn" in page.text("details")
    assert page.piece() == changed
    page.button("History").click()
    page.page.get_by_role("button", name="Clear history").click()
    assert page.page.locator(".mg-entry").count() == 0
