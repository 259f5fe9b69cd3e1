"""Recipes of what visitors ask for, with every number checked against its range."""

from __future__ import annotations

import json

from pydantic import TypeAdapter, ValidationError

from musegen.errors import MusicError
from musegen.latent.interpolation import CURVES
from musegen.recipe.schema import Edit, Extend, Morph, Random, Recipe, Sound
from musegen.server.gradio_adapter import UNEXPECTED_DATA
from musegen.server.validation import (
    check_chords,
    check_form,
    check_number,
    check_styles,
    new_seed,
)

__all__ = ["SQUARE_BARS", "morph_recipe", "random_recipe", "read_edit"]

SQUARE_BARS = 8  # long enough to judge a point of the square, short enough to try many

_EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)
_EDITS_WITH_SEED = ("fill", "vary", "extend", "accompany")


def random_recipe(
    seed: int,
    bars: float | None,
    form: str | None = "recall",
    temperature: float | None = 1.0,
    sound: Sound | None = None,
    chords: str | None = None,
    styles: str | None = None,
    guidance: float | None = None,
    key: str | None = None,
) -> Recipe:
    """Return the recipe of a draw.

    Chords are in `key`, or else in the key of `sound`; both texts are as
    `musegen.server.validation` reads them.

    Raises
    ------
    MusicError
        If a setting is out of its range.
    """
    bars = check_number(bars, "bars", whole=True)
    source = Random(
        seed=seed,
        bars=int(bars),
        form=check_form(form),
        temperature=check_number(temperature, "temperature"),
        chords=check_chords(chords, key or (sound and sound.key) or 0, bars),
        styles=check_styles(styles),
        guidance=None if guidance is None else check_number(guidance, "guidance"),
    )
    return Recipe(source=source, sound=sound or Sound())


def morph_recipe(
    a: Recipe, b: Recipe, steps: float | None, bars: float | None, curve: str | None
) -> Recipe:
    """Return the recipe of a morph.

    Raises
    ------
    MusicError
        If a setting is out of its range.
    """
    if curve is None or curve not in CURVES:
        raise MusicError(f"there is no curve {curve!r}: choose from {', '.join(CURVES)}")
    return Recipe(
        source=Morph(
            a=a,
            b=b,
            steps=int(check_number(steps, "steps", whole=True)),
            bars=int(check_number(bars, "bars in a section", whole=True)),
            curve=curve,
        )
    )


def read_edit(data: object) -> Edit:
    """Return the edit that the player asks for, with a new seed where it needs one.

    Raises
    ------
    MusicError
        If the data are not an edit, or it adds too many bars.
    """
    if isinstance(data, dict) and data.get("do") in _EDITS_WITH_SEED:
        data = {**data, "seed": new_seed()}
    try:
        edit = _EDIT.validate_json(json.dumps(data))
    except (TypeError, ValueError, RecursionError, ValidationError):
        raise MusicError(UNEXPECTED_DATA) from None
    if isinstance(edit, Extend):
        check_number(edit.bars, "bars more")
    return edit
