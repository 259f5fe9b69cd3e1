"""General MIDI names and the nine classes of drums."""

import numpy as np
import pytest

from musegen.music.instruments import (
    DEFAULT_PROGRAMS,
    DRUM_CLASSES,
    DRUM_PITCHES,
    drum_classes,
    instrument_name,
    nearest_drum_classes,
)
from musegen.music.notes import PARTS


def test_every_part_has_a_default_program_that_cannot_be_changed():
    assert tuple(DEFAULT_PROGRAMS) == PARTS
    with pytest.raises(TypeError):
        DEFAULT_PROGRAMS["lead"] = 1


def test_the_pitch_that_a_class_is_written_as_is_read_as_that_class():
    assert len(DRUM_CLASSES) == 9
    assert drum_classes(np.array(DRUM_PITCHES)).tolist() == list(range(9))


@pytest.mark.parametrize(
    ("pitch", "name"),
    [(35, "kick"), (40, "snare"), (22, "closed hi-hat"), (26, "open hi-hat"), (58, "low tom")],
)
def test_similar_drums_are_read_as_a_class(pitch, name):
    assert DRUM_CLASSES[drum_classes(np.array(pitch))] == name


def test_other_pitches_belong_to_no_class():
    assert drum_classes(np.array([0, 34, 71, 127])).tolist() == [-1] * 4


def test_each_pitch_has_a_nearest_class():
    pitches = np.arange(128)
    own, nearest = drum_classes(pitches), nearest_drum_classes(pitches)
    assert (nearest[own >= 0] == own[own >= 0]).all()
    assert nearest.min() == 0
    assert nearest.max() == 8
    assert [DRUM_CLASSES[i] for i in nearest_drum_classes(np.array([75, 82, 86]))] == [
        "snare",
        "closed hi-hat",
        "low tom",
    ]


def test_drum_kits_have_names_of_their_own():
    assert instrument_name("lead", 40) == "Violin"
    assert instrument_name("drums", 40) == "Brush Kit"
    assert instrument_name("drums", 1) == "Standard Kit"
