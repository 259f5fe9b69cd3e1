"""Controls of shape and sound: their values, and recipes from them."""

import pytest
from support.examples import band

from musegen.errors import MusicError
from musegen.music import Feel
from musegen.music.bands import BANDS
from musegen.music.instruments import DEFAULT_PROGRAMS
from musegen.recipe.schema import Adjust, Extend, Random, Recipe, Sound
from musegen.web.controls.shape_values import set_shape, shape_values, target_line
from musegen.web.controls.sound_values import (
    SOUND_NAMES,
    band_updates,
    set_sound,
    sound_from_values,
    sound_values,
)

RECIPE = Recipe(source=Random(seed=1))
USUAL = sound_values(band(bars=2, tempo=96))


def values(**changes) -> list:
    return list({**dict(zip(SOUND_NAMES, USUAL, strict=True)), **changes}.values())


def test_the_controls_show_how_a_piece_is_played():
    piece = band(bars=2, tempo=133.33).with_programs(BANDS["Jazz"].programs).to_key(3)
    shown = dict(
        zip(SOUND_NAMES, sound_values(piece.with_feel(Feel(0.8, human=False))), strict=True)
    )
    assert shown["band"] == "Jazz"
    assert (shown["lead"], shown["drums"]) == ("Tenor Sax", "Brush Kit")
    assert (shown["key"], shown["tempo"], shown["swing"], shown["human"]) == (
        "Eb",
        133.3,
        0.8,
        False,
    )
    own = sound_values(piece.with_programs({"lead": 1}))
    assert own[0] == "Your own"
    assert sound_values(band(bars=2, tempo=300))[SOUND_NAMES.index("tempo")] == 220


def test_the_values_of_the_controls_become_a_sound():
    sound = sound_from_values(values(lead="Flute", key="Am", tempo=120, swing=0.5, human=False))
    assert sound == Sound(
        key=0, tempo=120.0, programs={**DEFAULT_PROGRAMS, "lead": 73}, swing=0.5, human=False
    )
    # What is as usual is left out, so that links stay short.
    assert sound_from_values(USUAL) == Sound(key=0, tempo=96.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lead": "Kazoo"}, "no instrument 'Kazoo'"),
        ({"lead": None}, "no instrument ''"),
        ({"key": "H"}, "no key 'H'"),
        ({"tempo": 500}, "tempo is 500"),
        ({"swing": 2}, "swing is 2"),
    ],
)
def test_wrong_values_are_refused_in_one_line(wrong, said):
    with pytest.raises(MusicError, match=said):
        sound_from_values(values(**wrong))
    (name, value), *_ = wrong.items()
    with pytest.raises(MusicError, match=said):
        set_sound(RECIPE, name, value)


def test_a_control_changes_only_its_own_setting():
    recipe = set_sound(RECIPE, "chords", "Church Organ")
    recipe = set_sound(recipe, "tempo", 120)
    assert recipe.sound == Sound(programs={"chords": 19}, tempo=120.0)
    recipe = set_sound(recipe, "band", "Jazz")
    assert recipe.sound == Sound(programs=dict(BANDS["Jazz"].programs), tempo=120.0, swing=0.8)
    assert set_sound(recipe, "band", "Your own") == recipe


def test_a_band_that_is_chosen_before_anything_plays_is_shown():
    shown = dict(zip(SOUND_NAMES, band_updates("Jazz"), strict=True))
    assert (shown["lead"], shown["swing"]) == ("Tenor Sax", 0.8)
    assert len(band_updates(None)) == len(SOUND_NAMES)


SLIDERS = ("density", "register", "range", "syncopation", "harmony", "contour", "loudness")


def sliders(**turned) -> list[float]:
    return [turned.get(name, 0.0) for name in SLIDERS]


def test_the_sliders_make_one_edit_until_another_edit_follows():
    once = set_shape(RECIPE, None, sliders(density=1.0))
    twice = set_shape(once, None, sliders(density=2.0, register=-1.0))
    assert twice.edits == (Adjust(changes={"density": 2.0, "register": -1.0}),)
    assert shape_values(twice, None) == sliders(density=2.0, register=-1.0)
    assert set_shape(twice, None, sliders()) == RECIPE
    later = set_shape(twice.then(Extend(seed=1)), None, sliders(density=1.0))
    assert [edit.do for edit in later.edits] == ["adjust", "extend", "adjust"]


def test_each_phrase_has_its_own_slider_values():
    whole = set_shape(RECIPE, None, sliders(density=1.0))
    assert shape_values(whole, 2) == sliders()
    phrase = set_shape(whole, 2, sliders(contour=1.5))
    assert phrase.edits[-1] == Adjust(changes={"contour": 1.5}, phrases=(2,))
    assert shape_values(phrase, 2) == sliders(contour=1.5)
    assert shape_values(phrase, None) == sliders()
    assert (target_line(None), target_line(2)) == (
        "Changes the whole piece",
        "Changes only phrase 3",
    )
