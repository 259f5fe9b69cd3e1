"""Links: a piece as the query of the page's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from musegen.errors import MusicError
from musegen.limits import DEFAULT_TEMPO
from musegen.music.keys import KEY_NAMES, key_named
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.schema import Random, Recipe, Sound
from musegen.server.validation import check_form, check_number

__all__ = ["read_link", "write_link"]

_MAX_LENGTH = 6000  # characters of a recipe: some servers refuse addresses of 8,000
_PARAMETERS: dict[str, Callable[[str], Any]] = {
    "seed": lambda text: check_number(text, "seed", whole=True),
    "bars": lambda text: check_number(text, "bars", whole=True),
    "form": check_form,
    "temperature": lambda text: check_number(text, "temperature"),
    "tempo": lambda text: check_number(text, "tempo"),
    "key": key_named,
    "piece": read_recipe,
}


def read_link(query: Mapping[str, str], report: Callable[[str], object]) -> Recipe | None:
    """Return the recipe of a link, or None if it has none.

    Parameters
    ----------
    query : mapping of str to str
        The parameters of the address.
    report : callable
        Called with a line about each parameter that is wrong, which is then ignored.
    """
    values: dict[str, Any] = {}
    for name, read in _PARAMETERS.items():
        if name in query:
            try:
                values[name] = read(query[name])
            except MusicError as error:
                report(f"this link is not quite right: {error}")
    recipe = values.pop("piece", None)
    if recipe is None and "seed" in values:
        sound = Sound(**{name: values.pop(name) for name in ("tempo", "key") if name in values})
        recipe = Recipe(source=Random(**values), sound=sound)
    return recipe


def write_link(recipe: Recipe) -> str | None:
    """Return the query that makes a piece again, or None if it would be too long.

    The link of a draw without edits has readable parameters, which people can write by hand.
    """
    source, sound = recipe.source, recipe.sound
    is_plain = sound == Sound(key=sound.key, tempo=sound.tempo)
    if isinstance(source, Random) and not recipe.edits and is_plain:
        return "?" + urlencode(
            {
                "seed": source.seed,
                "bars": source.bars,
                "form": source.form,
                "temperature": f"{source.temperature:g}",
                "tempo": f"{DEFAULT_TEMPO if sound.tempo is None else sound.tempo:g}",
                "key": KEY_NAMES[(sound.key or 0) + 5],
            }
        )
    text = write_recipe(recipe)
    return "?" + urlencode({"piece": text}) if len(text) <= _MAX_LENGTH else None
