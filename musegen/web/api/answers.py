"""What all endpoints share: reading MIDI files and answering with one."""

from __future__ import annotations

from typing import Any

from musegen.music.instruments import instrument_name
from musegen.recipe import naming
from musegen.recipe.codec import write_recipe
from musegen.recipe.schema import Edit, Recipe
from musegen.server.services import Services
from musegen.web.errors import notify
from musegen.web.links import write_link

__all__ = ["Answer", "Endpoints"]

Answer = tuple[str, dict[str, Any]]
"""Path of a MIDI file, and facts about the piece in it."""


class Endpoints:
    """The base of the classes whose methods are endpoints.

    A MIDI file that was made here contains its recipe: given one, an endpoint continues with that
    very piece, latents included.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def _read(self, midi: str) -> Recipe:
        return self._services.read_upload(midi, notify).recipe

    def _edit(self, midi: str, edit: Edit, **facts: Any) -> Answer:
        return self._make(self._read(midi).then(edit), **facts)

    def _make(self, recipe: Recipe, **facts: Any) -> Answer:
        """Make the piece of a recipe; the answer contains these facts, too."""
        version = self._services.make_version(recipe)
        path = self._services.make_file(version, "midi")
        piece = version.piece
        facts |= {
            "title": naming.title(recipe),
            "bars": piece.bars,
            "phrases": len(piece),
            "tempo": piece.tempo,
            "key": naming.key_label(piece.key),
            "seconds": round(piece.seconds, 3),
            "notes": len(piece.notes),
            "chords": piece.chords.text(piece.keys),
            "instruments": {
                part: instrument_name(part, piece.programs[part]) for part in piece.parts
            },
            "recipe": write_recipe(recipe),
        }
        link = write_link(recipe)
        return str(path), {**facts, "link": link} if link else facts
