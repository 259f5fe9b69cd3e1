"""Which part a foreign track plays: by its name, its instrument, then by what it plays."""

import numpy as np
import pytest

from musegen.music.parts import Track, assign_parts, split_bass


def track(pitches, name="", program=0, chord=1):
    """A track of one onset a beat, `chord` notes each."""
    pitch = np.repeat(np.array(pitches), chord) + np.tile(np.arange(chord) * 4, len(pitches))
    onset = np.repeat(np.arange(len(pitches)) * 4, chord)
    ones = np.ones(len(pitch), int)
    return Track(name, program, onset, pitch, 4 * ones, 90 * ones)


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
    assert assign_parts([track([60, 62], name)]) == [part]


def test_a_bass_instrument_decides_where_the_name_is_silent():
    assert assign_parts([track([72, 74], "Track 1", program=33)]) == ["bass"]


def test_a_bare_melody_leads():
    assert assign_parts([track([72, 74, 76])]) == ["lead"]


def test_single_voices_and_chords_by_what_they_play():
    tracks = [
        track([36, 38]),
        track([60, 62], chord=3),
        track([64, 65]),
        track([76, 77]),
    ]
    assert assign_parts(tracks) == ["bass", "chords", "counter", "lead"]


def test_a_second_melody_is_a_counter_melody():
    assert assign_parts([track([60, 62]), track([64, 65], "Melody")]) == ["counter", "lead"]


def test_a_second_low_voice_is_not_a_second_bass():
    assert assign_parts([track([36, 38], "Bass"), track([40, 41])]) == ["bass", "lead"]


def test_no_tracks():
    assert assign_parts([]) == []


def test_split_bass_takes_the_lowest_of_each_onset_when_it_is_low():
    onset = np.array([0, 0, 0, 4, 4, 8])
    pitch = np.array([60, 40, 45, 64, 50, 49])
    # 50 is the lowest of its onset, but not under D3.
    assert split_bass(onset, pitch).tolist() == [False, True, False, False, False, True]


def test_split_bass_of_nothing():
    assert split_bass(np.zeros(0, int), np.zeros(0, int)).shape == (0,)
