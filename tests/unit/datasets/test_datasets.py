"""From data sets and folders to phrases."""

import csv

import pytest
from support.examples import DATA, band, drum_phrase

from musegen.datasets import build_dataset
from musegen.datasets.build import cut_phrases, split_by_name
from musegen.errors import MusicError
from musegen.music import Phrase, Piece
from musegen.music.notes import SONG_PARTS, make_notes
from musegen.parallel import DASK, PROCESSES, WorkerPool

needs_data = pytest.mark.skipif(not DATA.exists(), reason="the published data sets are not here")


def test_a_phrase_starts_at_each_bar():
    phrases, bars = cut_phrases(band(bars=6))
    assert bars == [0, 1, 2, 3, 4]
    assert phrases[2].notes["onset"].tolist() == band(bars=6).phrases[1].notes["onset"].tolist()


def test_nearly_empty_phrases_are_left_out():
    quiet = Piece((Phrase(make_notes([(0, "lead", 60, 1, 90)])),))
    assert cut_phrases(quiet) == ([], [])


def test_splits_go_by_name():
    names = [f"song-{i}" for i in range(400)]
    splits = [split_by_name(name) for name in names]
    assert splits == [split_by_name(name) for name in names]
    assert 5 < splits.count("test") < 40
    assert 5 < splits.count("validation") < 40


def test_a_folder_of_midi_files_becomes_phrases(tmp_path):
    for i in range(3):
        band(bars=4, tempo=100 + i).write_midi(tmp_path / "deep" / f"{i}.mid")
    (tmp_path / "deep" / "broken.mid").write_bytes(b"MThd and then nothing")
    (tmp_path / "notes.txt").write_text("not music")
    phrases, summary = build_dataset("midi", [tmp_path])
    assert summary.sources == 3
    assert summary.phrases == len(phrases) == 9
    assert sorted(set(phrases.source)) == ["deep/0.mid", "deep/1.mid", "deep/2.mid"]
    assert "left out: 1 has no notes" in str(summary)


def test_a_corpus_is_the_same_whichever_pool_made_it(tmp_path, monkeypatch):
    for i in range(20):
        band(bars=4, tempo=100 + i).write_midi(tmp_path / "music" / f"{i}.mid")
    monkeypatch.chdir(tmp_path)
    files = set()
    for i, pool in enumerate(
        [WorkerPool(workers=1), WorkerPool(PROCESSES, 2), WorkerPool(DASK, 2)]
    ):
        phrases, summary = build_dataset("midi", ["music"], pool)
        assert summary.sources == 20
        phrases.save(f"{i}.npz")
        files.add((tmp_path / f"{i}.npz").read_bytes())
    assert len(files) == 1


def test_groove_is_read_by_its_table(tmp_path):
    Piece((drum_phrase(0), drum_phrase(1))).write_midi(tmp_path / "one" / "beat.mid")
    rows = [
        {"id": "one/1", "split": "validation", "time_signature": "4-4"},
        {"id": "one/2", "split": "train", "time_signature": "6-8"},
    ]
    with (tmp_path / "info.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "midi_filename", "bpm"])
        writer.writeheader()
        for row in rows:
            writer.writerow({**row, "midi_filename": "one/beat.mid", "bpm": "110"})
    phrases, summary = build_dataset("groove", [tmp_path])
    assert set(phrases.split) == {"test"}
    assert set(phrases.tempo) == {110}
    assert phrases[0].notes["offset"].max() == pytest.approx(0.2, abs=0.005)
    assert summary.left_out == {"not in 4/4": 1}


@pytest.mark.parametrize("kind", ["groove", "midi", "pop909"])
def test_a_folder_without_music_is_said_in_a_line(tmp_path, kind):
    with pytest.raises(MusicError, match="give") as caught:
        build_dataset(kind, [tmp_path])
    assert "\n" not in str(caught.value)


@needs_data
def test_pop909_songs_get_their_parts():
    phrases, _ = build_dataset("pop909", [DATA / "pop909/POP909/003", DATA / "pop909_cl"])
    assert set(phrases.source) == {"pop909/003"}
    counts = [len(phrases.only([part]).notes) for part in SONG_PARTS]
    assert min(counts) > 200
    lead, bass = phrases.only(["lead"]).notes, phrases.only(["bass"]).notes
    assert lead["pitch"].mean() > bass["pitch"].mean() + 18


@needs_data
def test_groove_has_human_timing():
    phrases, _ = build_dataset("groove", [DATA / "groove"])
    assert len(phrases) > 10_000
    assert set(phrases.split) == {"train", "validation", "test"}
    by_split = {split: set(phrases.source[phrases.split == split]) for split in set(phrases.split)}
    assert not by_split["train"] & (by_split["validation"] | by_split["test"])
    assert 0.05 < abs(phrases.notes["offset"]).mean() < 0.2
