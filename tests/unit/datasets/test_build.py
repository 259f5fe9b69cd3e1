"""Building sets of phrases from sources."""

import pytest
from support.examples import band

from musegen.datasets import build_dataset
from musegen.datasets.build import cut_phrases, split_by_name
from musegen.errors import MusicError
from musegen.music import Phrase, Piece
from musegen.music.notes import make_notes
from musegen.parallel import DASK, PROCESSES, WorkerPool


def test_a_phrase_starts_at_each_bar():
    phrases, bars = cut_phrases(band(bars=6))
    assert bars == [0, 1, 2, 3, 4]
    assert phrases[2].notes["onset"].tolist() == band(bars=6).phrases[1].notes["onset"].tolist()


def test_nearly_empty_phrases_are_left_out():
    quiet = Piece((Phrase(make_notes([(0, "lead", 60, 1, 90)])),))
    assert cut_phrases(quiet) == ([], [])


def test_the_name_decides_the_split():
    names = [f"song-{i}" for i in range(400)]
    splits = [split_by_name(name) for name in names]
    assert splits == [split_by_name(name) for name in names]
    assert 5 < splits.count("test") < 40
    assert 5 < splits.count("validation") < 40


def test_a_data_set_is_the_same_from_any_worker_pool(tmp_path, monkeypatch):
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


@pytest.mark.parametrize("kind", ["groove", "midi", "pop909"])
def test_a_folder_without_music_is_refused_in_one_line(tmp_path, kind):
    with pytest.raises(MusicError, match="give") as caught:
        build_dataset(kind, [tmp_path])
    assert "\n" not in str(caught.value)
