"""General MIDI names and the nine classes of drums."""

import pytest

from musegen.errors import MusicError
from musegen.music.instruments import (
    DEFAULT_PROGRAMS,
    DRUM_CLASSES,
    DRUM_PITCHES,
    drum_class,
    program_name,
    program_named,
)
from musegen.music.notes import PARTS


def test_every_part_has_a_program():
    assert tuple(DEFAULT_PROGRAMS) == PARTS
    with pytest.raises(TypeError):
        DEFAULT_PROGRAMS["lead"] = 1


def test_each_class_is_written_with_a_pitch_that_is_heard_as_it():
    assert len(DRUM_CLASSES) == 9
    assert [drum_class(pitch) for pitch in DRUM_PITCHES] == list(range(9))


@pytest.mark.parametrize(
    ("pitch", "name"),
    [(35, "kick"), (40, "snare"), (22, "closed hi-hat"), (26, "open hi-hat"), (58, "low tom")],
)
def test_other_pitches_are_heard_as_a_class(pitch, name):
    assert DRUM_CLASSES[drum_class(pitch)] == name


@pytest.mark.parametrize("pitch", [0, 34, 71, 127])
def test_some_pitches_belong_to_no_class(pitch):
    assert drum_class(pitch) is None


def test_program_names_go_both_ways():
    assert program_name(0) == "Acoustic Grand Piano"
    assert all(program_named(program_name(program)) == program for program in range(128))


def test_no_such_instrument():
    with pytest.raises(MusicError, match="no instrument 'Kazoo'"):
        program_named("Kazoo")
