"""Requests become recipes, or are refused in one line."""

from __future__ import annotations

import pytest

from musegen.errors import MusicError
from musegen.recipe.schema import Copy, Fill, Morph, Random, Sound
from musegen.web.requests import morph_recipe, random_recipe, read_edit


def test_settings_become_a_recipe() -> None:
    recipe = random_recipe(7, 8.0, "AABA", 0.5)
    assert recipe.source == Random(seed=7, bars=8, form="AABA", temperature=0.5)
    morph = morph_recipe(recipe, recipe, 3.0, 4.0, "late")
    assert morph.source == Morph(a=recipe, b=recipe, steps=3, bars=4, curve="late")


def test_chords_are_in_the_key_of_the_piece() -> None:
    recipe = random_recipe(7, 8, sound=Sound(key=2), chords="D A", styles="pop", guidance=2)
    source = recipe.source
    assert (source.chords, source.styles, source.guidance) == ("| C | G |", {"pop": 1}, 2)
    minor = random_recipe(7, 8, sound=Sound(key=0), chords="i iv", key="Am")
    assert minor.source.chords == "| Am | Dm |"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((7, 1000, "AABA", 1.0), "bars is 1000; it goes from 2 to 64"),
        ((7, 8, "a waltz", 1.0), "there is no form 'a waltz'"),
        ((7, 8, "AABA", None), "temperature is empty"),
    ],
)
def test_wrong_settings_are_refused(settings, message) -> None:
    with pytest.raises(MusicError, match=message):
        random_recipe(*settings)


def test_an_unknown_curve_is_refused() -> None:
    recipe = random_recipe(7, 8)
    with pytest.raises(MusicError, match="there is no curve 'steep'"):
        morph_recipe(recipe, recipe, 3, 4, "steep")


def test_random_edits_get_a_seed() -> None:
    edit = read_edit({"do": "fill", "phrases": [1], "models": ["song"]})
    assert isinstance(edit, Fill)
    assert edit.seed >= 0
    assert read_edit({"do": "copy", "source": 0, "target": 1}) == Copy(source=0, target=1)


@pytest.mark.parametrize("wanted", [None, [], {}, {"do": "explode"}, {"do": "cut", "first": "x"}])
def test_other_edits_are_refused(wanted) -> None:
    with pytest.raises(MusicError, match="reload the page"):
        read_edit(wanted)
