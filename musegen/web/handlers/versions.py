"""What the handlers share: reading what the page keeps, and the values that show a version."""

from __future__ import annotations

from typing import Any

from musegen.errors import MusicError
from musegen.music.attributes import ATTRIBUTES
from musegen.recipe.schema import Recipe
from musegen.server.gradio_adapter import UNEXPECTED_DATA
from musegen.server.services import Services
from musegen.server.versions import Version, read_state
from musegen.web.controls.shape_values import shape_values
from musegen.web.controls.sound_values import SOUND_NAMES, sound_values
from musegen.web.show import show

__all__ = ["VERSION_VALUES", "Handlers", "phrase_number", "recipe_of_state", "version_values"]

VERSION_VALUES = 2 + len(SOUND_NAMES) + len(ATTRIBUTES)
"""How many values `version_values` returns."""


class Handlers:
    """The base of the classes whose methods are handlers."""

    def __init__(self, services: Services) -> None:
        self._services = services


def version_values(version: Version, phrase: float | None = None) -> tuple[Any, ...]:
    """Return what changes on the page with a version: state, player, sound and shape controls.

    Parameters
    ----------
    version : Version
    phrase : float, optional
        The phrase that is chosen in the player, from 0; the shape controls show its values.
    """
    return (
        version.state,
        show(version),
        *sound_values(version.piece),
        *shape_values(version.recipe, phrase_number(phrase)),
    )


def phrase_number(value: float | None) -> int | None:
    """Return the number of the chosen phrase, which the page keeps as a float."""
    if value is None:
        return None
    if not 0 <= value < 100_000:  # also False for NaN
        raise MusicError(UNEXPECTED_DATA)
    return int(value)


def recipe_of_state(state: str) -> Recipe:
    """Return the recipe of what plays now.

    Raises
    ------
    MusicError
        If nothing plays yet.
    """
    if not state:
        raise MusicError("nothing plays yet: draw a piece first")
    return read_state(state)[1]
