"""Chord labels of POP909-CL."""

import pytest
from support.examples import DATA
from support.midi_files import Voice, meter, midi_file

from musegen.datasets.chord_labels import read_chord_labels, read_labelled_songs
from musegen.errors import MusicError

needs_data = pytest.mark.skipif(not DATA.exists(), reason="the published data sets are not here")
MELODY = Voice([(72, 0, 8, 90)])


def label_file(path, *blocks):
    """Write a melody, and a second track with blocks: start and end in quarters, and pitches."""
    notes = [(pitch, start, end, 80) for start, end, *pitches in blocks for pitch in pitches]
    return midi_file(path, MELODY, Voice(notes, channel=1), meta=[(0, meter(4, 4))])


def test_the_lowest_note_is_the_bass(tmp_path):
    path = label_file(
        tmp_path / "001.mid", (0, 4, 48, 52, 55), (4, 6, 47, 50, 55), (6, 8, 45, 48, 52, 55)
    )
    assert read_chord_labels(path).text() == "| C | G/B Am7 |"


def test_a_beat_has_the_chord_that_sounds_longest_in_it(tmp_path):
    path = label_file(tmp_path / "001.mid", (0, 1.25, 48, 52, 55), (1.75, 4, 50, 53, 57))
    assert [str(chord) for chord in read_chord_labels(path)][:5] == ["C", "C", "Dm", "Dm", "N.C."]


def test_a_file_without_labels_is_refused(tmp_path):
    path = midi_file(tmp_path / "001.mid", MELODY, meta=[(0, meter(4, 4))])
    with pytest.raises(MusicError, match="no second track with chord labels"):
        read_chord_labels(path)


@needs_data
def test_labels_are_as_long_as_their_song():
    folders = [DATA / "pop909/POP909/003", DATA / "pop909_cl"]
    (song,) = read_labelled_songs(folders, splits=("train",))
    assert len(song.chords) == 8 * len(song.piece)
    assert (song.chords.roots == song.piece.chords.padded(len(song.chords)).roots).mean() > 0.85
