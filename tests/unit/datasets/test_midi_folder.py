"""Folders of MIDI files."""

from support.examples import band

from musegen.datasets import build_dataset


def test_a_folder_of_midi_files_becomes_phrases(tmp_path):
    for i in range(3):
        band(bars=4, tempo=100 + i).write_midi(tmp_path / "deep" / f"{i}.mid")
    (tmp_path / "deep" / "broken.mid").write_bytes(b"MThd and then nothing")
    (tmp_path / "notes.txt").write_text("not music")
    phrases, summary = build_dataset("midi", [tmp_path])
    assert summary.sources == 3
    assert summary.phrases == len(phrases) == 9
    assert sorted(set(phrases.source)) == ["deep/0.mid", "deep/1.mid", "deep/2.mid"]
    assert "left out: 1 has no notes in it" in str(summary)
