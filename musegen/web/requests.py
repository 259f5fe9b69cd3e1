"""Recipes of what visitors ask for, each figure within its limits."""

from __future__ import annotations

import json

from pydantic import TypeAdapter, ValidationError

from musegen.errors import MusicError
from musegen.latent.interpolation import CURVES
from musegen.recipe.schema import Edit, Morph, Random, Recipe, Sound
from musegen.server.validation import check_form, check_number, new_seed

__all__ = ["SQUARE_BARS", "morph_recipe", "random_recipe", "read_edit"]

SQUARE_BARS = 8  # enough to hear what a place is like, and short enough to try many

_EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)
_SEEDED = ("fill", "vary", "extend")


def random_recipe(
    seed: int,
    bars: float | None,
    form: str | None = "recall",
    temperature: float | None = 1.0,
    sound: Sound | None = None,
) -> Recipe:
    """The recipe of a draw whose settings are a visitor's.

    Raises
    ------
    MusicError
        If one is out of its range.
    """
    source = Random(
        seed=seed,
        bars=check_number(bars, "bars", whole=True),
        form=check_form(form),
        temperature=check_number(temperature, "temperature"),
    )
    return Recipe(source=source, sound=sound or Sound())


def morph_recipe(
    a: Recipe, b: Recipe, steps: float | None, bars: float | None, curve: str | None
) -> Recipe:
    """The recipe of a morph whose settings are a visitor's.

    Raises
    ------
    MusicError
        If one is out of its range.
    """
    if curve not in CURVES:
        raise MusicError(f"there is no curve {curve!r}: choose from {', '.join(CURVES)}")
    return Recipe(
        source=Morph(
            a=a,
            b=b,
            steps=check_number(steps, "steps", whole=True),
            bars=check_number(bars, "bars in a section", whole=True),
            curve=curve,
        )
    )


def read_edit(wanted: object) -> Edit:
    """A change of the page's words; where chance has a part in it, a seed is drawn.

    Raises
    ------
    MusicError
        If there is no such change.
    """
    try:
        if wanted["do"] in _SEEDED:
            wanted = {**wanted, "seed": new_seed()}
        return _EDIT.validate_json(json.dumps(wanted))
    except (KeyError, TypeError, ValidationError):
        raise MusicError("the page asked for a change that there is not: load it anew") from None
