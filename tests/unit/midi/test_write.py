"""Pieces written as MIDI files, and read again."""

import os
from dataclasses import replace

import hypothesis.strategies as st
import mido
import numpy as np
import pretty_midi
import pytest
from hypothesis import given, settings
from support.examples import PROGRAMS, full_band, full_band_phrase, wild, written

from musegen.errors import FileError
from musegen.midi import load_midi, write_midi
from musegen.music import Phrase, Piece
from musegen.music.arrange import cut
from musegen.music.feel import Feel
from musegen.music.notes import DRUMS, SONG_PARTS, make_notes, part_index, tidy_notes
from musegen.reading import read_midi

# Reading a written file


def untimed(piece):
    """The notes as a list, without the timing of parts other than drums."""
    notes = piece.notes
    notes["offset"][notes["part"] != DRUMS] = 0
    return notes.tolist()


def test_a_written_piece_is_read_note_for_note(tmp_path):
    piece = full_band(key=2)
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    assert untimed(again) == untimed(piece)  # velocities and drum offsets included
    assert again.programs == piece.programs
    assert again.bars == piece.bars
    assert [phrase.key for phrase in again.phrases] == [2, 2]


@pytest.mark.parametrize("key", range(-5, 7))
def test_every_key_is_read_back(tmp_path, key):
    assert read_midi(written(full_band(key=key), tmp_path / "piece.mid")).key == key


def test_changes_of_key_are_read_back(tmp_path):
    piece = Piece(
        (full_band_phrase(0), full_band_phrase(2), full_band_phrase(2), full_band_phrase(-3))
    )
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    assert [phrase.key for phrase in again.phrases] == [0, 2, 2, -3]


def test_the_tempo_of_each_phrase_is_read_back(tmp_path):
    piece = full_band(120.0, 97.3, 97.3, 61.7, 180.0)
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    tempos = [phrase.tempo for phrase in again.phrases]
    assert tempos == pytest.approx([120.0, 97.3, 97.3, 61.7, 180.0], rel=1e-5)
    assert again.seconds == pytest.approx(piece.seconds, rel=1e-5)
    assert untimed(again) == untimed(piece)


@pytest.mark.parametrize("tempo", [60.0, 97.3, 84.0, 105.0, 133.0, 168.0])
def test_a_file_that_is_read_and_written_again_has_the_same_bytes(tmp_path, tempo):
    exact = full_band(tempo, tempo * 1.1).with_feel(Feel(human=False))
    first = written(exact, tmp_path / "first.mid")
    assert written(read_midi(first), tmp_path / "second.mid").read_bytes() == first.read_bytes()


@pytest.mark.parametrize("tempo", [60.0, 97.3, 168.0])
def test_the_timing_of_a_file_is_not_humanised_again(tmp_path, tempo):
    piece = full_band(tempo, tempo * 1.1)
    once = read_midi(written(piece, tmp_path / "once.mid"))
    assert once.play_times()[0] == pytest.approx(piece.play_times()[0], abs=0.5 / 120 + 1e-9)
    twice = read_midi(written(once, tmp_path / "twice.mid"))
    assert twice.notes.tolist() == once.notes.tolist()
    again = written(twice, tmp_path / "again.mid")
    assert again.read_bytes() == (tmp_path / "twice.mid").read_bytes()


def test_a_last_phrase_of_one_bar_is_read_back(tmp_path):
    piece = Piece((full_band_phrase(), full_band_phrase()), bars=3)
    assert read_midi(written(piece, tmp_path / "piece.mid")).bars == 3


def test_a_drum_hit_before_the_start_of_the_file_is_moved_to_the_start(tmp_path):
    piece = Piece((Phrase(make_notes([(0, "drums", 36, 1, 90, -0.5), (31, "drums", 38, 1, 90)])),))
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    assert again.notes["offset"].tolist() == [0.0, 0.0]


@st.composite
def pieces(draw):
    """Pieces with any notes: close together, held long, drums off the beat, changes of key."""
    phrases = draw(st.integers(1, 4))
    steps = 32 * phrases
    part, velocity = st.sampled_from(SONG_PARTS), st.integers(1, 127)
    pitched = st.tuples(
        st.integers(0, steps - 1), part, st.integers(12, 115), st.integers(1, 64), velocity
    )
    drum = st.tuples(
        st.integers(0, steps - 1) | st.just(0),  # also flams and rolls before the beginning
        st.just("drums"),
        st.sampled_from([36, 38, 42, 46, 51]),
        st.just(1),
        velocity,
        st.floats(-0.5, 0.5, width=32),
    )
    rows = draw(st.lists(st.one_of(pitched, drum), min_size=1, max_size=80))
    keys = draw(st.lists(st.integers(-5, 6), min_size=phrases, max_size=phrases))
    tempos = draw(st.lists(st.floats(50, 200), min_size=phrases, max_size=phrases))
    human = draw(st.booleans())
    # The last note gives the file the length of the piece. Without a bass, the low notes of the
    # chords would be read as one.
    rows += [(steps - 1, "lead", 60, 1, 90), (0, "bass", 36, 1, 90)]
    notes = tidy_notes(make_notes(rows))
    return Piece.from_notes(notes, keys, tempos, PROGRAMS, 0, [Feel(human=human)] * phrases)


@settings(max_examples=60)
@given(pieces())
def test_any_piece_is_read_note_for_note(tmp_path_factory, piece):
    path = written(piece, tmp_path_factory.getbasetemp() / "any.mid")
    again = read_midi(path)
    fields = ["onset", "part", "pitch", "duration", "velocity"]
    assert again.notes[fields].tolist() == piece.notes[fields].tolist()
    assert again.bars == piece.bars
    tempos = [phrase.tempo for phrase in piece.phrases]
    assert [phrase.tempo for phrase in again.phrases] == pytest.approx(tempos, rel=1e-4)
    start = piece.play_times()[0]
    assert again.notes["offset"] == pytest.approx(start - piece.notes["onset"], abs=2 / 120)
    assert again.play_times()[0] == pytest.approx(start, abs=2 / 120)  # ticks


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("human", [True, False])
def test_a_piece_without_swing_is_read_note_for_note(tmp_path, seed, human):
    piece = wild(seed, [Feel(human=human)] * 3)
    again = read_midi(written(piece, tmp_path / "piece.mid"))
    fields = ["onset", "part", "pitch", "duration", "velocity"]
    assert again.notes[fields].tolist() == piece.notes[fields].tolist()
    start = piece.play_times()[0]
    assert again.notes["offset"] == pytest.approx(start - piece.notes["onset"], abs=2 / 120)
    assert again.play_times()[0] == pytest.approx(start, abs=2 / 120)  # ticks


def test_a_flam_that_begins_a_piece_is_read_again(tmp_path):
    rows = [(0, "drums", 38, 1, 30, -0.43), (0, "drums", 38, 1, 80, -0.33)]
    piece = Piece((Phrase(), Phrase(make_notes([*rows, (8, "drums", 36, 1, 90)]))))
    again = read_midi(written(cut(piece, 1, 1), tmp_path / "flam.mid"))
    assert again.notes["velocity"].tolist() == [30, 80, 90]


# The file


def test_equal_pieces_are_written_as_equal_bytes(tmp_path):
    first = written(full_band(), tmp_path / "first.mid").read_bytes()
    assert written(full_band(), tmp_path / "second.mid").read_bytes() == first


def test_tracks_are_named_after_their_parts(tmp_path):
    midi = pretty_midi.PrettyMIDI(str(written(full_band(), tmp_path / "piece.mid")))
    found = {track.name: (track.program, track.is_drum) for track in midi.instruments}
    assert found == {name: (program, name == "drums") for name, program in PROGRAMS.items()}


def test_a_part_that_changes_its_instrument_has_a_track_for_each(tmp_path):
    piece = replace(full_band(120.0, 120.0), changes={1: {"lead": 40}})
    midi = pretty_midi.PrettyMIDI(str(written(piece, tmp_path / "a.mid")))
    leads = [track for track in midi.instruments if track.name == "lead"]
    assert [track.program for track in leads] == [piece.programs["lead"], 40]
    assert min(note.start for note in leads[1].notes) > 3.95
    assert untimed(read_midi(tmp_path / "a.mid")) == untimed(piece)


def test_a_missing_folder_is_created(tmp_path):
    path = tmp_path / "new" / "folder" / "piece.mid"
    assert read_midi(written(full_band(), path)) is not None


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = written(full_band(), tmp_path / "piece.mid")
    before = path.read_bytes()
    midi = full_band().to_pretty_midi()
    midi.instruments[0].program = 200  # there are 128 programs
    with pytest.raises(ValueError, match="data byte"):
        write_midi(midi, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["piece.mid"]


def test_a_folder_that_cannot_be_written_is_a_file_error(tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(FileError, match="cannot write"):
        full_band().write_midi(tmp_path / "taken" / "piece.mid")


def test_changes_of_key_and_tempo_are_at_the_start_of_their_phrases(tmp_path):
    piece = Piece(
        (full_band_phrase(0, 97.3), full_band_phrase(2, 141.7), full_band_phrase(2, 97.3))
    )
    midi = load_midi(written(piece, tmp_path / "piece.mid"))
    second, third = midi.tick_to_time(32 * 120), midi.tick_to_time(64 * 120)
    assert [(key.key_number, key.time) for key in midi.key_signature_changes] == [
        (0, 0),
        (2, second),
    ]
    times, tempos = midi.get_tempo_changes()
    assert times.tolist() == [0, second, third]
    assert tempos == pytest.approx([97.3, 141.7, 97.3], rel=1e-5)


def test_a_swung_file_has_its_offbeats_on_the_triplets(tmp_path):
    piece = full_band().with_feel(Feel(swing=1.0, human=False))
    file = mido.MidiFile(written(piece, tmp_path / "piece.mid"))
    (hats,) = [track for track in file.tracks if track.name == "drums"]
    now, at = 0, []
    for message in hats:
        now += message.time
        if message.type == "note_on" and message.note == 42 and message.velocity:
            at.append(now)
    assert at == [480 * beat + offbeat for beat in range(16) for offbeat in (0, 320)]


def test_the_notes_of_the_file_have_the_play_times_of_the_piece(tmp_path):
    piece = full_band(120.0, 97.3, key=2).with_feel(Feel(swing=0.4))
    midi = pretty_midi.PrettyMIDI(str(written(piece, tmp_path / "piece.mid")))
    for name in piece.parts:
        own = piece.notes["part"] == part_index(name)
        (track,) = [track for track in midi.instruments if track.name == name]
        found = sorted((note.start, note.end) for note in track.notes)
        start, end = (piece.seconds_at(at[own]) for at in piece.play_times())
        told = sorted(zip(start, end, strict=True))
        assert np.array(found) == pytest.approx(np.array(told), abs=2e-3)  # a tick is 1 ms
