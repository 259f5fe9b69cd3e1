"""Bars of other meters in files."""

import numpy as np
import pytest
from support.examples import written
from support.midi_files import Voice, meter, midi_file, tempo

from musegen.midi import load_midi
from musegen.music.meters import Meter, lay_out_bar
from musegen.reading import read_midi, read_midi_with_report

METERS = [(3, 4), (6, 8), (12, 8), (5, 4), (2, 4), (7, 8), (9, 8), (2, 2), (3, 8), (6, 4)]


def bars_of(beats: int, unit: int, start: float = 0.0, count: int = 8) -> list[tuple]:
    """A high note on each first beat, low ones on the other eighths."""
    length = 4 * beats / unit
    eighths = np.arange(0, length, 0.5)
    return [
        (
            72 if not at else 48 + round(2 * at),
            start + bar * length + at,
            start + bar * length + at + 0.5,
        )
        for bar in range(count)
        for at in eighths
    ]


def first_beats(piece) -> list[int]:
    """The steps of the high notes."""
    return piece.notes["onset"][piece.notes["pitch"] == 72].tolist()


@pytest.mark.parametrize("beats_unit", METERS)
def test_bars_begin_where_phrases_expect_them(tmp_path, beats_unit):
    path = midi_file(
        tmp_path / "a.mid", Voice(bars_of(*beats_unit)), meta=[(0, meter(*beats_unit))]
    )
    piece, report = read_midi_with_report(path)
    parts = lay_out_bar(*beats_unit)
    apart = 8 if sum(parts) == 8 else 6 if sum(parts) == 6 else 16 * len(parts)
    if apart == 6:  # two bars of 3/8 share 16 steps
        assert first_beats(piece) == [16 * (bar // 2) + 6 * (bar % 2) for bar in range(8)]
    else:
        assert first_beats(piece) == [apart * bar for bar in range(8)]
    assert report.bars == 8
    assert f"Bars are in {beats_unit[0]}/{beats_unit[1]}, as in the file." in report.lines
    assert not report.lost_meters


@pytest.mark.parametrize("beats_unit", METERS)
def test_notes_and_signatures_are_written_as_they_were_read(tmp_path, beats_unit):
    path = midi_file(
        tmp_path / "a.mid", Voice(bars_of(*beats_unit)), meta=[(0, meter(*beats_unit))]
    )
    piece = read_midi(path)
    again = written(piece, tmp_path / "again.mid")
    before, after = load_midi(path), load_midi(again)
    times = [
        sorted((note.start, note.pitch) for track in midi.instruments for note in track.notes)
        for midi in (before, after)
    ]
    assert np.array(times[1]) == pytest.approx(np.array(times[0]), abs=0.002)
    signatures = [(s.numerator, s.denominator, s.time) for s in after.time_signature_changes]
    assert signatures == [(*beats_unit, 0.0)]
    assert read_midi(again) == piece


def test_meters_may_change(tmp_path):
    notes = [*bars_of(4, 4, 0, 2), *bars_of(3, 4, 8, 3), *bars_of(5, 4, 17, 2)]
    meta = [(0, meter(4, 4)), (8, meter(3, 4)), (17, meter(5, 4)), (0, tempo(100))]
    path = midi_file(tmp_path / "a.mid", Voice(notes), meta=meta)
    piece, report = read_midi_with_report(path)
    assert first_beats(piece) == [0, 16, 32, 48, 64, 80, 112]
    assert report.bars == 7
    assert "Bars are in 3/4, 4/4 and 5/4, as in the file." in report.lines
    again = written(piece, tmp_path / "again.mid")
    assert read_midi(again) == piece
    found = [(s.numerator, s.denominator) for s in load_midi(again).time_signature_changes]
    assert found == [(4, 4), (3, 4), (5, 4)]


def test_a_bar_that_the_next_meter_interrupts_is_shorter(tmp_path):
    notes = [*bars_of(4, 4, 0, 1), (60, 4, 6), *bars_of(3, 4, 6, 2)]
    meta = [(0, meter(4, 4)), (6, meter(3, 4))]
    piece = read_midi(midi_file(tmp_path / "a.mid", Voice(notes), meta=meta))
    assert first_beats(piece) == [0, 32, 48]
    assert piece.meters == (Meter(), Meter(2, 4), Meter(3, 4), Meter(3, 4))


def test_a_pickup_of_a_waltz_is_at_the_end_of_its_first_bar(tmp_path):
    notes = [(67, 0, 1), *bars_of(3, 4, 1, 4)]
    meta = [(0, meter(1, 4)), (1, meter(3, 4))]
    piece, report = read_midi_with_report(midi_file(tmp_path / "a.mid", Voice(notes), meta=meta))
    assert piece.notes["onset"][0] == 8
    assert first_beats(piece) == [16, 32, 48, 64]
    assert report.pickup == 4


def test_a_pickup_may_be_longer_than_a_bar(tmp_path):
    notes = [(60 + i, i, i + 1) for i in range(11)]
    meta = [(3, meter(2, 4))]
    piece = read_midi(midi_file(tmp_path / "a.mid", Voice(notes), meta=meta))
    assert set(np.diff(piece.notes["onset"])) == {4}


def test_silent_bars_of_a_long_meter_are_left_out_whole(tmp_path):
    notes = [(67, 9, 10), *bars_of(12, 8, 12, 2)]  # the first note is in the second half of bar 2
    path = midi_file(tmp_path / "a.mid", Voice(notes), meta=[(0, meter(12, 8))])
    piece, report = read_midi_with_report(path)
    assert report.silent_bars == 1
    assert piece.notes["onset"][0] == 16
    assert first_beats(piece) == [32, 64]


def test_a_ritardando_in_three_keeps_its_beats(tmp_path):
    meta = [(0, meter(3, 4)), *((beat, tempo(120 - 5 * beat)) for beat in range(12))]
    path = midi_file(tmp_path / "a.mid", Voice(bars_of(3, 4, 0, 4)), meta=meta)
    piece = read_midi(path)
    beats = np.diff(piece.seconds_at(np.arange(0, 49, 4)))
    assert 60 / beats == pytest.approx(120 - 5 * np.arange(12), rel=1e-3)
    again = read_midi(written(piece, tmp_path / "again.mid"))
    assert again.seconds == pytest.approx(piece.seconds, abs=0.001)
