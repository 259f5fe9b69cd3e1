"""Building sets of phrases from sources."""

from functools import partial

import numpy as np
import pytest
from support.examples import band

from musegen.datasets import build_dataset
from musegen.datasets.build import Source, build_phrases, cut_phrases, split_by_name
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
    assert split_by_name("caf\udce9.mid") in ("train", "validation", "test")  # not UTF-8


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


def song(seed):
    """A piece with a melody of its own."""
    rng = np.random.default_rng(seed)
    return Piece.from_notes(
        make_notes([(2 * i, "lead", int(rng.integers(60, 84)), 2, 90) for i in range(64)]),
        [0] * 4,
        [120.0] * 4,
    )


def broken():
    raise ZeroDivisionError("tempo")


def test_near_duplicates_are_reported_and_in_one_split():
    sources = [
        Source("a", "train", partial(song, 0)),
        Source("b", "validation", partial(song, 1)),
        Source("again a", "test", lambda: song(0).to_key(3)),
    ]
    phrases, summary = build_phrases(sources, WorkerPool(workers=1))
    splits = dict(zip(phrases.source.tolist(), phrases.split.tolist(), strict=True))
    assert splits == {"a": "test", "b": "validation", "again a": "test"}
    assert summary.alike == [["a", "again a"]]
    assert "nearly the same, so in one split: a, again a" in str(summary)


def test_a_file_that_breaks_the_reader_is_left_out_by_name():
    sources = [Source("good", "train", partial(song, 0)), Source("bad", "train", broken)]
    phrases, summary = build_phrases(sources, WorkerPool(workers=1))
    assert set(phrases.source) == {"good"}
    assert "left out: 1 could not be read (ZeroDivisionError: tempo): bad" in str(summary)


def test_notes_keep_their_length_velocity_and_timing():
    notes = make_notes([(4 * i, "bass", 36 + i, 20, 50 + i, 0.1) for i in range(16)])
    phrases, _ = cut_phrases(Piece.from_notes(notes, [0, 0], [120.0] * 2))
    first = phrases[0].notes
    assert first["duration"].tolist() == [20] * 8
    assert first["velocity"].tolist() == list(range(50, 58))
    assert first["offset"] == pytest.approx(0.1)


@pytest.mark.parametrize("kind", ["bands", "groove", "hymns", "lieder", "midi", "pop909"])
def test_a_folder_without_music_is_refused_in_one_line(tmp_path, kind):
    with pytest.raises(MusicError, match="give") as caught:
        build_dataset(kind, [tmp_path])
    assert "\n" not in str(caught.value)
