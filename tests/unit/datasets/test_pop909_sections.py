"""Sections of POP909-Structure are laid over the songs of POP909-CL by their melodies."""

import pytest
from support.examples import DATA

from musegen.datasets.pop909_sections import SectionLabels, find_section_labels
from musegen.music.notes import make_notes
from musegen.music.piece import Piece

# A melody of four bars, in steps; bars differ, so that it fits in one way only.
MELODY = [0, 4, 8, 12, 16, 22, 24, 32, 34, 36, 40, 48, 60]


def song(late, bars=8):
    notes = [(onset + late, "lead", 60 + i, 2, 90) for i, onset in enumerate(MELODY)]
    phrases = bars // 2
    return Piece.from_notes(make_notes(notes), [0] * phrases, [100.0] * phrases)


@pytest.fixture
def labels(tmp_path):
    folder = tmp_path / "POP909" / "001"
    folder.mkdir(parents=True)
    (folder / "human_label1.txt").write_text("i1A1A2b1\n")
    ends = [*MELODY[1:], 64]
    lines = [
        f"{60 + i} {end - start}" for i, (start, end) in enumerate(zip(MELODY, ends, strict=True))
    ]
    (folder / "melody.txt").write_text("\n".join(lines))
    return folder


def test_the_folders_of_songs_are_found(labels, tmp_path):
    assert find_section_labels([tmp_path]) == {"001": labels}


@pytest.mark.parametrize("late", [0, 32])
def test_sections_begin_where_the_melody_says(labels, late):
    sections = SectionLabels(labels)(song(late))
    before = [""] * (late // 16)
    assert sections[: late // 16 + 5] == [*before, "i1", "A1", "A2", "A2", "b1"]


def test_a_bar_between_two_of_theirs_is_in_the_section_at_its_start(labels):
    assert SectionLabels(labels)(song(8))[:6] == ["", "i1", "A1", "A2", "A2", "b1"]


def test_another_melody_has_no_sections(labels):
    (labels / "melody.txt").write_text("\n".join(f"{60 + i} 7" for i in range(9)))
    assert set(SectionLabels(labels)(song(0))) == {""}


@pytest.mark.skipif(not DATA.exists(), reason="the published data sets are not here")
def test_a_real_song_has_the_sections_of_its_label():
    from musegen.datasets.pop909 import find_sources

    folders = [DATA / "pop909/POP909/001", DATA / "pop909_cl", DATA / "pop909_structure/POP909/001"]
    (source,) = find_sources(folders)
    sections = source.sections(source.read())
    assert list(dict.fromkeys(sections)) == [
        *("", "i1", "A1", "B1", "A2", "A3", "b1", "B2", "A4", "A5", "b2", "b3", "A6", "A7"),
        *("b4", "A8", "o1"),
    ]
