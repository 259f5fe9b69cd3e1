"""Converts between recipes and the values of the shape sliders."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import TypeGuard

from musegen.errors import MusicError
from musegen.music.attributes import ATTRIBUTES
from musegen.recipe.schema import Adjust, Edit, Recipe

__all__ = ["attribute_changes", "set_shape", "shape_values", "target_line"]


def target_line(phrase: int | None) -> str:
    """Return the line that says what the sliders change: the piece, or a phrase from 0."""
    return "Changes the whole piece" if phrase is None else f"Changes only phrase {phrase + 1}"


def shape_values(recipe: Recipe, phrase: int | None) -> list[float]:
    """Return the values that the sliders show for a piece, or for one of its phrases.

    They are those of the last edit, if the sliders made it and it changed the same target.
    """
    last = recipe.edits[-1] if recipe.edits else None
    changes = last.changes if _adjusts(last, phrase) else {}
    return [changes.get(name, 0.0) for name in ATTRIBUTES]


def attribute_changes(values: Sequence[float | None]) -> dict[str, float]:
    """Return the attributes whose sliders are not in the middle.

    Raises
    ------
    MusicError
        If a value is not a finite number. The edit checks the range.
    """
    changes = {name: value for name, value in zip(ATTRIBUTES, values, strict=True) if value}
    for name, value in changes.items():
        if not isinstance(value, Real) or not math.isfinite(value):
            raise MusicError(f"{name} is {value}; it is a number")
    return {name: float(value) for name, value in changes.items()}


def set_shape(recipe: Recipe, phrase: int | None, values: Sequence[float]) -> Recipe:
    """Return the recipe with the sliders at these values.

    Moves of the sliders that follow each other make one edit: back in the middle, it is undone.
    """
    changes = attribute_changes(values)
    edits = recipe.edits
    if edits and _adjusts(edits[-1], phrase):
        recipe = recipe.model_copy(update={"edits": edits[:-1]})
    if not changes:
        return recipe
    return recipe.then(Adjust(changes=changes, phrases=None if phrase is None else (phrase,)))


def _adjusts(edit: Edit | None, phrase: int | None) -> TypeGuard[Adjust]:
    return isinstance(edit, Adjust) and edit.phrases == (None if phrase is None else (phrase,))
