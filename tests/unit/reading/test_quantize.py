"""Placing notes on steps."""

import numpy as np
import pretty_midi
import pytest
from support.midi_files import foreign_file

from musegen.midi import load_midi
from musegen.music.notes import ON_STEP
from musegen.reading import quantize_drums, quantize_track, read_midi


def test_each_note_moves_to_the_nearest_step_and_lasts_at_least_one(tmp_path):
    notes = [(60, 0.1, 0.12), (62, 0.99, 2.1), (64, 2.2, 2.9)]
    midi = load_midi(foreign_file(tmp_path / "tune.mid", (73, "Flute", False, notes)))
    track = quantize_track(midi, midi.instruments[0])
    assert (track.name, track.program) == ("Flute", 73)
    assert track.onset.tolist() == [0, 4, 9]
    assert track.duration.tolist() == [1, 4, 3]
    assert track.polyphony == 1
    assert track.bars == {0}


def test_drums_without_a_class_become_the_nearest():
    midi = pretty_midi.PrettyMIDI()
    drums = pretty_midi.Instrument(0, is_drum=True)
    drums.notes = [pretty_midi.Note(90, pitch, 0.0, 0.1) for pitch in (73, 36)]
    assert quantize_drums(midi, [drums])["pitch"].tolist() == [36, 42]
    assert len(quantize_drums(midi, [])) == 0


def test_drums_become_the_nine_classes_with_their_timing(tmp_path):
    hits = [(36, 0, 0.1, 100), (40, 1.05, 1.1, 90), (35, 2, 2.1, 80), (22, 3, 3.1, 70)]
    piece = read_midi(foreign_file(tmp_path / "beat.mid", (0, "", True, hits)))
    assert piece.parts == ("drums",)
    assert piece.notes["pitch"].tolist() == [36, 38, 36, 42]  # each class by one pitch
    assert piece.notes["velocity"].tolist() == [100, 90, 80, 70]
    assert piece.notes["offset"] == pytest.approx([0, 0.2, 0, 0], abs=0.01)  # .05 beats late


def test_of_two_hits_of_a_class_on_one_step_the_louder_stays(tmp_path):
    hits = [(38, 0, 0.1, 60), (40, 0, 0.1, 90)]
    piece = read_midi(foreign_file(tmp_path / "beat.mid", (0, "", True, hits)))
    assert piece.notes["velocity"].tolist() == [90]


@pytest.mark.parametrize("program", [(0, "", True), (73, "Flute", False)])
def test_a_roll_of_thirty_seconds_keeps_all_its_notes(tmp_path, program):
    notes = [(38, i / 8, i / 8 + 0.1) for i in range(16)]
    piece = read_midi(foreign_file(tmp_path / "roll.mid", (*program, notes)))
    start = piece.play_times()[0]
    assert start == pytest.approx(np.arange(16) / 2, abs=0.02)


def test_a_note_keeps_its_timing(tmp_path):
    notes = [(60, 0, 1), (62, 1 + 1 / 12, 2), (64, 2, 3)]
    piece = read_midi(foreign_file(tmp_path / "late.mid", (73, "Flute", False, notes)))
    assert piece.notes["onset"].tolist() == [0, 4, 8]
    assert piece.notes["offset"] == pytest.approx([ON_STEP, 1 / 3, ON_STEP], abs=0.01)
