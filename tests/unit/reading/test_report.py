"""The report of reading a file, and choosing other parts for its tracks."""

import mido
import pytest
from support.midi_files import Voice, meter, midi_file, scale, small_song, tempo, triads

from musegen.reading import read_midi, read_midi_with_report


def parts(report):
    return [track.part for track in report.tracks]


def lines(report):
    return "\n".join(report.lines)


@pytest.mark.parametrize("kind", [0, 1])
def test_each_track_has_its_part_and_a_reason(tmp_path, kind):
    piece, report = read_midi_with_report(small_song(tmp_path / "song.mid", kind=kind))
    assert report.midi_type == kind
    assert parts(report) == ["lead", "chords", "bass", "drums"]
    assert [track.channel for track in report.tracks] == [1, 2, 3, 10]
    assert [track.program for track in report.tracks] == [53, 24, 33, 0]
    assert [track.notes for track in report.tracks] == [8, 6, 8, 6]
    assert [track.kept for track in report.tracks] == [8, 6, 8, 6]
    assert piece.parts == ("lead", "chords", "bass", "drums")


def test_the_report_is_in_sentences(tmp_path):
    _, report = read_midi_with_report(small_song(tmp_path / "song.mid"))
    assert report.lines == (
        "The beat is the file's own.",
        "Tempo: 120 beats a minute. Length: 2 bars, 0:04.",
        "The file names no meter: 4/4 is used.",
        "Key: C major or A minor, estimated from the notes.",
        'Track 1 ("Lead Vocal", Voice Oohs, 8 notes) plays the lead: it is named Lead Vocal.',
        "Track 2 (no name, Acoustic Guitar (nylon), 6 notes) plays the chords: "
        "it plays several notes at once.",
        'Track 3 ("Bass", Electric Bass (finger), 8 notes) plays the bass: it is named Bass.',
        "Track 4 (no name, Drums, 6 notes) plays the drums: it is on channel 10.",
        "2 hits of other percussion are played by the nearest of the nine kinds of drums.",
    )


def test_losses_are_the_sentences_about_what_is_not_as_in_the_file(tmp_path):
    path = small_song(tmp_path / "song.mid")
    path.write_bytes(path.read_bytes()[:-1])
    _, report = read_midi_with_report(path)
    assert report.losses == (
        "The file ends in the middle of track 4: the notes up to there are kept.",
        report.lines[-1],
    )


def test_read_midi_gives_the_same_piece(tmp_path):
    path = small_song(tmp_path / "song.mid")
    assert read_midi(path) == read_midi_with_report(path)[0]


def test_hits_of_other_percussion_are_counted(tmp_path):
    _, report = read_midi_with_report(small_song(tmp_path / "song.mid"))
    assert report.unknown_drums == {73: 1, 75: 1}


def test_the_report_says_what_controllers_do_and_what_is_left_out_of_them(tmp_path):
    def control(number, value):
        return mido.Message("control_change", control=number, value=value)

    bend = mido.Message("pitchwheel", pitch=4000)
    pedal = [(0, control(64, 127)), (4, control(64, 0))]
    meta = [*pedal, (1, bend), (4, control(7, 50)), (6, control(7, 0))]
    panned = [(0, mido.Message("control_change", channel=1, control=10, value=0))]
    path = midi_file(
        tmp_path / "song.mid", Voice(scale(60), meta=meta), Voice(scale(72), "", 0, 2, panned)
    )
    _, report = read_midi_with_report(path)
    assert (
        "The pedal holds 3 notes, and changes of volume act on the velocities of 2 notes."
        in report.about
    )
    assert report.losses == (
        "Left out: 2 notes at volume 0; pitch bends on channel 1; panning on channel 2.",
    )


def test_a_muted_track_is_left_out_unless_it_is_given_a_part(tmp_path):
    mute = [(0, mido.Message("control_change", channel=1, control=7, value=0))]
    voices = Voice(scale(60, start=4)), Voice(scale(72, 16), "Lead", 0, 2, mute)
    path = midi_file(tmp_path / "song.mid", *voices)
    piece, report = read_midi_with_report(path)
    assert report.tracks[1].line.endswith("is left out: its volume is 0.")
    assert (report.silent_bars, piece.parts, len(piece.notes)) == (1, ("lead",), 8)
    piece, report = read_midi_with_report(path, {1: "lead"})
    assert (report.silent_bars, len(piece.only(["lead"]).notes)) == (0, 24)
    alone = midi_file(tmp_path / "alone.mid", voices[1])
    assert len(read_midi(alone).notes) == 16


def test_about_has_the_sentences_that_are_not_about_one_track(tmp_path):
    _, report = read_midi_with_report(small_song(tmp_path / "song.mid"))
    assert report.about == tuple(line for line in report.lines if not line.startswith("Track"))
    assert report.about[-1].startswith("2 hits of other percussion")


def test_names_are_shown_as_one_line(tmp_path):
    names = ["a\nb\tc", "Mélodie ♪".encode().decode("latin1"), "x" * 200, "<b>bold</b>"]
    voices = [Voice(scale(60), name, channel=i + 1) for i, name in enumerate(names)]
    _, report = read_midi_with_report(midi_file(tmp_path / "song.mid", *voices))
    found = [track.name for track in report.tracks]
    assert found == ["a b c", "Mélodie ♪", "x" * 59 + "…", "<b>bold</b>"]
    assert all("\n" not in line for line in report.lines)


def test_the_report_tells_when_low_notes_of_chords_become_the_bass(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice([*triads(60), (36, 0, 4), (36, 4, 8)], "Piano"))
    piece, report = read_midi_with_report(path)
    assert piece.parts == ("chords", "bass")
    assert report.tracks[0].reason == "it is named Piano, and its lowest notes the bass"


def test_duplicate_and_shortened_notes_are_counted(tmp_path):
    notes = [(60, 0, 4), (60, 2, 4), (64, 0, 1)]
    voices = (Voice(notes, "Piano", 0, 1), Voice([(64, 0, 2)], "Chords", 24, 2))
    _, report = read_midi_with_report(midi_file(tmp_path / "song.mid", *voices))
    assert (report.duplicates, report.shortened) == (1, 1)
    assert "Left out: 1 note that a part plays twice at once." in report.lines
    assert "1 note cut short where the same pitch starts again." in report.lines


def test_notes_without_a_length_or_an_end_are_kept_and_counted(tmp_path):
    hanging = mido.Message("note_on", note=61, velocity=80)
    path = midi_file(tmp_path / "song.mid", Voice([*scale(60), (70, 3, 3)], meta=[(1, hanging)]))
    piece, report = read_midi_with_report(path)
    assert len(piece.notes) == 10
    for lines in (report.lines, report.about):
        assert any(line.startswith("1 note without a length: ") for line in lines)
        assert any(line.startswith("1 note without an end: ") for line in lines)


def test_the_report_tells_how_far_notes_are_off_the_steps(tmp_path):
    notes = [(60 + i, i + (0.05 if i % 2 else 0), i + 1) for i in range(9)]
    _, report = read_midi_with_report(
        midi_file(tmp_path / "song.mid", Voice(notes), meta=[(0, tempo(60))])
    )
    assert report.max_shift == pytest.approx(0.05, abs=1e-3)
    assert "by 0 ms in the median, 50 ms at most" in lines(report)


def test_notes_on_the_steps_are_not_reported_as_off_them(tmp_path):
    assert "timing" not in lines(read_midi_with_report(small_song(tmp_path / "song.mid"))[1])


def test_the_report_tells_tempo_key_and_length(tmp_path):
    meta = [(0, tempo(90)), (8, tempo(120)), (0, mido.MetaMessage("key_signature", key="C"))]
    path = midi_file(tmp_path / "song.mid", Voice(scale(60, 16)), meta=meta)
    piece, report = read_midi_with_report(path)
    assert report.tempos == pytest.approx((90, 120), rel=1e-4)
    assert report.key_source == "file"
    assert (report.bars, report.seconds) == (4, piece.seconds)
    assert report.file_seconds == pytest.approx(8 * 60 / 90 + 8 * 60 / 120, rel=1e-4)
    assert "Tempo: 90 to 120 beats a minute. Length: 4 bars, 0:09." in report.lines
    assert "Key: C major or A minor, from the file." in report.lines


def test_the_report_tells_the_keys_that_a_file_changes_to(tmp_path):
    keys = [
        (beat, mido.MetaMessage("key_signature", key=key)) for beat, key in ((0, "C"), (8, "D"))
    ]
    path = midi_file(tmp_path / "song.mid", Voice([*scale(60), *scale(62, start=8)]), meta=keys)
    assert (
        "Key: C major or A minor, from the file; later D major or B minor."
        in read_midi_with_report(path)[1].lines
    )


def test_the_report_tells_that_a_key_is_estimated(tmp_path):
    _, report = read_midi_with_report(midi_file(tmp_path / "song.mid", Voice(scale(62))))
    assert report.key_source == "notes"
    assert "minor, estimated from the notes." in lines(report)


def test_the_report_tells_meters_that_are_not_kept(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60)), meta=[(0, meter(5, 32))])
    _, report = read_midi_with_report(path)
    assert report.meters == report.lost_meters == ("5/32",)
    assert "bars of 5/32: they are read on their own beats, and cut into bars of four" in lines(
        report
    )


def test_the_report_tells_how_many_silent_bars_are_left_out(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60, 8, start=13)), meta=[(0, tempo(100))])
    piece, report = read_midi_with_report(path)
    assert piece.notes["onset"][0] == 4  # less than a bar of silence stays
    assert report.silent_bars == 3
    assert "The first 3 bars of the file are silent and are left out." in report.lines


def test_the_report_tells_tempos_that_are_not_played(tmp_path):
    meta = [(0, tempo(100)), (4, tempo(6)), (5, tempo(100))]
    _, report = read_midi_with_report(midi_file(tmp_path / "song.mid", Voice(scale(60)), meta=meta))
    assert "Tempos are played from 10 to 960 beats a minute: the file's 6 is not." in report.lines
