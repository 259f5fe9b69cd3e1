"""Handlers that change the piece that plays now."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from musegen.music.attributes import ATTRIBUTES
from musegen.music.notes import DRUMS, STEPS_PER_PHRASE
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.schema import Recipe, Retouch
from musegen.server.gradio_adapter import event_data
from musegen.server.versions import read_state
from musegen.web.components.tracks.component import same_reading
from musegen.web.controls.shape_values import set_shape, shape_values, target_line
from musegen.web.controls.sound_values import band_updates, set_sound
from musegen.web.errors import notify_of_other_checkpoints, report_errors
from musegen.web.events import ChordsEvent, OpenEvent, OverEvent, PhraseEvent
from musegen.web.handlers.own_music import plays_own_music
from musegen.web.handlers.versions import Handlers, phrase_number, recipe_of_state, version_values
from musegen.web.requests import read_edit, read_silence, recipe_over_chords, with_chords
from musegen.web.show import show

__all__ = ["EditHandlers"]


class EditHandlers(Handlers):
    """Changes the piece that plays now: `state` is its version, `phrase` the chosen phrase."""

    @report_errors()
    def edit(self, state: str, phrase: float | None, event: gr.EventData) -> tuple[Any, ...]:
        """Return the values of the version after an edit with the player's tools."""
        id, recipe = read_state(state)
        data = event._data
        if isinstance(data, dict) and data.get("do") == "silence":
            recipe = recipe.with_sound(silent=read_silence(data))
            return version_values(self._services.make_version(recipe, id), phrase)
        edit = read_edit(data, self._services.make_version(recipe).piece)
        if isinstance(edit, Retouch) and recipe.sound.key is not None:
            edit = self._as_before_the_sound(edit, recipe)
        version = self._services.make_version(recipe.then(edit), id)
        return version_values(version, phrase)

    def _as_before_the_sound(self, edit: Retouch, recipe: Recipe) -> Retouch:
        """Return what was written in the key that is heard in the key that the sound changes."""
        heard = self._services.make_version(recipe).piece
        made = self._services.make_version(recipe.with_sound(key=None)).piece
        shifts = np.array(made.keys) - np.array(heard.keys)

        def move(row: tuple[int, ...]) -> tuple[int, ...]:
            onset, part, pitch, *rest = row
            phrase = min(onset // STEPS_PER_PHRASE, len(shifts) - 1)
            moved = pitch + (0 if part == DRUMS else int(shifts[phrase]))
            return onset, part, moved + 12 * (moved < 0) - 12 * (moved > 127), *rest

        return Retouch.model_validate(
            {"remove": tuple(map(move, edit.remove)), "add": tuple(map(move, edit.add))}
        )

    @report_errors()
    def set_chords(self, state: str, phrase: float | None, event: gr.EventData) -> tuple[Any, ...]:
        """Return the values of the version in which other chords are played."""
        data = event_data(event, ChordsEvent)
        id, recipe = read_state(state)
        piece = self._services.make_version(recipe).piece
        recipe = with_chords(recipe, piece, data.text, data.kept)
        return version_values(self._services.make_version(recipe, id), phrase)

    @report_errors()
    def draw_over_chords(self, state: str, event: gr.EventData) -> tuple[Any, ...]:
        """Return the values of a new piece over the chords of the one that plays."""
        text = event_data(event, OverEvent).text
        recipe = recipe_of_state(state)
        piece = self._services.make_version(recipe).piece
        return version_values(self._services.make_version(recipe_over_chords(recipe, piece, text)))

    @report_errors()
    def open(
        self, state: str, phrase: float | None, own: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Open a recipe of the player's history, or of undo and redo.

        Returns
        -------
        tuple
            Updates of the recipe of the visitor's own music and of the table of its tracks, which
            return to the reading of the file that the opened recipe is of; the version's values.
        """
        data = event_data(event, OpenEvent)
        recipe = read_recipe(data.recipe)
        is_version = bool(state and data.id)
        reading = (gr.skip(), gr.skip())
        if is_version and plays_own_music(state, own) and recipe.source != read_recipe(own).source:
            reading = write_recipe(Recipe(source=recipe.source)), same_reading(recipe.source)
        if not is_version:
            notify_of_other_checkpoints(data.recipe)
        id = read_state(state)[0] if is_version else None
        return *reading, *version_values(self._services.make_version(recipe, id), phrase)

    @report_errors()
    def set_sound(
        self, name: str, state: str | None, phrase: float | None, value: Any
    ) -> tuple[Any, ...]:
        """Return the values of the version with one of the sound controls changed.

        The page sends None while the music goes on: then it changes the sound by itself.
        """
        if not state:  # or the controls are set for the first piece
            band = band_updates(value if name == "band" else None)
            return gr.skip(), gr.skip(), *band, *(gr.skip() for _ in ATTRIBUTES)
        id, recipe = read_state(state)
        version = self._services.make_version(set_sound(recipe, name, value), id)
        return version_values(version, phrase)

    @report_errors()
    def set_shape(self, state: str | None, phrase: float | None, *values: float) -> tuple[Any, ...]:
        """Return state and player with the shape sliders at these values.

        The page sends None while the music goes on: then the sliders are for what comes next.
        """
        if state is None:
            return gr.skip(), gr.skip()
        recipe = recipe_of_state(state)
        recipe = set_shape(recipe, phrase_number(phrase), values)
        version = self._services.make_version(recipe, read_state(state)[0])
        return version.state, show(version)

    @report_errors()
    def choose_phrase(self, state: str, event: gr.EventData) -> tuple[Any, ...]:
        """Return the chosen phrase and the shape controls for it."""
        phrase = event_data(event, PhraseEvent).index
        return phrase, target_line(phrase), *shape_values(recipe_of_state(state), phrase)
