"""Soundfonts are found in the usual places, best first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.sounds import BAND, RATE, TIM, damaged_soundfont, piece_of

from musegen.audio import Soundfont, find_soundfonts, render
from musegen.errors import AudioError

TABLES = ("phdr", "pbag", "pgen", "inst", "ibag", "igen", "shdr")
LIST = b"pdta" + b"".join(name.encode() + bytes(4) for name in TABLES)
EMPTY = (
    b"RIFF"
    + (len(LIST) + 12).to_bytes(4, "little")
    + b"sfbkLIST"
    + len(LIST).to_bytes(4, "little")
    + LIST
)


def test_a_missing_soundfont_is_an_error(tmp_path):
    with pytest.raises(AudioError, match=r"there is no soundfont at .*none\.sf2"):
        render(piece_of(BAND), tmp_path / "none.sf2")


def test_a_file_that_is_no_soundfont_is_an_error(tmp_path):
    path = tmp_path / "song.sf2"
    path.write_bytes(b"RIFF\x04\x00\x00\x00WAVE")
    with pytest.raises(AudioError, match=r"song\.sf2 is not a soundfont"):
        render(piece_of(BAND), path)


def test_an_incomplete_soundfont_is_an_error(tmp_path):
    path = tmp_path / "half.sf2"
    path.write_bytes(TIM.read_bytes()[:1_000_000])
    with pytest.raises(AudioError, match="only the beginning"):
        render(piece_of(BAND), path)


def test_the_embedded_renderer_needs_an_sf2(no_fluidsynth, tmp_path):
    path = tmp_path / "general.sf3"
    path.symlink_to(TIM)
    assert render(piece_of(BAND), path)[1] == RATE  # a link is what it leads to
    path.unlink()
    shutil.copy(TIM, path)
    with pytest.raises(AudioError, match=r"general\.sf3 needs FluidSynth"):
        render(piece_of(BAND), path)


@pytest.fixture
def own_folders(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("MUSEGEN_SOUNDFONT", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    folder = tmp_path / "share" / "soundfonts"
    folder.mkdir(parents=True)
    return folder


def test_there_is_always_a_soundfont_and_the_small_one_is_last(own_folders):
    (own_folders / "Zither.sf2").write_bytes(EMPTY)
    assert find_soundfonts()[-1].name == "TimGM6mb"
    shutil.copy(TIM, own_folders)  # as Debian has it, among the others
    assert [font.name for font in find_soundfonts()][-2:] == ["Zither", "TimGM6mb"]


def test_soundfonts_are_listed_best_first_by_readable_names(own_folders):
    for name in ("Zither.sf2", "MuseScore_General.sf3", "FluidR3_GM.sf2", "notes.txt"):
        (own_folders / name).write_bytes(EMPTY)
    (own_folders / "default-GM.sf2").symlink_to(own_folders / "Zither.sf2")
    names = [font.name for font in find_soundfonts()]
    ours = [name for name in names if name in ("FluidR3 GM", "MuseScore General", "Zither")]
    assert ours == ["FluidR3 GM", "MuseScore General", "Zither"]
    assert names[0] == "FluidR3 GM"
    assert "default GM" not in names
    assert "notes" not in names
    assert len(set(names)) == len(names)


def test_the_soundfont_in_the_environment_is_first(own_folders, tmp_path, monkeypatch):
    (own_folders / "FluidR3_GM.sf2").write_bytes(EMPTY)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "My_Piano.SF2").write_bytes(EMPTY)
    for value in (mine, mine / "My_Piano.SF2"):
        monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(value))
        assert find_soundfonts()[0] == Soundfont("My Piano", mine / "My_Piano.SF2")


def test_an_environment_that_names_no_soundfont_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(tmp_path / "gone.sf2"))
    with pytest.raises(AudioError, match="there is nothing there"):
        find_soundfonts()
    monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(tmp_path))
    with pytest.raises(AudioError, match="there is no undamaged soundfont in it"):
        find_soundfonts()


def test_damaged_files_in_a_folder_are_passed_over(own_folders, tmp_path, monkeypatch):
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    damaged_soundfont(fonts)
    (fonts / "half.sf2").write_bytes(TIM.read_bytes()[:1_000_000])
    (fonts / "text.sf2").write_bytes(b"none")
    (fonts / "Zither.sf2").write_bytes(EMPTY)
    monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(fonts))
    assert [font.path.parent for font in find_soundfonts()].count(fonts) == 1
    assert find_soundfonts()[0].name == "Zither"
    monkeypatch.setenv("MUSEGEN_SOUNDFONT", str(fonts / "half.sf2"))
    with pytest.raises(AudioError, match=r"half\.sf2 is only the beginning"):
        render(piece_of(BAND))
