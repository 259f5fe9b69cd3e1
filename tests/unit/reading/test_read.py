"""Files of other programs, read as pieces."""

import warnings

import pytest
from support.midi_files import Voice, foreign_file, midi_file, scale

from musegen.errors import MusicWarning
from musegen.midi import load_file
from musegen.reading import read_file, read_midi, read_midi_with_report

MELODY = [(pitch, i, i + 1) for i, pitch in enumerate((72, 74, 76, 77, 79, 77, 74, 72))]


def test_a_melody_alone_is_the_lead(tmp_path):
    piece = read_midi(foreign_file(tmp_path / "tune.mid", (73, "", False, MELODY), tempo=90))
    assert piece.parts == ("lead",)
    assert piece.notes["pitch"].tolist() == [note[0] for note in MELODY]
    assert piece.notes["onset"].tolist() == list(range(0, 32, 4))
    assert piece.programs["lead"] == 73
    assert piece.tempo == pytest.approx(90, rel=1e-5)  # pretty_midi cuts off a microsecond
    assert piece.bars == 2


def test_the_low_notes_of_a_piano_alone_are_the_bass(tmp_path):
    chords = [(pitch, beat, beat + 4) for beat in (0, 4) for pitch in (36, 60, 64, 67)]
    piece = read_midi(foreign_file(tmp_path / "piano.mid", (0, "Piano", False, chords)))
    assert piece.parts == ("chords", "bass")
    assert set(piece.only(["bass"]).notes["pitch"]) == {36}
    assert set(piece.only(["chords"]).notes["pitch"]) == {60, 64, 67}


def test_a_piano_keeps_its_low_notes_if_there_is_a_bass(tmp_path):
    chords = [(pitch, beat, beat + 4) for beat in (0, 4) for pitch in (43, 60, 64)]
    tracks = [(0, "Piano", False, chords), (33, "", False, [(36, 0, 8)])]
    piece = read_midi(foreign_file(tmp_path / "two.mid", *tracks))
    assert set(piece.only(["bass"]).notes["pitch"]) == {36}


def test_other_percussion_alone_is_played_by_the_nearest_drums(tmp_path):
    hits = [(pitch, beat, beat + 0.5) for beat, pitch in enumerate((73, 74, 86, 127))]
    piece = read_midi(foreign_file(tmp_path / "beat.mid", (0, "", True, hits)))
    assert piece.notes["pitch"].tolist() == [42, 46, 43, 42]


def test_one_track_without_a_name_is_the_lead(tmp_path):
    piece, report = read_midi_with_report(midi_file(tmp_path / "song.mid", Voice(scale(60))))
    assert piece.parts == ("lead",)
    assert report.tracks[0].name == ""
    assert "(no name, Acoustic Grand Piano, 8 notes)" in report.tracks[0].line


def test_drums_alone_are_the_drums(tmp_path):
    beat = [(36 + 2 * (i % 2), i, i + 0.5) for i in range(8)]
    piece, report = read_midi_with_report(midi_file(tmp_path / "s.mid", Voice(beat, channel=10)))
    assert piece.parts == ("drums",)
    assert report.tracks[0].line == (
        "Track 1 (no name, Drums, 8 notes) plays the drums: it is on channel 10."
    )
    assert report.max_shift == 0


def test_bars_without_whole_sixteenths_are_read_with_a_warning(tmp_path):
    meters = [(5, 32, 0), (4, 4, 4)]
    path = foreign_file(tmp_path / "odd.mid", (73, "", False, MELODY), meters=meters)
    with pytest.warns(MusicWarning, match="bars of 5/32"):
        piece = read_midi(path)
    assert len(piece.notes) == len(MELODY)
    assert piece.bars == 2  # of four quarters


def test_a_file_in_4_4_is_read_without_a_warning(tmp_path):
    path = foreign_file(tmp_path / "tune.mid", (73, "", False, MELODY), meters=[(4, 4, 0)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_midi(path)


def test_a_loaded_file_is_read_like_its_path(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60)))
    assert read_file(load_file(path)) == read_midi_with_report(path)
