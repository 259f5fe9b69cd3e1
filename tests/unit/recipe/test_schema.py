"""Recipes: texts that make a piece again."""

import base64
import zlib
from dataclasses import replace

import numpy as np
import pytest
from support.examples import CHECKPOINTS, band

from musegen.errors import MusicError
from musegen.generator import load
from musegen.music.arrange import cut
from musegen.reading import read_midi
from musegen.recipe.execute import RecipeRunner
from musegen.recipe.schema import (
    Adjust,
    Blend,
    Copy,
    Cut,
    Extend,
    Fill,
    Line,
    Morph,
    Notes,
    Random,
    Recipe,
    Reconstruct,
    Sound,
    Vary,
)


@pytest.fixture(scope="module")
def mg():
    return load(CHECKPOINTS)


@pytest.fixture(scope="module")
def make(mg):
    return recipe_runner(mg).run


def recipe_runner(mg) -> RecipeRunner:
    """One that has time, however busy this computer is."""
    return RecipeRunner(lambda: mg, most_seconds=600)


A = Recipe(source=Random(seed=1, bars=4))
B = Recipe(source=Random(seed=2, bars=4, form="free"), sound=Sound(key=3, tempo=120.0))
SOURCES = {
    "random": Random(seed=42, bars=8, form="AABA", temperature=0.8),
    "notes": Notes.of(band(bars=3), "my song"),
    "morph": Morph(a=A, b=B, steps=3, bars=4, curve="late"),
    "blend": Blend(corners=(A, B, A, B), x=0.25, y=1.0, bars=4),
    "line": Line(seeds=(5, 6, 7)),
}
EDITS = [
    Fill(phrases=(1,), seed=3, models=("song",)),
    Vary(similarity=0.7, seed=4, phrases=(0,)),
    Vary(similarity=0.9, seed=5),
    Adjust(changes={"density": 1.0}, phrases=(1,)),
    Extend(bars=2, seed=6),
    Copy(source=0, target=1),
    Cut(first=0, phrases=2),
    Reconstruct(),
]


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_a_text_makes_the_same_piece_again(mg, make, source):
    recipe = Recipe(
        source=source, edits=tuple(EDITS), sound=Sound(swing=0.5, programs={"lead": 73})
    )
    again = Recipe.read(recipe.text)
    assert again == recipe
    piece = make(recipe)
    # By another server, which remembers nothing.
    assert recipe_runner(mg).run(again) == piece
    assert piece.programs["lead"] == 73


def test_a_random_piece_is_the_one_that_the_generator_draws(mg, make):
    recipe = Recipe(
        source=Random(seed=42, bars=6), sound=Sound(key=-2, tempo=120.0, programs={"bass": 38})
    )
    assert make(recipe) == mg.random(42, 6, key=-2, tempo=120.0, programs={"bass": 38})
    assert len(recipe.text) < 250


def test_the_ends_of_a_morph_are_its_ends(make):
    morph = make(Recipe(source=SOURCES["morph"]))
    assert morph.phrases[:2] == make(A).phrases
    assert morph.phrases[-2:] == make(B).phrases


def test_a_line_has_the_phrases_of_its_places(mg, make):
    piece = make(Recipe(source=SOURCES["line"]))
    assert piece.bars == 6
    for i, seed in enumerate((5, 6, 7)):
        there, alone = cut(piece, i, 1).notes, mg.random(seed, 2, "free").notes
        for name in ("onset", "part", "pitch", "duration", "velocity"):
            assert np.array_equal(there[name], alone[name])
    assert make(Recipe(source=Line(seeds=(5,)))).bars == 4


def test_somebodys_own_music_is_there_note_for_note(make, tmp_path):
    piece = replace(band(bars=5, tempo=97.3), changes={2: {"lead": 40}})
    piece.write_midi(tmp_path / "own.mid")
    read = read_midi(tmp_path / "own.mid")
    made = make(Recipe.read(Recipe(source=Notes.of(read, "own")).text))
    for name in ("onset", "part", "pitch", "duration", "velocity"):
        assert np.array_equal(made.notes[name], read.notes[name])
    assert np.allclose(made.notes["offset"], read.notes["offset"], atol=1e-3)
    assert [p.tempo for p in made.phrases] == [p.tempo for p in read.phrases]
    assert made.programs == read.programs
    assert made.changes == read.changes
    assert made.programs_at(2)["lead"] == 40


def test_sixteen_bars_of_somebodys_own_fit_a_link():
    assert len(Recipe(source=Notes.of(band(bars=16))).text) < 3000


def test_what_the_sound_does_not_say_stays(make):
    swung = make(Recipe(source=Random(seed=1, bars=2), sound=Sound(swing=0.5)))
    plain = make(Recipe(source=Random(seed=1, bars=2)))
    assert swung.feel.swing == 0.5
    assert (swung.key, swung.tempo, swung.programs) == (plain.key, plain.tempo, plain.programs)
    assert np.array_equal(swung.notes, plain.notes)


def test_what_the_sound_does_not_say_stays_in_each_phrase(make):
    a, b = A.sounding(swing=0.8), A.sounding(human=False)
    morph = Recipe(source=Morph(a=a, b=b, steps=2, bars=2))
    stiff, straight = (make(morph.sounding(**how)) for how in ({"human": False}, {"swing": 0.0}))
    assert [(p.feel.swing, p.feel.human) for p in stiff.phrases] == [(0.8, False), (0.0, False)]
    assert [(p.feel.swing, p.feel.human) for p in straight.phrases] == [(0.0, True), (0.0, False)]


def test_changes_are_added_and_the_first_recipe_stays():
    longer = A.then(Extend(bars=4, seed=1)).sounding(tempo=140.0)
    assert (len(A.edits), len(longer.edits)) == (0, 1)
    assert (A.sound.tempo, longer.sound.tempo) == (None, 140.0)


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode())).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello there",
        "AAAA",
        A.text[:-8],
        A.text + "é",
        packed("[]"),
        packed('{"source": {"do": "random", "seed": -1}}'),
        packed('{"source": {"do": "random", "seed": "1"}}'),
        packed('{"source": {"do": "random", "seed": 1, "more": 2}}'),
        packed('{"source": {"do": "open", "path": "/etc/passwd"}}'),
        packed('{"source": {"do": "random", "seed": 1}, "sound": {"programs": {"tuba": 1}}}'),
        packed('{"source": {"do": "random", "seed": 1}, "sound": {"tempo": NaN}}'),
        packed('{"a": ' * 5000),
        packed(" " * 2_000_000),
    ],
)
def test_what_is_no_recipe_is_told_in_one_line(text):
    with pytest.raises(MusicError, match="not a whole recipe"):
        Recipe.read(text)


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (Recipe(source=Random(seed=1, bars=10_000)), "bars is 10000"),
        (Recipe(source=Random(seed=1, form="a waltz")), "there is no form 'a waltz'"),
        (A.then(Adjust(changes={"charm": 1.0})), "there is no attribute 'charm'"),
        (A.then(Fill(phrases=(9,), seed=1)), "phrase's number is 9"),
        (A.then(Copy(source=0, target=5)), "there is no phrase 5"),
        (Recipe(source=Morph(a=A, b=B, curve="steep")), "there is no curve 'steep'"),
    ],
)
def test_what_cannot_be_made_is_told_in_one_line(make, recipe, said):
    with pytest.raises(MusicError, match=said):
        make(recipe)


def test_notes_that_do_not_fit_are_told_in_one_line(make):
    whole = Notes.of(band(bars=2))
    for broken in ({"pitch": whole.pitch[1:]}, {"keys": ()}, {"bars": 99}):
        with pytest.raises(MusicError, match="do not fit each other"):
            make(Recipe(source=whole.model_copy(update=broken)))


def test_a_recipe_without_end_is_refused():
    recipe = A
    for _ in range(9):
        recipe = Recipe(source=Morph(a=recipe, b=recipe))
    with pytest.raises(MusicError, match="over 500 steps"):
        Recipe.read(recipe.text)
