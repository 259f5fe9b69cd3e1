"""Handlers of the page's start: the link that it was opened with, and the model's state."""

from __future__ import annotations

from typing import Any

import gradio as gr

from musegen.files import CHECKPOINTS
from musegen.model.choices import known_styles, usual_guidance
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.schema import Random
from musegen.web.errors import notify, notify_of_other_checkpoints, report_errors
from musegen.web.handlers.versions import VERSION_VALUES, Handlers, version_values
from musegen.web.links import read_link, write_chords

__all__ = ["PageHandlers"]


class PageHandlers(Handlers):
    """Opens the page."""

    @report_errors()
    def read_link(self, request: gr.Request) -> tuple[Any, ...]:
        """Read the address of the page; notify the visitor of what is wrong in it.

        Returns
        -------
        tuple
            Updates of seed, lock, bars, form and temperature, of chords, styles and guidance, and
            the recipe of the link, or "".
        """
        self._services.sessions.note_request()  # this visitor loads the page now
        query = request.query_params
        recipe = read_link(query, notify)
        if recipe:
            notify_of_other_checkpoints(query.get("piece"))
        unchanged = (gr.skip(),) * 8
        if recipe is None:
            return *unchanged, ""
        source = recipe.source
        if not isinstance(source, Random):
            return *unchanged, write_recipe(recipe)
        return (
            *(source.seed, True, source.bars, source.form, source.temperature),
            write_chords(source.chords or "", recipe.sound.key or 0),
            [style for style in source.styles or () if style in known_styles(CHECKPOINTS)],
            usual_guidance(CHECKPOINTS) if source.guidance is None else source.guidance,
            write_recipe(recipe),
        )

    @report_errors()
    def open_link(self, recipe: str) -> tuple[Any, ...]:
        """Return the values of the piece of the link, if there is one."""
        if not recipe:
            return (gr.skip(),) * VERSION_VALUES
        return version_values(self._services.make_version(read_recipe(recipe)))

    async def model_state(self) -> str:
        """Return "" as soon as the model is ready, or one line on why there is none."""
        return await self._services.model.wait_until_loaded() or ""
