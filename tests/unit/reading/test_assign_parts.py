"""Choosing the part of a track by its name, its instrument and its notes."""

from dataclasses import replace

import numpy as np
import pytest

from musegen.reading.assign_parts import choose_parts, is_drum_name, split_bass
from musegen.reading.quantize import Track


def track(pitches, name="", program=0, chord=1):
    """A track of one onset a beat, `chord` notes each."""
    pitch = np.repeat(np.array(pitches), chord) + np.tile(np.arange(chord) * 4, len(pitches))
    onset = np.repeat(np.arange(len(pitches)) * 4, chord)
    ones = np.ones(len(pitch), int)
    return Track(name, program, onset, pitch, 4 * ones, 90 * ones, 0.0 * ones)


def parts_of(tracks):
    return [choice.part for choice in choose_parts(tracks)]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("MELODY", "lead"),
        ("Lead Vocals", "lead"),
        ("BRIDGE", "counter"),
        ("PIANO", "chords"),
        ("Rhythm Guitar", "chords"),
        ("Fretless Bass", "bass"),
        ("Bass Guitar", "bass"),
        ("counter", "counter"),
    ],
)
def test_a_name_decides(name, part):
    assert parts_of([track([60, 62], name)]) == [part]


def test_a_bass_instrument_decides_if_the_name_does_not():
    assert parts_of([track([72, 74], "Track 1", program=33)]) == ["bass"]


def test_a_melody_that_is_named_as_chords_is_the_lead_if_nothing_else_is():
    hands = [track([72, 74], "Piano"), track([48, 50], "Piano", chord=3)]
    assert parts_of(hands) == ["lead", "chords"]
    assert parts_of([*hands, track([76, 77], "Vocals")]) == ["chords", "chords", "lead"]
    assert parts_of([track([72, 74], "chords"), hands[1]]) == ["chords", "chords"]


def test_a_melody_alone_is_the_lead():
    assert parts_of([track([72, 74, 76])]) == ["lead"]


def test_the_notes_decide_without_names():
    tracks = [
        track([36, 38]),
        track([60, 62], chord=3),
        track([64, 65]),
        track([76, 77]),
    ]
    assert parts_of(tracks) == ["bass", "chords", "counter", "lead"]


def test_a_second_melody_is_a_counter_melody():
    assert parts_of([track([60, 62]), track([64, 65], "Melody")]) == ["counter", "lead"]


def test_a_second_low_voice_is_not_a_second_bass():
    assert parts_of([track([36, 38], "Bass"), track([40, 41])]) == ["bass", "lead"]


def test_no_tracks_have_no_parts():
    assert parts_of([]) == []


def test_the_bass_is_the_lowest_note_of_each_onset_if_it_is_low():
    onset = np.array([0, 0, 0, 4, 4, 8])
    pitch = np.array([60, 40, 45, 64, 50, 49])
    # 50 is the lowest of its onset, but not under D3.
    assert split_bass(onset, pitch).tolist() == [False, True, False, False, False, True]


def test_no_notes_have_no_bass():
    assert split_bass(np.zeros(0, int), np.zeros(0, int)).shape == (0,)


# Names


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Backing Vocals", "counter"),
        ("Harmony", "counter"),
        ("Synth Bass 1", "bass"),
        ("bassline", "bass"),
        ("Gesang / Melodie", "lead"),
        ("Solo", "lead"),
        ("Warm Pad", "chords"),
    ],
)
def test_longer_names_decide(name, part):
    assert parts_of([track([60, 62], name)]) == [part]


@pytest.mark.parametrize("name", ["Bassoon", "Harmonica", "Track 7", "Kilauea"])
def test_similar_names_do_not_decide(name):
    assert choose_parts([track([60, 62], name)])[0].reason.startswith("it is the highest")


@pytest.mark.parametrize("name", ["Drums", "DRUM KIT", "Percussion", "Kick", "Hi-Hat", "Bass Drum"])
def test_names_of_drums_are_recognized(name):
    assert is_drum_name(name)


@pytest.mark.parametrize("name", ["Steel Drums", "Bass", "Perching birds", "Snug", ""])
def test_other_names_are_not_drums(name):
    assert not is_drum_name(name)


# Several candidates


def test_a_track_named_melody_is_the_lead_before_one_that_is_sung():
    tracks = [track([64, 65], "Vocals"), track([60, 62], "Melody"), track([76, 77], "Lead Guitar")]
    assert parts_of(tracks) == ["counter", "lead", "counter"]
    assert choose_parts(tracks)[0].reason == "another track, Melody, has the melody"


def test_a_lead_of_chords_becomes_chords_beside_another():
    assert parts_of([track([60], "Lead pad", chord=3), track([72], "Lead")]) == [
        "chords",
        "lead",
    ]


def test_leads_that_take_turns_are_both_the_lead():
    early, late = track([60] * 16, "Vocal"), track([60] * 16, "Lead Guitar")
    late = replace(late, onset=late.onset + 64)
    assert parts_of([early, late]) == ["lead", "lead"]


def test_an_ornament_is_not_the_lead():
    bells, tune = track([96, 98]), track([72, 74] * 30)
    assert parts_of([bells, tune]) == ["counter", "lead"]


def test_a_third_melody_at_the_same_time_is_chords():
    tracks = [track([78, 79]), track([74, 76]), track([69, 71]), track([64, 65])]
    assert parts_of(tracks) == ["lead", "counter", "chords", "chords"]
    assert choose_parts(tracks)[3].reason == "it plays beside the lead and the counter melody"
