"""Measures, and the report made of them."""

import json

import numpy as np
import pytest
from examples import CHECKPOINTS, band_phrase, drum_phrase, phrase_set

from musegen.evaluation import evaluate
from musegen.evaluation.measures import bootstrap, drum_tallies, reconstruction_tallies
from musegen.music import Phrase
from musegen.music.notes import SONG_PARTS


def value(tally):
    return tally[0].sum() / tally[1].sum()


def test_what_came_back_whole_is_right_in_all():
    truth = [band_phrase(i) for i in range(3)]
    tallies = reconstruction_tallies(truth, truth, SONG_PARTS)
    assert value(tallies["note F1"]) == 1
    assert value(tallies["note F1, bass"]) == 1
    assert value(tallies["durations right, of matched"]) == 1
    assert value(tallies["velocity error, of matched"]) == 0


def test_what_is_off_counts_as_off():
    truth = band_phrase()
    notes = truth.notes.copy()
    notes["duration"] += 1
    notes["velocity"] -= 5
    tallies = reconstruction_tallies([truth], [Phrase(notes)], SONG_PARTS)
    assert value(tallies["note F1"]) == 1
    # Notes that reach the end of the phrase end with it either way.
    assert 0 < value(tallies["durations right, of matched"]) < 0.2
    assert value(tallies["velocity error, of matched"]) == 5


def test_timing_is_in_milliseconds():
    truth = drum_phrase()
    notes = truth.notes.copy()
    notes["offset"] += 0.1
    tallies = drum_tallies([truth], [Phrase(notes)])
    step = 60_000 / truth.tempo / 4
    assert value(tallies["timing error, ms, of matched"]) == pytest.approx(0.1 * step, rel=1e-4)
    assert value(tallies["steps with all nine drums exact"]) == 1


def test_the_interval_is_by_song():
    top, bottom = np.array([1.0, 1, 0, 0]), np.ones(4)
    one_song_each = bootstrap(top, bottom, np.array(["a", "b", "c", "d"]))
    assert one_song_each.value == 0.5
    assert one_song_each.low < 0.5 < one_song_each.high
    even = bootstrap(top, bottom, np.array(["a", "b", "a", "b"]))
    assert (even.low, even.high) == (0.5, 0.5)


@pytest.mark.parametrize("kind", ["song", "drums"])
def test_a_checkpoint_is_measured_and_written_down(tmp_path, kind):
    report = evaluate(CHECKPOINTS / kind, phrase_set(kind))
    assert report.split == "all"
    assert 0.3 < report.measures["note F1"].value <= 1
    report.save(tmp_path / "report.json")
    saved = json.loads((tmp_path / "report.json").read_text())
    assert saved["measures"]["note F1"]["value"] == report.measures["note F1"].value
    assert "note F1" in str(report)
