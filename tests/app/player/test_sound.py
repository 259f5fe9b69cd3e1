"""The page in a real browser: how a piece is played, and what shape it has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pretty_midi
import pytest
import soundfile
from support.visits import Visit, changed_phrases

from musegen.audio import find_soundfonts
from musegen.music import Piece
from musegen.music.attributes import ATTRIBUTES
from musegen.music.bands import BANDS
from musegen.music.notes import DRUMS

STEP = 120  # ticks
BEAT = 4 * STEP


@pytest.fixture
def piece(page) -> Piece:
    """Four bars as the page is at first, but for what other tests have turned."""
    page.open_sections()
    page.draw(5, bars=4)
    for field, usual in (("Band", "Pop"), ("Key", "C / Am")):
        if page.field(field).input_value() != usual:
            with page.change():
                page.pick(field, usual)
    for slider, usual in (("Tempo", "96"), ("Swing", "0")):
        if page.slider(slider).input_value() != usual:
            with page.change():
                page.set_slider(slider, usual)
    if not page.field("Human timing").is_checked():
        with page.change():
            page.field("Human timing").check()
    return page.piece()


def starts(page: Visit, folder: Path) -> dict[str, np.ndarray]:
    """Where the notes of each part start, in ticks, but for drums that are hit twice on a step."""
    midi = pretty_midi.PrettyMIDI(str(page.download("midi", folder)))
    found: dict[str, np.ndarray] = {}
    for track in midi.instruments:
        start = np.array([midi.time_to_tick(note.start) for note in track.notes])
        if not track.is_drum:
            found[track.name] = start
            continue
        tone = np.rint(start / STEP) * 128 + [note.pitch for note in track.notes]
        _, place, count = np.unique(tone, return_inverse=True, return_counts=True)
        found[track.name] = start[count[place] == 1]
    return found


# Sound


def test_a_band_sets_the_instruments(page, piece) -> None:
    with page.change():
        page.pick("Band", "Jazz")
    jazz = page.piece()
    assert {part: jazz.programs[part] for part in piece.parts} == {
        part: BANDS["Jazz"].programs[part] for part in piece.parts
    }
    assert page.field("Bass").input_value() == "Acoustic Bass"
    assert page.field("Drums").input_value() == "Brush Kit"
    assert page.slider("Swing").input_value() == "0.8"
    assert page.player.get_by_role("group", name="Bass: Acoustic Bass").is_visible()


def test_one_part_gets_another_instrument(page, piece) -> None:
    field = page.field("Bass")
    field.fill("tuba")
    with page.change():
        page.page.get_by_role("option", name="Tuba", exact=True).click()
    after = page.piece()
    assert after.programs == {**piece.programs, "bass": 58}
    assert changed_phrases(piece, after) == []
    assert page.field("Band").input_value() == "Your own"


def test_the_key_moves_the_notes_but_not_the_drums(page, piece) -> None:
    with page.change():
        page.pick("Key", "D / Bm")
    before, after = piece.notes, page.piece().notes
    drums = before["part"] == DRUMS
    moved = after["pitch"].astype(int) - before["pitch"]
    assert (moved[drums] == 0).all()
    assert set(moved[~drums] % 12) == {2}
    assert "D / Bm" in page.text("details")


def test_the_tempo_changes_the_sound(page, piece) -> None:
    with page.change(heard=True):
        page.set_slider("Tempo", "192")
    assert page.piece().tempo == pytest.approx(192, abs=0.1)
    assert "192 bpm" in page.text("details")
    assert 5 <= page.mixer("length") / 44100 <= 9.1  # 4 bars, and what rings on


def test_swing_makes_the_off_beats_late(page, piece, tmp_path) -> None:
    with page.change():
        page.field("Human timing").uncheck()
    straight = starts(page, tmp_path)["chords"]
    with page.change():
        page.set_slider("Swing", "1")
    swung = starts(page, tmp_path)["chords"]
    off = straight % BEAT == 2 * STEP
    assert off.any()
    assert set(swung[off] % BEAT) == {BEAT * 2 // 3}
    assert (swung[straight % BEAT == 0] == straight[straight % BEAT == 0]).all()


def test_without_human_timing_all_is_on_the_grid(page, piece, tmp_path) -> None:
    human = starts(page, tmp_path)
    assert any((own % STEP).any() for own in human.values())
    with page.change():
        page.field("Human timing").uncheck()
    for own in starts(page, tmp_path).values():
        assert not (own % STEP).any()
    assert changed_phrases(piece, page.piece()) == []


def test_another_soundfont_sounds_otherwise(page, piece, tmp_path) -> None:
    fonts = [font.name for font in find_soundfonts()]
    if len(fonts) < 2:
        pytest.skip("there is one soundfont alone")
    sounds = []
    for name in fonts[:2]:
        if page.field("Soundfont").input_value() != name:
            before = page.data("sound")
            page.pick("Soundfont", name)
            page.wait(
                """before => {
                    const { sound, state } = document.querySelector('.mg-player').dataset;
                    return sound && sound !== before && state === 'ready';
                }""",
                before,
            )
        sounds.append(soundfile.read(page.download("wav", tmp_path))[0])
    length = min(map(len, sounds))
    assert np.abs(sounds[0][:length] - sounds[1][:length]).max() > 0.05
    page.pick("Soundfont", fonts[0])


def test_the_controls_show_what_is_opened(page, piece) -> None:
    with page.new_piece(heard=False):
        page.page.get_by_role("button", name="Late train", exact=True).click()
    assert page.field("Band").input_value() == "Lo-fi"
    assert page.field("Key").input_value() == "A / F#m"
    assert page.slider("Tempo").input_value() == "78"
    assert page.slider("Swing").input_value() == "0.5"
    assert page.field("Lead").input_value() == "Acoustic Guitar (nylon)"
    with page.new_piece(heard=False):
        page.button("Undo").click()
    assert page.field("Band").input_value() == "Pop"
    assert page.slider("Tempo").input_value() == "96"


def test_what_is_set_before_the_first_piece_holds_for_it(visit) -> None:
    page = visit()
    page.open_sections()
    page.pick("Band", "Chamber")
    page.wait("[...document.querySelectorAll('.mg-of-bass input')].some(i => i.value === 'Cello')")
    page.pick("Key", "G / Em")
    page.draw(5, bars=4)
    piece = page.piece()
    assert piece.programs["bass"] == BANDS["Chamber"].programs["bass"]
    assert "G / Em" in page.text("details")
    assert page.field("Band").input_value() == "Chamber"


# Shape


def test_density_adds_notes_and_the_middle_undoes_it(page, piece) -> None:
    with page.change():
        page.set_slider("Density", "2")
    more = page.piece()
    assert len(more.notes) > len(piece.notes)
    assert changed_phrases(piece, more) == [1, 2]
    with page.change():
        page.set_slider("Density", "0")
    assert page.piece() == piece


def test_with_a_phrase_chosen_only_its_shape_changes(page, piece) -> None:
    page.phrase(2).click()
    page.page.get_by_text("Changes only phrase 2").wait_for()
    with page.change():
        page.set_slider("Register", "2")
    after = page.piece()
    assert changed_phrases(piece, after) == [2]
    pitches = [
        phrase.notes["pitch"][phrase.notes["part"] != DRUMS].mean()
        for phrase in (piece.phrases[1], after.phrases[1])
    ]
    assert pitches[1] > pitches[0]
    assert page.slider("Register").input_value() == "2"
    page.phrase(1).click()
    page.page.get_by_text("Changes only phrase 1").wait_for()
    assert page.slider("Register").input_value() == "0"


def test_each_slider_changes_the_notes(page, piece) -> None:
    for name in ATTRIBUTES:
        with page.change():
            page.set_slider(name.capitalize(), "2.5")
        before, piece = piece, page.piece()
        assert changed_phrases(before, piece), name
