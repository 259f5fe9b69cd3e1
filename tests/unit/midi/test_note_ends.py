"""Notes without a length: a hit is a hit."""

import pytest

from musegen.midi.note_ends import end_notes

ON, OFF, CONTROL = 0x90, 0x80, 0xB0


def ended(*events, end=1920, cut=False, channel=0):
    """Notes as pitch: (start, end), 480 ticks a beat; and how many had no length, no end."""
    messages = [(tick, bytes([status | channel, *data])) for tick, status, *data in events]
    result = end_notes(messages, end, 480, cut)
    notes, sounding = [], {}
    for tick, (status, pitch, value) in result.events:
        if status >> 4 == 9 and value:
            sounding[pitch] = tick
        elif status >> 4 == 8 and pitch in sounding:
            notes.append((pitch, sounding.pop(pitch), tick))
    assert not sounding
    return sorted(notes, key=lambda note: note[1]), (result.without_length, result.without_end)


def test_ordinary_notes_do_not_change():
    events = [
        (0, b"\x90\x3c\x50"),
        (1, b"\x80\x3c\x00"),
        (9, b"\x90\x3c\x50"),
        (9, b"\x90\x3e\x50"),
    ]
    events += [(11, b"\x90\x3e\x00"), (12, b"\x80\x3c\x00"), (13, b"\x80\x3c\x00")]
    result = end_notes(events, 20, 480)
    assert result.events is events
    assert not result.is_changed


def test_a_note_that_ends_when_it_begins_lasts_a_sixteenth():
    assert ended((0, ON, 60, 80), (0, OFF, 60, 0)) == ([(60, 0, 120)], (1, 0))


def test_a_tremolo_of_such_notes_stays_one():
    events = [(60 * i, status, 60, 80) for i in range(4) for status in (ON, OFF)]
    assert ended(*events)[0] == [(60, 0, 60), (60, 60, 120), (60, 120, 180), (60, 180, 300)]


def test_such_notes_are_known_where_the_end_is_written_before_the_beginning():
    events = [(480 * i, status, 60, 80) for i in range(3) for status in (OFF, ON)]
    assert ended(*events) == ([(60, 0, 120), (60, 480, 600), (60, 960, 1080)], (3, 0))
    legato = [(0, ON, 60, 80), (480, OFF, 60, 0), (480, ON, 60, 80), (960, OFF, 60, 0)]
    assert ended(*legato) == ([(60, 0, 480), (60, 480, 960)], (0, 0))


def test_a_note_that_starts_again_on_its_tick_goes_on():
    events = [
        (0, b"\x90\x3c\x50"),
        (0, b"\x80\x3c\x00"),
        (0, b"\x90\x3c\x50"),
        (400, b"\x80\x3c\x00"),
    ]
    assert not end_notes(events, 400, 480).is_changed


def test_notes_without_ends_last_up_to_the_next_of_their_voice():
    events = [(0, ON, 60, 80), (480, ON, 60, 80), (960, ON, 64, 80), (960, ON, 67, 80)]
    expected = [(60, 0, 480), (60, 480, 960), (64, 960, 1440), (67, 960, 1440)]
    assert ended(*events, end=1440) == (expected, (0, 4))


@pytest.mark.parametrize(("end", "expected"), [(0, 120), (900, 900), (10_000_000, 3840)])
def test_the_last_note_lasts_up_to_the_end_of_its_track_or_two_bars(end, expected):
    assert ended((0, ON, 60, 80), end=end)[0] == [(60, 0, expected)]


def test_a_drum_without_an_end_is_a_hit():
    assert ended((0, ON, 36, 80), (960, ON, 38, 80), channel=9)[0] == [
        (36, 0, 120),
        (38, 960, 1080),
    ]


def test_notes_sound_up_to_a_cut():
    events = [(0, ON, 60, 80), (0, ON, 64, 80), (480, OFF, 64, 0), (960, ON, 67, 80)]
    assert (60, 0, 1200) in ended(*events, end=1200, cut=True)[0]


@pytest.mark.parametrize("controller", [120, 123])
def test_all_notes_off_ends_notes(controller):
    events = [(0, ON, 60, 80), (0, ON, 64, 80), (700, CONTROL, controller, 0), (900, ON, 60, 80)]
    events.append((1000, OFF, 60, 0))
    expected = [(60, 0, 700), (64, 0, 700), (60, 900, 1000)]
    assert ended(*events) == (expected, (0, 0))


def test_all_notes_off_on_the_tick_of_a_note_is_for_those_before():
    events = [(0, ON, 60, 80), (0, CONTROL, 123, 0), (480, OFF, 60, 0)]
    assert ended(*events) == ([(60, 0, 480)], (0, 0))


def test_thousands_of_notes_that_start_and_end_at_once_are_read_at_once():
    count = 20_000
    notes = [(0, bytes([ON, 60, 80]))] * count + [(0, bytes([OFF, 60, 0]))] * count
    assert end_notes(notes, 0, 480).without_length == 1
