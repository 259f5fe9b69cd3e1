"""Keys, meters, pick-ups and tempos of files."""

import mido
import numpy as np
import pretty_midi
import pytest
from support.examples import full_band
from support.midi_files import Voice, foreign_file, meter, midi_file, scale, tempo

from musegen.errors import MusicWarning
from musegen.reading import read_midi, read_midi_with_report


def places(piece, part):
    return piece.only([part]).notes[["onset", "pitch"]].tolist()


def test_a_key_signature_that_does_not_fit_the_notes_is_ignored(tmp_path):
    midi = full_band(key=-3).to_pretty_midi()
    midi.key_signature_changes = [pretty_midi.KeySignature(0, 0.0)]  # the default of many programs
    midi.write(str(tmp_path / "tune.mid"))
    assert read_midi(tmp_path / "tune.mid").key == -3


@pytest.mark.parametrize(("signature", "key"), [("G", -5), ("F#", 5)])
def test_a_chosen_key_is_believed_unless_the_notes_deny_it(tmp_path, signature, key):
    path = midi_file(tmp_path / "tune.mid", Voice(scale(60)))  # F major fits it best
    midi = pretty_midi.PrettyMIDI(str(path))
    number = pretty_midi.key_name_to_key_number(signature)
    midi.key_signature_changes = [pretty_midi.KeySignature(number, 0.0)]
    midi.write(str(path))
    assert read_midi(path).key == key


@pytest.mark.parametrize(("signature", "key"), [("Cm", 3), ("Am", 0), ("G#m", -1), ("Eb", 3)])
def test_a_minor_key_is_read_as_its_relative_major(tmp_path, signature, key):
    # All twelve notes fit every key, which leaves it to the signature.
    chromatic = [(60 + i, i / 2, i / 2 + 0.5) for i in range(12)]
    midi = pretty_midi.PrettyMIDI(
        str(foreign_file(tmp_path / "tune.mid", (73, "", False, chromatic)))
    )
    number = pretty_midi.key_name_to_key_number(signature)
    midi.key_signature_changes = [pretty_midi.KeySignature(number, 0.0)]
    midi.write(str(tmp_path / "tune.mid"))
    assert read_midi(tmp_path / "tune.mid").key == key


def test_tempo_changes_within_a_phrase_keep_the_length_in_seconds(tmp_path):
    changes = [(0, tempo(60)), (3, tempo(97)), (7.5, tempo(141)), (12, tempo(80))]
    path = midi_file(tmp_path / "song.mid", Voice(scale(60, 16)), meta=changes)
    beats = np.diff([0, 3, 7.5, 12, 16])
    seconds = float(np.sum(beats * 60 / np.array([60, 97, 141, 80])))
    assert read_midi(path).seconds == pytest.approx(seconds, rel=1e-4)


@pytest.mark.parametrize(
    "meters",
    [
        [(0, meter(1, 4)), (1, meter(4, 4))],  # as notation programs write it
        [(1, meter(4, 4))],
    ],
)
def test_a_pickup_is_before_its_bar_line(tmp_path, meters, recwarn):
    notes = [(67, 0, 1), *((60 + i, 1 + i, 2 + i) for i in range(8))]
    changes = [*meters, (0, tempo(100)), (9, mido.MetaMessage("key_signature", key="C"))]
    path = midi_file(tmp_path / "song.mid", Voice(notes), meta=changes)
    piece, report = read_midi_with_report(path)
    assert [onset for onset, _ in places(piece, "lead")] == list(range(12, 48, 4))
    assert report.pickup == 4
    assert read_midi(path) == piece
    assert not [w for w in recwarn if w.category is MusicWarning]  # 4/4 all through
    assert any("begins with a pick-up of 1 beat," in line for line in report.lines)


def test_a_pickup_after_rests_stays_where_it_is(tmp_path):
    notes = [(67, 3, 4), *((60 + i, 4 + i, 5 + i) for i in range(8))]
    path = midi_file(tmp_path / "song.mid", Voice(notes), meta=[(0, meter(4, 4))])
    piece, report = read_midi_with_report(path)
    assert (places(piece, "lead")[0], report.pickup) == ((12, 67), 0)


@pytest.mark.parametrize(
    "meters",
    [
        [(0, meter(4, 4)), (4, meter(3, 4))],
        [(0, meter(3, 4)), (6, meter(4, 4))],
        [(0, meter(3, 4)), (3, meter(4, 4)), (7, meter(3, 4))],
    ],
)
@pytest.mark.filterwarnings("ignore::musegen.errors.MusicWarning")
def test_other_changes_of_meter_are_no_pickup(tmp_path, meters):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60)), meta=meters)
    piece, report = read_midi_with_report(path)
    assert (places(piece, "lead")[0], report.pickup) == ((0, 60), 0)
