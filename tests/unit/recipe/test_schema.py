"""Recipes as values."""

from musegen.recipe.schema import Copy, Extend, Random, Recipe, Retouch, Vary

A = Recipe(source=Random(seed=1, bars=4))


def test_edits_are_added_to_a_copy():
    longer = A.then(Extend(bars=4, seed=1)).with_sound(tempo=140.0)
    assert (len(A.edits), len(longer.edits)) == (0, 1)
    assert (A.sound.tempo, longer.sound.tempo) == (None, 140.0)


def test_equal_recipes_are_equal_values():
    again = Recipe(source=Random(seed=1, bars=4))
    assert again == A
    assert again.then(Copy(source=0, target=1)) == A.then(Copy(source=0, target=1))
    assert A.then(Vary(similarity=0.5, seed=1)) != A.then(Vary(similarity=0.5, seed=2))


def test_notes_that_are_too_many_for_one_edit_are_two():
    first, second = (
        Retouch(remove=tuple((onset, part, 60) for onset in range(3000))) for part in (0, 1)
    )
    recipe = Recipe(source=Random(seed=1)).then(first).then(second)
    assert recipe.edits == (first, second)
