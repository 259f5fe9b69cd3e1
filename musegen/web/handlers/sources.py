"""Handlers that make new pieces: draws, examples, and places and lines on the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
import numpy as np

from musegen.errors import MusicError
from musegen.files import CHECKPOINTS
from musegen.limits import KEYS
from musegen.model.choices import usual_guidance
from musegen.music.harmony import Chords
from musegen.music.keys import KEY_NAMES
from musegen.recipe.examples import EXAMPLES
from musegen.recipe.schema import Line, Recipe
from musegen.server.gradio_adapter import event_data
from musegen.server.validation import check_number, seed_or_new
from musegen.web.controls.sound_values import sound_from_values
from musegen.web.errors import notify, report_errors
from musegen.web.events import DrawEvent, LineEvent, PlaceEvent
from musegen.web.handlers.versions import Handlers, version_values
from musegen.web.requests import random_recipe
from musegen.web.show import FIRST_EXAMPLE

__all__ = ["NO_MAP", "SourceHandlers"]

NO_MAP = "these checkpoints have no map: python -m musegen map --out checkpoints/map.npz makes one"


class SourceHandlers(Handlers):
    """Makes new pieces. `controls` are the values of the sound controls."""

    @report_errors()
    def draw(
        self,
        seed: float | None,
        is_locked: bool,
        bars: float,
        form: str,
        temperature: float,
        chords: str,
        styles: Sequence[str],
        guidance: float,
        *controls: Any,
    ) -> tuple[Any, ...]:
        """Return the seed that was used, and the values of the version."""
        seed = seed_or_new(seed if is_locked else None)
        recipe = random_recipe(
            seed,
            bars,
            form,
            temperature,
            sound_from_values(controls),
            chords,
            ",".join(styles or ()),
            None if guidance == usual_guidance(CHECKPOINTS) else guidance,
        )
        _notify_of_key(chords or "", recipe)
        return seed, *self._values(recipe)

    @report_errors()
    def example(self, name: str) -> tuple[Any, ...]:
        """Return the values of an example."""
        return self._values(EXAMPLES[name])

    @report_errors()
    def first_example(self, event: gr.EventData) -> tuple[Any, ...]:
        """Return the values of what the button in the empty player plays."""
        id = event_data(event, DrawEvent).id
        return version_values(self._services.make_version(FIRST_EXAMPLE, id))

    @report_errors()
    def place(self, event: gr.EventData, *controls: Any) -> tuple[Any, ...]:
        """Return the values of a phrase of the map, repeated."""
        return self._line([event_data(event, PlaceEvent).seed], controls)

    @report_errors()
    def line(self, event: gr.EventData, *controls: Any) -> tuple[Any, ...]:
        """Return the values of the phrases along a line on the map."""
        data = event_data(event, LineEvent)
        if self._services.phrase_map is None:
            raise MusicError(NO_MAP)
        count = int(check_number(data.phrases, "phrases", whole=True))
        return self._line(self._services.phrase_map.along(np.array(data.points), count), controls)

    def _line(self, seeds: Sequence[int], controls: tuple) -> tuple[Any, ...]:
        source = Line(seeds=tuple(map(int, seeds)))
        return self._values(Recipe(source=source, sound=sound_from_values(controls)))

    def _values(self, recipe: Recipe) -> tuple[Any, ...]:
        return version_values(self._services.make_version(recipe))


def _notify_of_key(chords: str, recipe: Recipe) -> None:
    """Say so if the chords of a draw are in another key than the one that is chosen."""
    chosen = recipe.sound.key or 0
    found = Chords.key_of_text(chords, chosen)
    if found != chosen:
        name = KEY_NAMES[found - KEYS[0]]
        notify(
            f"these chords are in {name}: choose that key under Band and sound, and they are "
            "followed more closely"
        )
