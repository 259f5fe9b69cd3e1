"""What channels are set to: instruments and drums by every standard, on whatever track."""

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musegen.midi.channels import read_channels
from musegen.midi.events import Track

GM_ON, GM2_ON = (0x7E, 0x7F, 0x09, 0x01), (0x7E, 0x7F, 0x09, 0x03)
GS_RESET = (0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41)
XG_ON = (0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00)


def gs_part(channel, drums):
    """Roland's message that makes a channel, from 1, one of drums or of melodies."""
    part = 0 if channel == 10 else channel if channel < 10 else channel - 1
    body = [0x40, 0x10 | part, 0x15, drums]
    return (0x41, 0x10, 0x42, 0x12, *body, -sum(body) % 128)


def xg_part(channel, drums):
    """Yamaha's message for the same."""
    return (0x43, 0x10, 0x4C, 0x08, channel - 1, 0x07, drums)


def sysex(data):
    return mido.Message("sysex", data=data)


def bank(channel, number):
    return mido.Message("control_change", channel=channel - 1, control=0, value=number)


def program(channel, number=0):
    return mido.Message("program_change", channel=channel - 1, program=number)


def track(*messages, tick=0):
    return Track([(tick, _as_in_files(message)) for message in messages])


def _as_in_files(message):
    data = bytes(message.bytes())
    return data[:1] + bytes([len(data) - 1]) + data[1:] if message.type == "sysex" else data


def drums(*tracks, tick=0):
    """The channels, from 1, that play drums."""
    channels = read_channels(tracks)
    return [i + 1 for i in range(16) if channels[i].instrument.at(tick).drums]


def test_without_messages_channel_10_is_drums():
    assert drums(track(program(1, 40), program(10, 16))) == [10]


@pytest.mark.parametrize("channel", range(1, 17))
@pytest.mark.parametrize(("reset", "part"), [(GS_RESET, gs_part), (XG_ON, xg_part)])
def test_messages_make_any_channel_drums_or_none(channel, reset, part):
    assert drums(track(sysex(reset), sysex(part(channel, 1)))) == sorted({10, channel})
    assert drums(track(sysex(reset), sysex(part(channel, 2)))) == sorted({10, channel})
    assert drums(track(sysex(reset), sysex(part(10, 0)))) == []


@pytest.mark.parametrize(
    ("reset", "number", "expected"),
    [
        (XG_ON, 127, [2, 10]),
        (XG_ON, 126, [2, 10]),
        (XG_ON, 64, [10]),
        (GM2_ON, 120, [2, 10]),
        (GM2_ON, 121, [10]),
        (None, 127, [2, 10]),
        (None, 120, [2, 10]),
        (GS_RESET, 127, [10]),  # the sounds of an older synthesizer, the MT-32
        (GS_RESET, 120, [10]),
    ],
)
def test_a_bank_makes_a_channel_drums_by_the_standard_of_the_file(reset, number, expected):
    messages = [sysex(reset)] if reset else []
    assert drums(track(*messages, bank(2, number), program(2))) == expected


def test_a_bank_holds_from_the_next_program_on():
    later = [track(program(2, 5)), track(bank(2, 127), tick=10), track(program(2, 5), tick=20)]
    assert [drums(*later, tick=tick) for tick in (10, 20)] == [[10], [2, 10]]
    assert drums(track(bank(2, 127))) == [2, 10]  # no program is ever chosen


def test_a_melody_bank_of_general_midi_2_makes_channel_10_a_melody():
    assert drums(track(sysex(GM2_ON), bank(10, 121), program(10, 73))) == []
    assert drums(track(bank(10, 121), program(10, 73))) == []
    assert drums(track(bank(10, 0), program(10))) == [10]


def test_a_new_standard_begins_with_the_usual_drums():
    first = track(sysex(GS_RESET), sysex(gs_part(3, 1)))
    assert drums(first, track(sysex(GM_ON), tick=9), tick=9) == [10]


def test_the_reason_names_what_made_the_channel_drums():
    channels = read_channels([track(sysex(gs_part(3, 1)), bank(2, 127), program(2))])
    reasons = [channels[i].instrument.at(0).drums for i in (1, 2, 9)]
    assert reasons == [
        "its bank is one of drum kits",
        "a message in the file makes its channel one of drums",
        "it is on channel 10",
    ]


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 16), st.integers(0, 127)), max_size=20),
    st.integers(1, 5),
)
def test_programs_hold_for_the_channel_whatever_track_they_are_on(changes, count):
    changes = sorted(changes, key=lambda change: change[0])
    tracks = [Track() for _ in range(count)]
    for tick, channel, number in changes:
        tracks[tick % count].events.append((tick, bytes(program(channel, number).bytes())))
    channels = read_channels(tracks)
    for tick in (0, 17, 50, 100):
        for channel in range(1, 17):
            numbers = [n for t, c, n in changes if c == channel and t <= tick]
            played = channels[channel - 1].instrument.at(tick).program
            assert played == (numbers[-1] if numbers else 0)
