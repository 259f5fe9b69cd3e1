"""Notes as they sound: held by the pedal, softened by fades, silent at volume 0."""

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.midi_files import Voice, midi_file, scale

from musegen.midi import load_midi
from musegen.midi.events import Track
from musegen.midi.load import load_file
from musegen.midi.sounding_notes import read_notes

ON, OFF, CONTROL = 0x90, 0x80, 0xB0
VOLUME, EXPRESSION, PEDAL = 7, 11, 64


def track(*events):
    """Events as ``(tick, status, data, data)``, on channel 1 unless the status says another."""
    return Track([(tick, bytes(message)) for tick, *message in events])


def notes(*tracks, **options):
    """``(start, end, pitch, velocity)`` of the only instrument."""
    (made,) = read_notes(tracks, **options).instruments
    return sorted(made.notes)


def quarters(*pitches):
    return [
        event
        for i, pitch in enumerate(pitches)
        for event in ((100 * i, ON, pitch, 80), (100 * i + 50, OFF, pitch, 0))
    ]


def test_the_pedal_holds_notes_until_it_is_up():
    pedal = track((0, CONTROL, PEDAL, 127), (230, CONTROL, PEDAL, 0))
    made = notes(track(*quarters(60, 64, 67, 72)), pedal)
    assert [end for _, end, _, _ in made] == [230, 230, 250, 350]


def test_a_held_note_ends_when_its_pitch_starts_again():
    pedal = track((0, CONTROL, PEDAL, 64))
    assert [end for _, end, _, _ in notes(track(*quarters(60, 64, 60)), pedal)] == [200, 250, 250]


@pytest.mark.parametrize("up", [(PEDAL, 63), (120, 0), (121, 0)])
def test_low_values_and_resets_lift_the_pedal(up):
    pedal = track((0, CONTROL, PEDAL, 127), (70, CONTROL, *up))
    assert notes(track(*quarters(60, 62)), pedal)[0][:2] == (0, 70)


def test_drums_do_not_listen_to_the_pedal():
    on_10 = [(tick, status | 9, *data) for tick, status, *data in quarters(36, 38)]
    assert notes(track((0, CONTROL | 9, PEDAL, 127), *on_10))[0][:2] == (0, 50)


def test_a_fade_acts_on_velocities_and_a_constant_volume_does_not():
    played = quarters(60, 62, 64, 65)
    assert {note[3] for note in notes(track((0, CONTROL, VOLUME, 20), *played))} == {80}
    fade = track((100, CONTROL, VOLUME, 75), (200, CONTROL, VOLUME, 50), (325, CONTROL, VOLUME, 0))
    assert [note[3] for note in notes(track(*played), fade)] == [80, 60, 40, 20]


def test_what_is_at_volume_0_is_left_out_and_counted():
    mute = track((100, CONTROL, EXPRESSION, 0), (300, CONTROL, EXPRESSION, 127))
    sounding = read_notes([track(*quarters(60, 62, 64, 65)), mute])
    (made,) = sounding.instruments
    assert [note[2] for note in made.notes] == [60, 65]
    assert (sounding.effects.silent, made.is_muted) == (2, False)


def test_an_instrument_at_volume_0_throughout_keeps_its_notes_and_is_muted():
    sounding = read_notes([track((0, CONTROL, VOLUME, 0), *quarters(60, 62))])
    (made,) = sounding.instruments
    assert (len(made.notes), made.is_muted, sounding.effects.silent) == (2, True, 0)


def test_bends_and_panning_are_listed_by_channel():
    events = [(0, 0xE0, 0, 80), (0, 0xE1, 0, 64), (0, CONTROL | 1, 10, 20), (0, CONTROL, 10, 64)]
    second = [(tick, status | 1, *data) for tick, status, *data in quarters(64)]
    effects = read_notes([track(*events, *quarters(60), *second)]).effects
    assert (effects.bent, effects.panned) == ({1}, {2})


def test_patterns_of_type_2_have_channels_of_their_own():
    second = [(tick + 400, *message) for tick, *message in quarters(64)]
    tracks = [track((0, 0xC0, 5), *quarters(60)), track(*second)]
    together, apart = read_notes(tracks), read_notes(tracks, are_independent=True)
    assert [made.instrument.program for made in together.instruments] == [5, 5]
    assert [made.instrument.program for made in apart.instruments] == [5, 0]
    assert [made.track for made in apart.instruments] == [0, 1]


def test_the_file_as_it_is_written_has_neither_pedal_nor_fades(tmp_path):
    down = mido.Message("control_change", control=PEDAL, value=127)
    soft = mido.Message("control_change", control=VOLUME, value=50)
    path = midi_file(tmp_path / "song.mid", Voice(scale(60, 3), meta=[(0, down), (2, soft)]))
    heard, written = load_file(path).midi.instruments[0], load_midi(path).instruments[0]
    assert [note.velocity for note in heard.notes] == [90, 90, 45]
    assert [note.velocity for note in written.notes] == [90, 90, 90]
    assert [note.end for note in heard.notes] == [1.5, 1.5, 1.5]
    assert [note.end for note in written.notes] == [0.5, 1.0, 1.5]


def play(*tracks):
    """Play events one after the other, as a synthesizer does: ``(start, end, pitch)``."""
    order = sorted(
        (tick, number, index, message)
        for number, one in enumerate(tracks)
        for index, (tick, message) in enumerate(one.events)
    )
    down, held, played, is_down = {}, {}, [], False
    for tick, _, _, (status, first, second) in order:
        if status == ON:
            if first in held:
                played.append((held.pop(first), tick, first))
            down[first] = tick
        elif status == OFF:
            start = down.pop(first)
            if is_down:
                held[first] = start
            else:
                played.append((start, tick, first))
        else:
            is_down = second >= 64
            if not is_down:
                played += [(start, tick, pitch) for pitch, start in held.items()]
                held = {}
    last = max((tick for tick, *_, message in order if message[0] == OFF), default=0)
    return sorted(played + [(start, last, pitch) for pitch, start in held.items()])


gaps = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=8)


@st.composite
def pedalled_tracks(draw):
    """Two tracks on one channel, each with some pitches, and pedal on either."""
    tracks = []
    for pitches in ((60, 64), (67,)):
        events = []
        for pitch in pitches:
            tick = 0
            for gap, length in draw(gaps):
                events += [
                    (tick + gap, 1, (ON, pitch, 80)),
                    (tick + gap + length, 0, (OFF, pitch, 0)),
                ]
                tick += gap + length
        tick = 0
        for gap, value in draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 127)))):
            tick += gap
            events.append((tick, draw(st.sampled_from([0, 1, 2])), (CONTROL, PEDAL, value)))
        events.sort(key=lambda event: event[:2])
        tracks.append(Track([(tick, bytes(message)) for tick, _, message in events]))
    return tracks


@given(pedalled_tracks())
def test_held_notes_end_as_on_a_synthesizer(tracks):
    made = read_notes(tracks).instruments
    heard = sorted(note[:3] for one in made for note in one.notes)
    assert heard == play(*tracks)


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from([VOLUME, EXPRESSION]), st.integers(0, 127))
    ),
    gaps.filter(len),
)
def test_velocities_follow_the_mean_level_of_each_note(changes, lengths):
    changes = sorted(changes)
    levels, now = np.zeros(200), {VOLUME: 100, EXPRESSION: 127}
    for tick in range(200):
        now |= {number: value for at, number, value in changes if at == tick}
        levels[tick] = now[VOLUME] * now[EXPRESSION]
    places, tick = [], 0
    for gap, length in lengths:
        places.append((tick + gap, tick + gap + length))
        tick += gap + length
    means = [levels[start:end].mean() for start, end in places]
    events = [event for start, end in places for event in ((start, ON, 60, 100), (end, OFF, 60, 0))]
    controls = track(*((tick, CONTROL, number, value) for tick, number, value in changes))
    sounding = read_notes([controls, track(*events)])
    (made,) = sounding.instruments
    assert made.is_muted == (max(means) == 0)
    if not made.is_muted:
        expected = [max(1, 100 * mean / max(means)) for mean in means if mean]
        assert [note[3] for note in made.notes] == pytest.approx(expected, abs=0.501)
        assert sounding.effects.silent == means.count(0)
