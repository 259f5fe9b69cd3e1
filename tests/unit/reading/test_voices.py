"""Choosing the parts and the instruments of tracks."""

import pytest
from support.midi_files import BEAT, Voice, midi_file, scale, small_song, triads

from musegen.errors import MusicError
from musegen.reading import read_midi, read_midi_with_report


def parts(report):
    return [track.part for track in report.tracks]


def lines(report):
    return "\n".join(report.lines)


def test_the_name_of_the_song_does_not_decide_a_part(tmp_path):
    path = midi_file(
        tmp_path / "song.mid",
        Voice(triads(60), "Sing a melody"),
        Voice(scale(72), channel=2),
        kind=0,
    )
    assert parts(read_midi_with_report(path)[1]) == ["chords", "lead"]


def test_the_name_of_the_song_makes_no_drums(tmp_path):
    voices = (Voice(scale(36), "Drum song", 33), Voice(scale(72), channel=2))
    report = read_midi_with_report(midi_file(tmp_path / "song.mid", *voices, kind=0))[1]
    assert parts(report) == ["bass", "lead"]


def test_a_track_can_be_given_another_part(tmp_path):
    path = small_song(tmp_path / "song.mid")
    piece, report = read_midi_with_report(path, {0: "counter", 1: "lead"})
    assert parts(report) == ["counter", "lead", "bass", "drums"]
    assert report.tracks[0].reason == "you chose this part"
    assert set(piece.only(["lead"]).notes["pitch"]) == {60, 64, 67}


def test_a_choice_does_not_change_the_parts_of_other_tracks(tmp_path):
    path = midi_file(
        tmp_path / "song.mid",
        Voice(scale(72)),
        Voice(scale(60), channel=2),
        Voice(scale(66), "", 123, 3),  # a noise
    )
    assert parts(read_midi_with_report(path)[1]) == ["lead", "counter", None]
    _, report = read_midi_with_report(path, {0: None})
    assert parts(report) == [None, "counter", None]
    assert [track.chosen for track in report.tracks] == [True, False, False]


def test_choosing_the_part_that_a_track_has_changes_nothing(tmp_path):
    path = small_song(tmp_path / "song.mid")
    assert read_midi_with_report(path, {0: "lead", 3: "drums"}) == read_midi_with_report(path)


def test_a_track_can_be_left_out(tmp_path):
    piece, report = read_midi_with_report(small_song(tmp_path / "song.mid"), {2: None})
    assert piece.parts == ("lead", "chords", "drums")
    assert (report.tracks[2].part, report.tracks[2].kept) == (None, 0)
    assert '("Bass", Electric Bass (finger), 8 notes) is left out: you chose this.' in lines(report)


def test_a_track_can_become_drums_and_drums_a_bass(tmp_path):
    path = small_song(tmp_path / "song.mid")
    piece, _ = read_midi_with_report(path, {2: "drums", 3: "bass"})
    assert set(piece.only(["bass"]).notes["pitch"]) == {36, 38, 73, 75}
    assert set(piece.only(["drums"]).notes["pitch"]) == {36, 38, 43}  # snares and low toms are one


@pytest.mark.parametrize(
    ("assign", "line"),
    [
        ({9: "lead"}, "there is no track 9: the file has 4, from 0"),
        ({0: "tuba"}, "there is no part 'tuba': choose from lead, counter, chords, bass, drums"),
        (dict.fromkeys(range(4)), "every track of song.mid is left out: give one of them a part"),
    ],
)
def test_an_impossible_choice_is_refused(tmp_path, assign, line):
    with pytest.raises(MusicError) as caught:
        read_midi_with_report(small_song(tmp_path / "song.mid"), assign)
    assert str(caught.value) == line


def test_drums_on_another_channel_are_recognized_by_their_name(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(BEAT, "Drum Kit"), Voice(scale(60), channel=2))
    assert parts(read_midi_with_report(path)[1]) == ["drums", "lead"]


def test_steel_drums_play_a_melody(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60), "Steel Drums", 114))
    assert parts(read_midi_with_report(path)[1]) == ["lead"]


def test_sound_effects_are_left_out_unless_there_is_nothing_else(tmp_path):
    bird = Voice(scale(90), "", 123, 2)
    _, report = read_midi_with_report(midi_file(tmp_path / "a.mid", Voice(scale(60)), bird))
    assert parts(report) == ["lead", None]
    assert "its instrument is a sound effect" in report.tracks[1].line
    assert parts(read_midi_with_report(midi_file(tmp_path / "b.mid", bird))[1]) == ["lead"]


def test_of_two_instruments_in_a_part_the_one_with_more_notes_stays(tmp_path):
    voices = (Voice(triads(60), "", 48, 1), Voice(triads(64, 8), "", 24, 2))
    assert read_midi(midi_file(tmp_path / "song.mid", *voices)).programs["chords"] == 24


def test_a_change_of_instrument_is_kept(tmp_path):
    voices = (Voice(scale(72, 8), "Lead", 73, 1), Voice(scale(72, 8, start=8), "Lead", 40, 2))
    piece = read_midi(midi_file(tmp_path / "song.mid", *voices))
    assert [piece.programs_at(i)["lead"] for i in range(2)] == [73, 40]
