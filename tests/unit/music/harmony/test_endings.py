"""The last chord of a piece rings."""

from musegen.music.harmony import NO_CHORD, Chord, ring_out
from musegen.music.notes import PARTS, make_notes

LEAD, CHORDS, BASS, DRUMS = (PARTS.index(part) for part in ("lead", "chords", "bass", "drums"))
C = Chord.from_name("C")


def ends(*rows, chord=C, start=16, end=32, before=()):
    notes, earlier = (make_notes([(*row, 80, 0.0) for row in some]) for some in (rows, before))
    found = ring_out(notes, chord, start, end, earlier)
    return [tuple(note)[:4] for note in found.tolist()]


def test_notes_of_the_last_chord_ring_to_the_end():
    made = ends((16, CHORDS, 60, 4), (20, CHORDS, 64, 2), (24, CHORDS, 67, 2), (28, LEAD, 72, 1))
    assert made == [
        (16, CHORDS, 60, 16),
        (20, CHORDS, 64, 12),
        (24, CHORDS, 67, 8),
        (28, LEAD, 72, 4),
    ]


def test_other_notes_drums_and_what_came_before_stay():
    rows = [(8, CHORDS, 60, 4), (16, DRUMS, 36, 1), (20, LEAD, 62, 2)]
    assert ends(*rows) == rows


def test_notes_outside_of_the_chord_end_before_it_does():
    made = ends((16, CHORDS, 62, 16), (26, LEAD, 65, 2), (30, LEAD, 69, 2), (28, LEAD, 72, 1))
    assert made == [(16, CHORDS, 62, 12), (26, LEAD, 65, 2), (28, LEAD, 72, 4)]


def test_a_chord_that_is_held_into_the_last_bar_rings_on():
    assert ends((12, CHORDS, 64, 6)) == [(12, CHORDS, 64, 20)]


def test_the_bass_goes_to_the_nearest_tonic_and_stays_there():
    assert ends((16, BASS, 43, 4), (20, BASS, 45, 4), (28, BASS, 47, 4)) == [(16, BASS, 48, 16)]
    assert ends((16, BASS, 41, 4)) == [(16, BASS, 36, 16)]


def test_a_tonic_in_the_bass_that_is_held_into_the_last_bar_rings_on():
    assert ends((8, BASS, 36, 12), (20, BASS, 43, 4)) == [(8, BASS, 36, 24)]


def test_another_note_that_is_held_into_the_last_bar_gives_way():
    assert ends((8, BASS, 43, 12)) == [(8, BASS, 43, 8), (16, BASS, 48, 16)]


def test_a_bass_that_is_silent_or_late_comes_in_with_the_chord():
    assert ends((0, BASS, 36, 4)) == [(0, BASS, 36, 4), (16, BASS, 36, 16)]
    assert ends((30, BASS, 38, 2)) == [(16, BASS, 36, 16)]


def test_a_bass_that_played_earlier_in_the_piece_plays_the_last_chord():
    chord = (16, CHORDS, 64, 16)
    assert ends(chord, before=[(0, BASS, 41, 4), (8, BASS, 47, 4)]) == [chord, (16, BASS, 48, 16)]
    assert ends(chord, before=[(0, LEAD, 72, 4)]) == [chord]


def test_a_slash_chord_ends_on_its_bass():
    assert ends((16, BASS, 41, 4), chord=Chord.from_name("C/E")) == [(16, BASS, 40, 16)]


def test_the_bar_after_the_end_is_not_heard_and_stays():
    rows = [(0, CHORDS, 60, 4), (16, BASS, 43, 4)]
    assert ends(*rows, start=0, end=16) == [(0, CHORDS, 60, 16), (16, BASS, 43, 4)]


def test_where_no_chord_is_asked_for_nothing_changes():
    assert ends((16, BASS, 43, 4), chord=NO_CHORD) == [(16, BASS, 43, 4)]


def test_of_two_held_notes_of_the_bass_only_the_tonic_rings_on():
    made = ends((8, BASS, 31, 12), (8, BASS, 36, 12))
    assert made == [(8, BASS, 31, 8), (8, BASS, 36, 24)]
