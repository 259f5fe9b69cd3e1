"""Handlers of the square between four pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import gradio as gr
from pydantic import Field, TypeAdapter, ValidationError

from musegen.errors import MusicError
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.examples import EXAMPLES
from musegen.recipe.naming import title
from musegen.recipe.schema import Blend, Recipe
from musegen.server.gradio_adapter import UNEXPECTED_DATA, event_data
from musegen.server.validation import new_seed
from musegen.web.components.square.component import SquareData, square_data
from musegen.web.controls.sound_values import sound_from_values
from musegen.web.errors import report_errors
from musegen.web.events import CornerEvent, SquareEvent
from musegen.web.handlers.versions import Handlers, recipe_of_state, version_values
from musegen.web.requests import SQUARE_BARS, mix_corners, mix_recipe, random_recipe

__all__ = ["SquareHandlers", "first_corners", "show_corners"]

_CORNERS = TypeAdapter(Annotated[list[str], Field(min_length=4, max_length=4)])


class SquareHandlers(Handlers):
    """Blends the pieces of the four corners; the page keeps their recipes as a JSON list."""

    @report_errors()
    def blend(self, corners: str, event: gr.EventData) -> tuple[Any, ...]:
        """Return the square with the chosen point, and the values of the version there."""
        point = event_data(event, SquareEvent)
        a, b, c, d = recipes = _read_corners(corners)
        if recipes == mix_corners(a, d):
            recipe = mix_recipe(a, d, point.x, point.y, SQUARE_BARS)
        else:
            source = Blend(corners=(a, b, c, d), x=point.x, y=point.y, bars=SQUARE_BARS)
            recipe = Recipe(source=source)
        version = self._services.make_version(recipe)
        return _show(recipes, point.x, point.y), *version_values(version)

    @report_errors()
    def set_corner(
        self, corners: str, state: str, event: gr.EventData, *controls: Any
    ) -> tuple[str, SquareData]:
        """Put what plays now, or a new draw, into a corner; return the recipes and the square."""
        data = event_data(event, CornerEvent)
        recipes = _read_corners(corners)
        if data.source == "playing":
            recipes[data.index] = recipe_of_state(state)
        else:
            sound = sound_from_values(controls)
            recipes[data.index] = random_recipe(new_seed(), SQUARE_BARS, sound=sound)
        return show_corners(recipes)


def show_corners(recipes: Sequence[Recipe]) -> tuple[str, SquareData]:
    """Return the recipes of the corners as the page keeps them, and the square with them."""
    return _write_corners(recipes), _show(recipes)


def first_corners() -> tuple[str, SquareData]:
    """Return the recipes of the corners when the page opens, and the square with them."""
    return show_corners(list(EXAMPLES.values())[:4])


def _show(recipes: Sequence[Recipe], x: float | None = None, y: float | None = None) -> SquareData:
    return square_data([title(recipe) for recipe in recipes], x, y)


def _write_corners(recipes: Sequence[Recipe]) -> str:
    return _CORNERS.dump_json([write_recipe(recipe) for recipe in recipes]).decode()


def _read_corners(corners: str) -> list[Recipe]:
    try:
        return [read_recipe(text) for text in _CORNERS.validate_json(corners)]
    except ValidationError:
        raise MusicError(UNEXPECTED_DATA) from None
