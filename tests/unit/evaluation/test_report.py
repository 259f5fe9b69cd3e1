"""Measures of reconstructions, the report, and the model card."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from support.examples import CHECKPOINTS, band_phrase, drum_phrase, phrase_set

from musegen.errors import MusicError
from musegen.evaluation import Report, evaluate
from musegen.evaluation.card import write_card
from musegen.evaluation.measures import reconstruction
from musegen.evaluation.measures.reconstruction import (
    drum_tallies,
    player_tallies,
    reconstruction_tallies,
)
from musegen.evaluation.measures.statistics import (
    Measure,
    bootstrap,
    quantile_of_songs,
    resample,
)
from musegen.evaluation.samples import Samples, to_c
from musegen.music import Phrase
from musegen.music.notes import SONG_PARTS, make_notes
from musegen.music.similarity import note_f1


def value(tally):
    return tally[0].sum() / tally[1].sum()


def test_an_exact_reconstruction_is_right_in_all_measures():
    truth = [band_phrase(i) for i in range(3)]
    tallies = reconstruction_tallies(truth, truth, SONG_PARTS)
    assert value(tallies["note F1"]) == 1
    assert value(tallies["note F1, bass"]) == 1
    assert value(tallies["durations right, of matched"]) == 1
    assert value(tallies["velocity error, of matched"]) == 0


def test_wrong_durations_and_velocities_are_counted():
    truth = band_phrase()
    notes = truth.notes.copy()
    notes["duration"] += 1
    notes["velocity"] -= 5
    tallies = reconstruction_tallies([truth], [Phrase(notes)], SONG_PARTS)
    assert value(tallies["note F1"]) == 1
    # Notes that sound past the end of the phrase count with their whole length.
    assert value(tallies["durations right, of matched"]) == 0
    assert value(tallies["velocity error, of matched"]) == 5


def test_timing_errors_are_in_milliseconds():
    truth = drum_phrase()
    notes = truth.notes.copy()
    notes["offset"] += 0.1
    tallies = reconstruction_tallies([truth], [Phrase(notes)], ("drums",))
    step = 60_000 / truth.tempo / 4
    assert value(tallies["timing error, ms, of matched"]) == pytest.approx(0.1 * step, rel=1e-4)
    assert value(drum_tallies([truth], [Phrase(notes)])["steps with all nine drums exact"]) == 1


def test_timing_errors_of_notes_beside_their_steps_are_measured_by_themselves():
    rows = [(4 * i, "lead", 60 + i, 2, 90, 0.33 * (i % 2)) for i in range(8)]
    truth = Phrase(make_notes(rows), 0, 120.0)
    on_steps = Phrase(make_notes([row[:5] for row in rows]))
    tallies = reconstruction_tallies([truth], [on_steps], SONG_PARTS)
    # A step is 125 ms long; every other note is a third of one late.
    assert value(tallies["timing error, ms, of matched"]) == pytest.approx(41.25 / 2, rel=1e-3)
    beside = value(tallies["timing error, ms, of matched beside their steps"])
    assert beside == pytest.approx(41.25, rel=1e-3)


def test_velocities_in_a_chord_and_bass_notes_are_described():
    rows = [
        *((0, "chords", 60 + i, 4, velocity) for i, velocity in enumerate((80, 90))),
        *((8, "chords", 60 + i, 4, 70) for i in range(3)),
        (0, "lead", 72, 4, 127),
        (28, "bass", 40, 12, 90),
        (0, "bass", 40, 4, 90),
    ]
    tallies = player_tallies([Phrase(make_notes(rows)), Phrase()], SONG_PARTS)
    assert value(tallies["deviation of velocities in a chord"]) == 2.5
    assert value(tallies["bass notes, mean length in steps"]) == 8
    assert player_tallies([drum_phrase()], ("drums",)) == {}


def test_a_quantile_of_songs_counts_each_song_once():
    tally = np.array([1.0, 1, 1, 0, 2]), np.array([1.0, 1, 1, 4, 4])
    group = np.array(["long", "long", "long", "b", "c"])
    assert quantile_of_songs(tally, group, 0.5).value == 0.5
    assert quantile_of_songs(tally, group, 0.25).value == 0.25


def test_intervals_come_from_resampling_songs():
    top, bottom = np.array([1.0, 1, 0, 0]), np.ones(4)
    one_song_each = bootstrap(top, bottom, np.array(["a", "b", "c", "d"]))
    assert one_song_each.value == 0.5
    assert one_song_each.low < 0.5 < one_song_each.high
    even = bootstrap(top, bottom, np.array(["a", "b", "a", "b"]))
    assert (even.low, even.high) == (0.5, 0.5)


def test_a_statistic_of_sums_has_an_interval():
    rows = np.array([[1.0, 4], [3, 4], [1, 4], [3, 4]])
    found = resample(rows, np.array(list("abab")), lambda sums: sums.max(-1) / sums.sum(-1))
    assert found.value == 16 / 24
    assert found.low < found.value < found.high


def test_a_measure_is_written_with_its_interval_and_baseline():
    measure = Measure(0.5, 0.4, 0.6)
    assert str(measure) == "0.500 (0.400 to 0.600)"
    assert str(measure.with_baseline(Measure(0.25, None, None), "chance")).endswith(
        "; chance: 0.250"
    )
    assert measure.with_baseline(None, "chance") == measure


@pytest.mark.parametrize("kind", ["song", "drums"])
def test_the_shipped_models_reconstruct_music_that_they_never_saw(mg, kind):
    space = mg.spaces[kind]
    samples = Samples(space, "all", to_c(phrase_set(kind)), None)
    again = space.decode(space.encode(samples.originals))
    measured = reconstruction.measure(samples)["note F1"].value
    assert measured == pytest.approx(note_f1(again, samples.originals))
    assert measured > 0.3


@pytest.mark.parametrize("kind", ["song", "drums"])
def test_a_checkpoint_is_measured_and_the_report_saved(tmp_path, tiny_checkpoints, kind):
    report = evaluate(tiny_checkpoints / kind, phrase_set(kind))
    assert report.split == "all"
    assert (report.sources, report.phrases) == (6, 24)
    # A classifier tells what an untrained model draws. It is not known what it was trained on.
    assert report.measures["random: classifier"].value > 0.8
    assert not any("copies" in name or "cost" in name for name in report.measures)
    report.save(tmp_path / "report.json")
    saved = json.loads((tmp_path / "report.json").read_text())
    assert set(saved) == {"checkpoint", "split", "sources", "phrases", "measures"}
    assert saved["measures"]["note F1"]["value"] == report.measures["note F1"].value
    assert set(saved["measures"]["note F1"]) == {"value", "low", "high", "baseline", "baseline_is"}
    assert "note F1" in str(report)
    assert (tmp_path / "report.png").stat().st_size < 150_000
    with Image.open(tmp_path / "report.png") as picture:
        assert picture.width > 600


def test_with_a_training_split_there_are_all_measures(tiny_checkpoints):
    phrases = phrase_set("drums", count=288, held=240)
    # Songs of eight phrases in a row: 16 bars.
    place = np.arange(288)
    phrases = replace(
        phrases,
        split=np.where(phrases.split == "validation", "test", "train"),
        source=np.array([f"song-{i // 8}" for i in place]),
        bar=np.int32(2 * (place % 8)),
        style=np.where(place < 140, "rock", "jazz"),
    )
    report = evaluate(tiny_checkpoints / "drums", phrases)
    assert (report.split, report.phrases) == ("test", 240)
    for name in (
        "steps with all nine drums exact",
        "reconstruction: classifier",
        "reconstruction: classifier, jazz",
        "random: classifier",
        "random: classifier, without both",
        "random: classifier, single phrases",
        "middle: classifier",
        "structure: classifier",
        "random: overlapping area, mean",
        "random: copies of training phrases",
        "interpolation: distance to the first end grows",
        "interpolation: 5-gram cost, worst point",
    ):
        measure = report.measures[name]
        assert measure.low <= measure.high
        assert measure.baseline is not None, name
        assert measure.baseline_is
    # A song's stretches are alike: it is harder to tell one of a song that was not learned from.
    assert 0 <= report.measures["random: classifier, folds by song"].value <= 1
    assert 0 <= report.measures["training music: classifier"].value <= 1


def test_phrases_of_other_parts_are_refused(tiny_checkpoints):
    with pytest.raises(MusicError, match="none of these phrases"):
        evaluate(tiny_checkpoints / "drums", phrase_set("song"))


def test_a_card_is_written_from_the_report(tmp_path):
    for name in ("vae.json", "train.csv", "prior.csv"):
        shutil.copy(CHECKPOINTS / "song" / name, tmp_path / name)
    measures = {
        "random: classifier": Measure(0.75, 0.7, 0.8, 0.5, "held-out music split in two"),
        "note F1": Measure(0.9, 0.85, 0.95),
    }
    report = Report("song", "test", 2, 1234, measures, {"random": [band_phrase()], "held out": []})
    report.save(tmp_path / "evaluation.json")
    write_card(tmp_path)
    card = (tmp_path / "README.md").read_text()
    assert (
        "| random: classifier | 0.750 | 0.700 to 0.800 | 0.500 | held-out music split in two |"
    ) in card
    assert "| note F1 | 0.900 | 0.850 to 0.950 |  |  |" in card
    assert "1,234 phrases of 2 sources" in card
    assert "(evaluation.png)" in card
    assert (tmp_path / "evaluation.png").exists()
