"""Folders of MIDI files."""

import pytest
from support.examples import band

from musegen.datasets import build_dataset
from musegen.errors import MusicError
from musegen.parallel import WorkerPool


def test_a_folder_of_midi_files_becomes_phrases(tmp_path):
    for i in range(3):
        band(bars=4, tempo=100 + i).write_midi(tmp_path / "deep" / f"{i}.mid")
    (tmp_path / "deep" / "broken.mid").write_bytes(b"MThd and then nothing")
    (tmp_path / "notes.txt").write_text("not music")
    phrases, summary = build_dataset("midi", [tmp_path])
    assert summary.sources == 3
    assert summary.phrases == len(phrases) == 9
    assert sorted(set(phrases.source)) == ["deep/0.mid", "deep/1.mid", "deep/2.mid"]
    assert "left out: 1 has no notes in it: choose another file: deep/broken.mid" in str(summary)
    assert set(phrases.style) == {"deep"}


def test_files_without_a_folder_of_their_own_have_no_style(tmp_path):
    band(bars=4).write_midi(tmp_path / "song.mid")
    for source in (tmp_path, tmp_path / "song.mid"):
        assert set(build_dataset("midi", [source], WorkerPool(workers=1))[0].style) == {""}


def test_equal_names_in_two_folders_stay_two_pieces(tmp_path):
    for i, name in enumerate(("one", "two")):
        band(bars=4, tempo=100 + i).write_midi(tmp_path / name / "a.mid")
    phrases, _ = build_dataset("midi", [tmp_path / "one", tmp_path / "two"])
    assert sorted(set(phrases.source)) == ["a.mid", "two/a.mid"]
    with pytest.raises(MusicError, match="give each folder once"):
        build_dataset("midi", [tmp_path / "one", tmp_path / "one", tmp_path / "one"])
