"""Attributes: the features that can be asked for by name."""

import numpy as np
import pytest
from support.examples import band_phrase, drum_phrase

from musegen.music import Phrase, phrase_features
from musegen.music.attributes import ATTRIBUTES, attributes_of, measure_attributes
from musegen.music.notes import SONG_PARTS, make_notes


def test_each_attribute_is_a_feature():
    phrase = band_phrase(3)
    features = phrase_features(phrase)
    (row,) = measure_attributes([phrase], tuple(ATTRIBUTES))
    assert row.tolist() == [features[name] for name in ATTRIBUTES.values()]


def test_drums_have_the_attributes_without_pitch():
    assert attributes_of(SONG_PARTS) == tuple(ATTRIBUTES)
    assert attributes_of(["drums"]) == ("density", "syncopation", "loudness")


def test_register_is_measured_in_c():
    (in_c,), (in_d,) = (measure_attributes([band_phrase(key=key)], ["register"]) for key in (0, 2))
    assert in_c == in_d


def test_an_attribute_that_is_not_defined_is_nan():
    names = tuple(ATTRIBUTES)
    drums, silence = measure_attributes([drum_phrase(), Phrase()], names)
    defined = {name for name, value in zip(names, drums, strict=True) if not np.isnan(value)}
    assert defined == {"density", "syncopation", "loudness"}
    assert silence[names.index("density")] == 0
    assert np.isnan(silence).sum() == len(names) - 1


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_more_of_an_attribute_has_a_higher_value(name):
    rows = [(step, "lead", 60, 2, 60) for step in (0, 4, 8)]
    more = {
        "density": [(12, "lead", 60, 2, 60)],
        "register": [(12, "lead", 72, 2, 60)],
        "range": [(12, "lead", 72, 2, 60)],
        "syncopation": [(15, "lead", 60, 8, 60)],
        "harmony": [(12, "lead", 64, 2, 60)],
        "contour": [(12, "lead", 72, 2, 60)],
        "loudness": [(12, "lead", 60, 2, 120)],
    }[name]
    less, more = (Phrase(make_notes(notes)) for notes in (rows, rows + more))
    (less,), (more,) = measure_attributes([less, more], [name])
    assert more > less
