"""The Groove MIDI Dataset."""

import csv
from collections import defaultdict

import pytest
from support.examples import DATA, drum_phrase

from musegen.datasets import build_dataset
from musegen.datasets.build import build_phrases
from musegen.datasets.groove import find_sources
from musegen.errors import MusicError
from musegen.music import Piece
from musegen.parallel import WorkerPool

needs_data = pytest.mark.skipif(not DATA.exists(), reason="the published data sets are not here")


def test_performances_are_read_as_the_table_says(tmp_path):
    Piece((drum_phrase(0), drum_phrase(1))).write_midi(tmp_path / "one" / "beat.mid")
    rows = [
        {"id": "one/1", "split": "validation", "time_signature": "4-4", "style": "jazz/funk"},
        {"id": "one/2", "split": "train", "time_signature": "6-8", "style": "rock"},
    ]
    with (tmp_path / "info.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "midi_filename", "bpm"])
        writer.writeheader()
        for row in rows:
            writer.writerow({**row, "midi_filename": "one/beat.mid", "bpm": "110"})
    phrases, summary = build_dataset("groove", [tmp_path])
    assert set(phrases.split) == {"test"}
    assert set(phrases.tempo) == {110}
    assert set(phrases.style) == {"jazz"}
    assert phrases[0].notes["offset"].max() == pytest.approx(0.2, abs=0.005)
    assert summary.left_out == {"not in 4/4": ["groove/one/2"]}


def test_another_table_is_refused_in_one_line(tmp_path):
    (tmp_path / "info.csv").write_text("name,x\na,b\n")
    with pytest.raises(MusicError, match=r"info\.csv is not that of Groove"):
        build_dataset("groove", [tmp_path])


@needs_data
def test_the_splits_of_the_data_set_are_separate():
    sources = find_sources([DATA / "groove"])
    assert len(sources) > 1000
    by_split = defaultdict(set)
    for source in sources:
        by_split[source.split].add(source.name)
    assert by_split.keys() == {"train", "validation", "test"}
    assert not by_split["train"] & (by_split["validation"] | by_split["test"])
    assert not by_split["validation"] & by_split["test"]


@needs_data
def test_the_data_set_has_human_timing():
    phrases, summary = build_phrases(find_sources([DATA / "groove"])[::20], WorkerPool(workers=1))
    assert summary.sources > 10
    assert len(phrases) > 300
    assert 0.05 < abs(phrases.notes["offset"]).mean() < 0.2
