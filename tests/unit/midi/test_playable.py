"""Files as synthesizers play them: whole, without long silence, and cut where they are too long."""

import io

import mido
import pytest
from support.midi_files import TICKS, Voice, midi_file, scale, tempo

from musegen.errors import MusicError
from musegen.midi import lengthen, load_playable

BEND = mido.Message("pitchwheel", pitch=2000)


def events(data):
    """The messages of a file with their times in beats."""
    found = []
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks:
        tick = 0
        for message in track:
            tick += message.time
            found.append((tick / TICKS, message.copy(time=0)))
    return found


def starts(data):
    return [beat for beat, message in events(data) if message.type == "note_on"]


def test_a_file_in_order_is_played_byte_for_byte(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60), meta=[(1, BEND)]))
    file = load_playable(path)
    assert file.data == path.read_bytes()
    assert (file.seconds, file.end, file.repairs) == (4, 4, ())


def test_damage_is_repaired_and_said(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60)))
    path.write_bytes(path.read_bytes()[:-1])
    file = load_playable(path)
    assert len(starts(file.data)) == 8
    assert file.repairs == (
        "The file ends in the middle of track 1: the notes up to there are kept.",
    )


def test_long_silence_before_the_first_note_is_left_out_and_settings_are_kept(tmp_path):
    late = Voice(scale(60, start=41), "", 73, meta=[(30, BEND)])
    data = load_playable(midi_file(tmp_path / "song.mid", late)).data
    assert starts(data) == list(range(1, 9))  # it begins on the second beat of its bar
    assert {(0, "program_change"), (0, "pitchwheel")} <= {(at, m.type) for at, m in events(data)}


def test_a_bar_of_silence_stays(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60, start=4)))
    assert load_playable(path).data == path.read_bytes()


def test_silence_after_the_last_note_is_left_out(tmp_path):
    late = [(4000, mido.Message("control_change", control=7, value=9))]
    file = load_playable(midi_file(tmp_path / "song.mid", Voice(scale(60), meta=late)))
    assert file.seconds == 4
    assert max(beat for beat, _ in events(file.data)) == 12


def test_what_follows_the_first_bars_is_left_out_and_all_notes_end(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice([*scale(60, 16), (48, 0, 16)]))
    file = load_playable(path, bars=2)
    assert file.seconds == 4
    assert max(starts(file.data)) == 7
    ends = [(at, m.channel) for at, m in events(file.data) if m.is_cc(123)]
    assert ends == [(8, channel) for channel in range(16)]


def test_time_follows_all_tempos(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60)), meta=[(0, tempo(60)), (4, tempo(30))])
    assert load_playable(path).seconds == 12


def test_patterns_of_type_2_follow_one_another(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60)), Voice(scale(72)), kind=2)
    file = load_playable(path)
    assert file.seconds == 8
    assert starts(file.data) == list(range(16))


def test_a_file_without_notes_or_over_an_hour_is_refused(tmp_path):
    with pytest.raises(MusicError, match="has no notes in it"):
        load_playable(midi_file(tmp_path / "none.mid", Voice([])))
    with pytest.raises(MusicError, match="over an hour long"):
        load_playable(midi_file(tmp_path / "long.mid", Voice([(60, 0, 1), (60, 7300, 7301)])))


def test_a_longer_file_has_an_event_without_effect_at_its_end(tmp_path):
    path = midi_file(tmp_path / "song.mid", Voice(scale(60)), meta=[(2, tempo(60))])
    longer = events(lengthen(path.read_bytes(), 3.0))
    assert max(longer, key=lambda event: event[0])[0] == 11
    assert [m for m in longer if m[1].type == "control_change"] == [
        (11, mido.Message("control_change", control=3))
    ]
