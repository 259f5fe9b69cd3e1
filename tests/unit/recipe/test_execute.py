"""The kitchen remembers what it has just made."""

from support.examples import band

from musegen.music import Piece
from musegen.recipe.execute import RecipeRunner
from musegen.recipe.schema import Copy, Morph, Notes, Random, Recipe, Sound


class Counting:
    """Stands where a model does, and counts what it is asked to draw."""

    def __init__(self):
        self.drawn = []

    def random(self, seed, bars, form, temperature):
        self.drawn.append(seed)
        return band(bars=bars)

    def interpolate(self, a, b, steps, curve):
        return a


def recipe_runner(size=8) -> tuple[RecipeRunner, Counting]:
    model = Counting()
    return RecipeRunner(lambda: model, size), model


def test_a_change_begins_with_what_is_there():
    runner_, model = recipe_runner()
    recipe = Recipe(source=Random(seed=1, bars=4))
    first = runner_.run(recipe)
    changed = runner_.run(recipe.then(Copy(source=1, target=0)))
    assert changed.phrases == (first.phrases[1],) * 2
    assert runner_.run(recipe) == first
    assert model.drawn == [1]


def test_another_sound_asks_the_model_nothing():
    runner_, model = recipe_runner()
    recipe = Recipe(source=Random(seed=1, bars=4))
    runner_.run(recipe)
    assert runner_.run(recipe.sounding(tempo=150.0)).tempo == 150
    assert model.drawn == [1]


def test_the_ends_of_a_morph_are_remembered():
    runner_, model = recipe_runner()
    a, b = (Recipe(source=Random(seed=i, bars=4)) for i in (1, 2))
    runner_.run(a)
    runner_.run(Recipe(source=Morph(a=a, b=b, steps=2), sound=Sound(tempo=100.0)))
    assert model.drawn == [1, 2]


def test_the_oldest_is_forgotten_and_made_anew():
    runner_, model = recipe_runner(size=2)
    recipes = [Recipe(source=Random(seed=i, bars=2)) for i in range(3)]
    for recipe in (*recipes, recipes[2], recipes[0]):
        runner_.run(recipe)
    assert model.drawn == [0, 1, 2, 0]


def test_a_long_evening_of_changes_is_made_from_nothing():
    recipe = Recipe(source=Notes.of(band(bars=4)))
    for i in range(400):
        recipe = recipe.then(Copy(source=i % 2, target=1 - i % 2))
    runner_, _ = recipe_runner(size=2)
    assert isinstance(runner_.run(recipe), Piece)
