"""Handlers of music that goes on: the next bars, and what was heard as a piece."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np

from musegen.errors import MusicError
from musegen.latent.paths import stack_path
from musegen.music.arrange import cut
from musegen.music.attributes import ATTRIBUTES, MAX_ATTRIBUTE_CHANGE
from musegen.music.notes import BARS_PER_PHRASE
from musegen.recipe import naming
from musegen.recipe.notes import notes_from_piece, piece_from_notes
from musegen.recipe.schema import Recipe, Sound
from musegen.server.gradio_adapter import UNEXPECTED_DATA, event_data
from musegen.server.queue import current_visitor
from musegen.server.quota import HourlyQuota
from musegen.server.services import Services
from musegen.server.settings import get_settings
from musegen.server.validation import check_number
from musegen.server.versions import read_state
from musegen.web.components.player.component import note_columns
from musegen.web.controls.shape_values import shape_values
from musegen.web.errors import error_message, report_errors
from musegen.web.events import KeepEvent, MoreEvent
from musegen.web.handlers.versions import Handlers, version_values

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["PHRASES_A_REQUEST", "EndlessHandlers"]

PHRASES_A_REQUEST = 8
"""What a page gets at once: 40 seconds at usual tempos.

With what they follow, these are 16 phrases for the prior: a third more work than for four new ones,
and so a third less for each second of music.
"""

_NAME = "Endless, from "
_LARGEST_LATENT = 50.0  # standard deviations; none that is drawn comes near


class EndlessHandlers(Handlers):
    """Draws what the player plays next. It asks again and again as long as it plays.

    The page keeps the latents of the last phrases and sends them along, so that the server keeps
    nothing and each request takes the same work.
    """

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._quota = HourlyQuota(get_settings().endless_phrases)

    def more(
        self, event: gr.EventData, state: str, temperature: float, *sliders: float
    ) -> dict[str, Any]:
        """Return the next phrases, or one line on why there are none.

        Parameters
        ----------
        event : gradio.EventData
            A `musegen.web.events.MoreEvent`.
        state : str
            The version that was continued.
        temperature : float
        *sliders : float
            Values of the shape sliders. The next phrases differ from what is drawn as far as the
            sliders were moved since the music began to go on.

        Returns
        -------
        dict
            ``request``, the number that the player gave; ``problem``, a line or None; ``notes`` as
            the player gets them, from the start of the first new phrase; ``latents``, a text for
            each phrase that the player sends back with later requests, with those of the
            ``context`` first if it sent none.
        """
        answer: dict[str, Any] = {"request": None, "problem": None}
        try:
            data = event_data(event, MoreEvent)
            answer["request"] = data.request
            return answer | self._more(data, state, temperature, sliders)
        except Exception as error:
            return answer | {"problem": error_message(error)}

    def _more(
        self, data: MoreEvent, state: str, temperature: float, sliders: Sequence[float]
    ) -> dict[str, Any]:
        from musegen import (
            endless,
        )  # here, since it loads TensorFlow, for which the page would wait

        _, recipe = read_state(state)
        temperature = check_number(temperature, "temperature")
        changes = _moved(sliders, shape_values(recipe, None))
        if not self._quota.charge(current_visitor().address, PHRASES_A_REQUEST):
            raise MusicError(
                "as much endless music as one hour allows here has been drawn: try again later"
            )
        version = None if data.context else self._services.make_version(recipe)
        with self._services.use_model() as mg:
            if version is None:
                known, context = 0, _read_context(mg, data.context, data.parts)
            else:
                piece = version.piece
                whole = piece.first(max(1, piece.bars // BARS_PER_PHRASE) * BARS_PER_PHRASE)
                context = endless.context_of(mg, whole)
                known = len(next(iter(context.values())))
            path = endless.draw_next(
                mg, context, data.seed, data.drawn, temperature, phrases=PHRASES_A_REQUEST
            )
            made = endless.decode_next(mg, path, data.parts, data.key, changes)
        rows = stack_path(path)
        if known:
            rows = np.concatenate([stack_path(context), rows])
        return {
            "notes": note_columns(made.notes, data.parts).model_dump(),
            "phrases": PHRASES_A_REQUEST,
            "context": known,
            "latents": [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in rows],
        }

    @report_errors()
    def keep(self, event: gr.EventData, state: str) -> tuple[Any, ...]:
        """Return the values of a version with the notes that were played, as the player has them.

        The recipe has the notes themselves, so it makes the same piece with any model.
        """
        data = event_data(event, KeepEvent)
        id, recipe = read_state(state)
        piece = piece_from_notes(data.notes)
        most = get_settings().piece_bars // BARS_PER_PHRASE
        if len(piece) > most:
            piece = cut(piece, len(piece) - most, most)
        name = _NAME + naming.title(recipe).removeprefix(_NAME)
        sound = Sound(swing=data.swing or None, human=None if data.human else False)
        kept = Recipe(source=notes_from_piece(piece, name), sound=sound)
        return version_values(self._services.make_version(kept, id))


def _moved(values: Sequence[float], before: Sequence[float]) -> dict[str, float]:
    """Return how far the shape sliders were moved, by attribute; nothing of those that were not."""
    largest = MAX_ATTRIBUTE_CHANGE
    moved = {
        name: float(np.clip(now - then, -largest, largest))
        for name, now, then in zip(ATTRIBUTES, values, before, strict=True)
    }
    return {name: value for name, value in moved.items() if value}


def _read_context(
    mg: MuseGen, texts: Sequence[str], parts: Sequence[str]
) -> Mapping[str, np.ndarray]:
    """Return the latents of phrases that a page was sent.

    Raises
    ------
    MusicError
        If they are not.
    """
    names = sorted(
        (name for name, space in mg.spaces.items() if set(space.parts) & set(parts)), reverse=True
    )
    widths = [mg.spaces[name].latent_dim for name in names]
    try:
        data = [base64.b64decode(text, validate=True) for text in texts]
        rows = np.stack([np.frombuffer(row, "<f4") for row in data])
    except (binascii.Error, ValueError):
        raise MusicError(UNEXPECTED_DATA) from None
    if rows.shape[1] != sum(widths):
        raise MusicError(UNEXPECTED_DATA)
    rows = np.clip(rows, -_LARGEST_LATENT, _LARGEST_LATENT)
    return dict(zip(names, np.split(rows, np.cumsum(widths)[:-1], axis=1), strict=True))
