"""Links: a piece as the query of the page's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from musegen.drawing import length_of
from musegen.errors import MusicError
from musegen.latent.plans import read_plan
from musegen.limits import DEFAULT_BARS, DEFAULT_TEMPO
from musegen.music.harmony import Chords
from musegen.music.keys import KEY_NAMES, key_named
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.schema import Random, Recipe, Sound
from musegen.server.validation import check_chords, check_form, check_number, check_styles

__all__ = ["read_link", "write_chords", "write_link"]

_MAX_LENGTH = 6000  # characters of a recipe: some servers refuse addresses of 8,000
_PARAMETERS: dict[str, Callable[[str], Any]] = {
    "seed": lambda text: check_number(text, "seed", whole=True),
    "bars": lambda text: check_number(text, "bars", whole=True),
    "form": check_form,
    "temperature": lambda text: check_number(text, "temperature"),
    "tempo": lambda text: check_number(text, "tempo"),
    "key": key_named,
    "style": check_styles,
    "guidance": lambda text: check_number(text, "guidance"),
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

    def read_parameter(name: str, read: Callable[[str], Any]) -> None:
        if name in query:
            try:
                values[name] = read(query[name])
            except MusicError as error:
                report(f"this link is not quite right: {error}")

    for name, read in _PARAMETERS.items():
        read_parameter(name, read)
    if read_plan(values.get("form", "")):
        values["bars"] = length_of(values["form"], None)
    key, bars = query["key"] if "key" in values else 0, values.get("bars", DEFAULT_BARS)
    read_parameter("chords", lambda text: check_chords(text, key, bars))
    recipe = values.pop("piece", None)
    if recipe is None and "seed" in values:
        sound = Sound(**{name: values.pop(name) for name in ("tempo", "key") if name in values})
        if "style" in values:
            values["styles"] = values.pop("style")
        recipe = Recipe(source=Random(**values), sound=sound)
    return recipe


def write_link(recipe: Recipe) -> str | None:
    """Return the query that makes a piece again, or None if it would be too long.

    The link of a draw without edits has readable parameters, which people can write by hand.
    """
    source, sound = recipe.source, recipe.sound
    is_plain = sound == Sound(key=sound.key, tempo=sound.tempo)
    if isinstance(source, Random) and not recipe.edits and is_plain:
        parameters = (
            {
                "seed": source.seed,
                "bars": source.bars,
                "form": source.form,
                "temperature": _write_number(source.temperature),
                "tempo": _write_number(DEFAULT_TEMPO if sound.tempo is None else sound.tempo),
                "key": KEY_NAMES[(sound.key or 0) + 5],
            }
            | ({"chords": write_chords(source.chords, sound.key or 0)} if source.chords else {})
            | ({"style": _write_styles(source.styles)} if source.styles else {})
            | ({"guidance": _write_number(source.guidance)} if source.guidance is not None else {})
        )
        query = "?" + urlencode(parameters)
        if len(query) <= _MAX_LENGTH and _makes(parameters, recipe):
            return query
    text = write_recipe(recipe)
    return "?" + urlencode({"piece": text}) if len(text) <= _MAX_LENGTH else None


def write_chords(text: str, key: int) -> str:
    """Write the chords of a recipe in a key, without bar lines if each bar has one; "" if none."""
    if not text:
        return ""
    bars = Chords.from_text(text).transposed(key).text(key).replace("|\n|", "|").strip("| ")
    names = [bar.split() for bar in bars.split("|")]
    if all(len(bar) == 1 for bar in names):
        return " ".join(name for (name,) in names)
    return f"| {bars} |"


def _makes(parameters: Mapping[str, object], recipe: Recipe) -> bool:
    """Whether the readable parameters of a link make the piece of a recipe: they have limits."""
    sound = recipe.sound
    key, tempo = sound.key or 0, DEFAULT_TEMPO if sound.tempo is None else sound.tempo
    query = {name: str(value) for name, value in parameters.items()}
    return read_link(query, lambda problem: None) == recipe.with_sound(key=key, tempo=tempo)


def _write_number(number: float) -> str:
    """Write a number in as few digits as read back as the same."""
    short = f"{number:g}"
    return short if float(short) == number else repr(float(number))


def _write_styles(styles: Mapping[str, float]) -> str:
    return ",".join(
        name if weight == 1 else f"{name}={_write_number(weight)}"
        for name, weight in styles.items()
    )
