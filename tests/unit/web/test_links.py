"""Links are written and read; what is wrong in them is reported."""

from urllib.parse import parse_qs, parse_qsl

import numpy as np
import pytest
from support.examples import band

from musegen.music.keys import key_named
from musegen.recipe.codec import read_recipe
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import Extend, Morph, Random, Recipe, Sound
from musegen.web.links import read_link, write_link

SEED = Recipe(source=Random(seed=42, bars=16, form="AABA"))
MORPH = Recipe(source=Morph(a=SEED, b=Recipe(source=Random(seed=7)), steps=4, bars=4))


def read(query: str) -> tuple[Recipe | None, list[str]]:
    wrong: list[str] = []
    return read_link(dict(parse_qsl(query, keep_blank_values=True)), wrong.append), wrong


def test_the_link_of_a_seed_is_readable_and_others_contain_their_recipe():
    link = write_link(SEED.with_sound(tempo=110.0, key=3))
    assert link == "?seed=42&bars=16&form=AABA&temperature=1&tempo=110&key=Eb"
    for recipe in (MORPH, SEED.then(Extend(seed=1)), SEED.with_sound(swing=0.5)):
        (text,) = parse_qs(write_link(recipe)[1:])["piece"]
        assert read_recipe(text) == recipe


def test_a_piece_has_no_link_if_it_would_be_too_long():
    rng = np.random.default_rng(1)
    whole = notes_from_piece(band(bars=128))
    noise = whole.model_copy(
        update={"velocity": tuple(rng.integers(1, 128, len(whole.velocity)).tolist())}
    )
    assert write_link(Recipe(source=noise)) is None
    assert write_link(Recipe(source=notes_from_piece(band(bars=8)))) is not None


def test_the_link_of_a_seed_has_tempo_and_key():
    assert "tempo=96&key=C" in write_link(Recipe(source=Random(seed=1), sound=Sound()))


def test_the_link_of_a_draw_with_chords_and_style_is_readable():
    asked = Random(seed=1, chords="| C | G7 | Am | F |", styles={"pop": 1.0}, guidance=2.0)
    recipe = Recipe(source=asked, sound=Sound(key=3, tempo=96.0))
    link = write_link(recipe)
    assert link.endswith("&key=Eb&chords=Eb+Bb7+Cm+Ab&style=pop&guidance=2")
    assert read(link[1:]) == (recipe, [])


def test_chords_of_a_link_are_in_its_key():
    for query in ("chords=Cm+Fm+G&key=Eb", "chords=i+iv+V&key=Cm", "chords=vi+ii+III&key=Eb"):
        recipe, wrong = read(f"seed=1&{query}")
        assert (recipe.source.chords, wrong) == ("| Am | Dm | E |", [])
    recipe, _ = read("seed=1&chords=pop&style=pop,hymn=0.5")
    assert recipe.source.chords == "| C | G | Am | F |"
    assert recipe.source.styles == {"pop": 1, "hymn": 0.5}


@pytest.mark.parametrize("recipe", [SEED.with_sound(tempo=110.0, key=3), MORPH])
def test_a_link_is_read_again(recipe):
    assert read(write_link(recipe)[1:]) == (recipe, [])


def test_missing_parameters_have_their_defaults():
    assert read("seed=5") == (Recipe(source=Random(seed=5)), [])
    sound = Sound(key=key_named("Am"))
    assert read("seed=5&key=Am&theme=x") == (Recipe(source=Random(seed=5), sound=sound), [])
    assert read("bars=8") == (None, [])


def test_a_plan_has_a_length_of_its_own():
    planned = Recipe(source=Random(seed=5, bars=24, form="i4 A8 A8 o4"))
    assert read("seed=5&form=i4+A8+A8+o4") == (planned, [])
    sounding = planned.with_sound(tempo=110.0, key=3)
    assert read(write_link(sounding)[1:]) == (sounding, [])


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("seed=1&form=A90+B90", "bars is 180; it goes from 2 to 128"),
        ("seed=banana", "seed is banana; it goes from 0 to 9007199254740992"),
        ("seed=", "seed is empty; it goes from"),
        (f"seed={'9' * 400}", f"seed is {'9' * 30}; it goes from"),
        ("seed=1&bars=1e3", "bars is 1e3; it goes from 2 to 128"),
        ("seed=1&tempo=nan", "tempo is nan; it goes from 40 to 220"),
        ("seed=1&key=H", "there is no key 'H'"),
        (f"seed=1&form={'A' * 3000}", "a form has 16 letters at most, and this one has 3000"),
        ("seed=1&chords=C | G Xm", "bar 2, beat 3: 'Xm' is no chord"),
        ("seed=1&chords=" + "C " * 17, "there are chords for 17 bars, and the piece has 16"),
        ("seed=1&style=pop=loud", "style is pop=loud; write it like pop"),
        ("seed=1&guidance=9", "guidance is 9; it goes from 1 to 5"),
        ("piece=junk", "this is not a complete recipe"),
    ],
)
def test_a_wrong_parameter_is_reported_and_ignored(query, line):
    recipe, (message,) = read(query)
    assert message.startswith(f"this link is not quite right: {line}")
    assert recipe == (Recipe(source=Random(seed=1)) if "seed=1" in query else None)


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(source=Random(seed=1, temperature=0.7654321)),
        Recipe(source=Random(seed=1), sound=Sound(tempo=100.123456)),
        Recipe(source=Random(seed=1, styles={"pop": 1 / 3, "hymn": 1.0})),
        Recipe(source=Random(seed=1, bars=1)),
        Recipe(source=Random(seed=1, temperature=0.0)),
        Recipe(source=Random(seed=1, chords="| C G7 | Am F |"), sound=Sound(key=-4)),
    ],
)
def test_a_link_makes_the_very_piece(recipe):
    made, wrong = read(write_link(recipe)[1:])
    assert not wrong
    assert made.source == recipe.source
    assert (made.sound.tempo or 96.0) == (recipe.sound.tempo or 96.0)
