"""Handlers that morph one piece into another, or mix two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr

from musegen.errors import MusicError
from musegen.latent.forms import DEFAULT_FORM
from musegen.limits import DEFAULT_BARS
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.examples import EXAMPLES
from musegen.recipe.naming import title
from musegen.recipe.schema import Recipe, Sound
from musegen.server.validation import check_number, seed_or_new
from musegen.web.controls.sound_values import sound_from_values
from musegen.web.errors import notify, report_errors
from musegen.web.handlers.square import show_corners
from musegen.web.handlers.versions import Handlers, recipe_of_state, version_values
from musegen.web.requests import mix_corners, mix_recipe, morph_recipe, random_recipe
from musegen.web.tabs.morph_end import FROM_FILE, FROM_PLAYER, FROM_SEED

__all__ = ["MorphHandlers"]

_OWN_SECTION_BARS = 4  # of morphs from the Remix tab, as the Interpolate tab has at first


class _End(NamedTuple):
    """The values of the widgets of one end, in the order of `MorphEnd.inputs`."""

    origin: str
    seed: float | None
    is_locked: bool
    recipe: str
    file: str | None


_Ends = tuple[list[Any], list[Recipe]]


class MorphHandlers(Handlers):
    """Morphs one piece into another, or mixes them."""

    @report_errors()
    def choose_origin(self, origin: str, state: str) -> tuple[Any, ...]:
        """Return updates of the widgets of an end, in the order of `MorphEnd.updated`."""
        recipe = recipe_of_state(state) if origin == FROM_PLAYER else None
        return (
            gr.update(visible=origin == FROM_SEED),
            gr.update(visible=origin == FROM_FILE),
            write_recipe(recipe) if recipe else "",
            gr.update(value=title(recipe) if recipe else "", visible=origin == FROM_PLAYER),
        )

    @report_errors()
    def morph(self, *values: Any) -> tuple[Any, ...]:
        """Return the seeds of both ends and the values of the version.

        Parameters
        ----------
        *values
            Of end A, of end B, steps, bars, curve, and of the sound controls.
        """
        (steps, bars, curve), controls = values[10:13], values[13:]
        bars = check_number(bars, "bars in a section", whole=True)
        sound = sound_from_values(controls)
        seeds, recipes = [], []
        for end in map(_End._make, (values[:5], values[5:10])):
            seed = seed_or_new(end.seed if end.is_locked else None)
            recipes.append(self._recipe(end, seed, bars, sound))
            seeds.append(seed if end.origin == FROM_SEED else gr.skip())
        a, b = recipes
        version = self._services.make_version(morph_recipe(a, b, steps, bars, curve))
        return *seeds, *version_values(version)

    @report_errors()
    def mix(self, *values: Any) -> tuple[Any, ...]:
        """Return the seeds of both ends and the values of the version.

        Parameters
        ----------
        *values
            Of end A, of end B, the shares of B's harmony and texture, and of the sound controls.
        """
        seeds, (a, b) = self._shown_ends(values[:10], values[12:])
        return *seeds, *version_values(
            self._services.make_version(mix_recipe(a, b, *values[10:12]))
        )

    @report_errors()
    def mix_on_square(self, *values: Any) -> tuple[Any, ...]:
        """Return the seeds of both ends and the square in which they are mixed.

        Parameters
        ----------
        *values
            Of end A, of end B, and of the sound controls.
        """
        seeds, (a, b) = self._shown_ends(values[:10], values[10:])
        return *seeds, *show_corners(mix_corners(a, b))

    def _shown_ends(self, ends: Sequence[Any], controls: Sequence[Any]) -> _Ends:
        """Return seeds and recipes of the ends of a mix.

        Seeds are those that are shown, locked or not: what a share does is heard only if both
        pieces stay the same.
        """
        sound = sound_from_values(controls)
        seeds, recipes = [], []
        for end in map(_End._make, (ends[:5], ends[5:])):
            seed = seed_or_new(end.seed)
            recipes.append(self._recipe(end, seed, DEFAULT_BARS, sound, DEFAULT_FORM))
            seeds.append(seed if end.origin == FROM_SEED else gr.skip())
        return seeds, recipes

    def morph_own(self, own: str, *values: Any) -> tuple[Any, ...]:
        """Morph a visitor's own music; return the other end's seed and the version's values.

        Parameters
        ----------
        own : str
            The recipe of the music.
        *values
            Of the other end, steps, and of the sound controls.
        """
        end, steps, controls = values[:5], values[5], values[6:]
        a = _End(FROM_PLAYER, None, False, own, None)
        return self.morph(*a, *end, steps, _OWN_SECTION_BARS, "even", *controls)[1:]

    def _recipe(
        self, end: _End, seed: int, bars: float, sound: Sound, form: str = "free"
    ) -> Recipe:
        if end.origin == FROM_FILE:
            return self._services.read_upload(end.file, notify).recipe
        if end.origin == FROM_SEED:
            return random_recipe(seed, bars, form, sound=sound)
        if end.origin in EXAMPLES:
            return EXAMPLES[end.origin]
        if end.recipe:
            return read_recipe(end.recipe)
        raise MusicError("nothing was playing when this end was chosen: choose it again")
