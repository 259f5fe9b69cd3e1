"""Links: a piece in the words of the page's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from musegen.limits import DEFAULT_TEMPO
from musegen.music.keys import KEY_NAMES, key_named
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.schema import Random, Recipe, Sound
from musegen.server.validation import check_form, check_number

__all__ = ["read_link", "write_link"]

_LONGEST = 6000  # letters; servers on the way begin to refuse at 8,000
_WORDS: dict[str, Callable[[str], object]] = {
    "seed": lambda text: check_number(text, "seed", whole=True),
    "bars": lambda text: check_number(text, "bars", whole=True),
    "form": check_form,
    "temperature": lambda text: check_number(text, "temperature"),
    "tempo": lambda text: check_number(text, "tempo"),
    "key": key_named,
    "piece": read_recipe,
}


def read_link(query: Mapping[str, str], wrong: Callable[[str], object]) -> Recipe | None:
    """The recipe that an address asks for; None where it asks for none.

    Parameters
    ----------
    query : mapping of str to str
        The words of the address.
    wrong : callable
        Called with a line on each word that is not right; it is then passed over.
    """
    found: dict[str, object] = {}
    for name, check in _WORDS.items():
        if name in query:
            try:
                found[name] = check(query[name])
            except ValueError as error:
                wrong(f"this link is not quite right: {error}")
    recipe = found.pop("piece", None)
    if recipe is None and "seed" in found:
        sound = Sound(**{name: found.pop(name) for name in ("tempo", "key") if name in found})
        recipe = Recipe(source=Random(**found), sound=sound)
    return recipe


def write_link(recipe: Recipe) -> str | None:
    """Query of the address that makes the piece again; None where it would be too long.

    What came of a seed alone can be read, and written by hand.
    """
    source, sound = recipe.source, recipe.sound
    plain = Sound(key=sound.key, tempo=sound.tempo)
    if isinstance(source, Random) and not recipe.edits and sound == plain:
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
    return "?" + urlencode({"piece": text}) if len(text) <= _LONGEST else None
