"""Handlers for a visitor's own music."""

from __future__ import annotations

from typing import Any

import gradio as gr

from musegen.errors import MusicError
from musegen.hearing import read_take
from musegen.music.similarity import describe_likeness
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import Accompany, Edit, Notes, Recipe, Reconstruct, Sound, Vary
from musegen.server.gradio_adapter import event_data
from musegen.server.settings import get_settings
from musegen.server.uploads import Upload
from musegen.server.validation import check_number, seed_or_new
from musegen.server.versions import Version, read_state
from musegen.web.components.tracks.component import notes_data, tracks_data
from musegen.web.errors import notify, report_errors
from musegen.web.events import PartsEvent, TakeEvent
from musegen.web.handlers.versions import Handlers, version_values

__all__ = ["OwnMusicHandlers", "plays_own_music"]


_NO_FILE = "choose a MIDI file first, or sing a tune"


class OwnMusicHandlers(Handlers):
    """Reads, varies and reconstructs a visitor's own music; `own` is its recipe."""

    @report_errors()
    def preview(self, file: str | None) -> tuple[Any, ...]:
        """Read a file.

        Returns
        -------
        tuple
            Its recipe, the table of its tracks, an update of the button for its own notes, and the
            version's values.
        """
        return self._preview(file)

    def _preview(self, file: str | None) -> tuple[Any, ...]:
        upload = self._services.read_upload(file, notify)
        version = self._services.make_version(upload.recipe)
        button = gr.update(visible=upload.own_notes is not None)
        return write_recipe(upload.recipe), tracks_data(upload), button, *version_values(version)

    @report_errors()
    def preview_recording(self, file: str | None) -> tuple[Any, ...]:
        """Read what the recorder has recorded; return its file and what `preview` returns."""
        return file, *self._preview(file)

    @report_errors()
    def take(self, event: gr.EventData) -> tuple[Any, ...]:
        """Read what was played to a click; return what `preview_recording` returns."""
        data = event_data(event, TakeEvent)
        piece = read_take(data.rows, data.tempo).first(get_settings().upload_bars)
        recipe = Recipe(source=notes_from_piece(piece, "Played tune"))
        table = tracks_data(Upload(recipe, notices=("Played on the keyboard, to a click.",)))
        button = gr.update(visible=False)
        values = version_values(self._services.make_version(recipe))
        return None, write_recipe(recipe), table, button, *values

    @report_errors()
    def use_own_notes(self, file: str | None) -> tuple[Any, ...]:
        """Use the notes of a file that an earlier model made; return what `preview` returns."""
        recipe = self._services.read_upload(file, _ignore).own_notes
        if recipe is None:
            raise MusicError("this file has no other notes than its recipe: choose it again")
        version = self._services.make_version(recipe)
        button = gr.update(visible=False)
        return write_recipe(recipe), notes_data(recipe), button, *version_values(version)

    @report_errors()
    def assign_parts(
        self, file: str | None, own: str, state: str, phrase: float | None, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Read a file with other parts for its tracks, or at another tempo.

        If its music plays now, the result is a version of it: undo returns to the earlier reading.

        Returns
        -------
        tuple
            As `preview` returns, without the button.
        """
        data = event_data(event, PartsEvent)
        upload = self._services.read_upload(
            file, _ignore, data.parts_of_tracks, data.tempo, data.quantize
        )
        id, sound = None, Sound()
        if plays_own_music(state, own):
            id, playing = read_state(state)
            sound = playing.sound
            if _first_tempo(playing) != _first_tempo(upload.recipe):
                sound = sound.model_copy(update={"tempo": None})
        recipe = upload.recipe.model_copy(update={"sound": sound})
        version = self._services.make_version(recipe, id)
        table = tracks_data(upload, data.request, data.quantize)
        return write_recipe(upload.recipe), table, *version_values(version, phrase)

    @report_errors()
    def accompany(self, own: str, seed: float | None, is_locked: bool) -> tuple[Any, ...]:
        """Return the seed that was used and the values of a version with a band.

        It keeps the lead, or everything if there is none, and plays what is missing.
        """
        if not own:
            raise MusicError(_NO_FILE)
        parts = self._services.make_version(read_recipe(own)).piece.parts
        keep = ("lead",) if "lead" in parts else parts
        seed = seed_or_new(seed if is_locked else None)
        return seed, *version_values(self._edit(own, Accompany(keep=keep, seed=seed)))

    @report_errors()
    def vary(
        self, own: str, similarity: float, seed: float | None, is_locked: bool
    ) -> tuple[Any, ...]:
        """Return the seed that was used and the values of a variation."""
        seed = seed_or_new(seed if is_locked else None)
        edit = Vary(similarity=check_number(similarity, "similarity"), seed=seed)
        return seed, *version_values(self._edit(own, edit))

    @report_errors()
    def reconstruct(self, own: str) -> tuple[Any, ...]:
        """Return the values of the reconstruction, and say how much of the music came back."""
        version = self._edit(own, Reconstruct())
        original = self._services.make_version(read_recipe(own)).piece
        notify(describe_likeness(version.piece.phrases, original.phrases))
        return version_values(version)

    def _edit(self, own: str, edit: Edit) -> Version:
        if not own:
            raise MusicError(_NO_FILE)
        return self._services.make_version(read_recipe(own).then(edit))


def plays_own_music(state: str, own: str) -> bool:
    """Whether what plays now was made from a visitor's own music, as it was read last."""
    if not (state and own):
        return False
    source = read_state(state)[1].source
    return isinstance(source, Notes) and source == read_recipe(own).source


def _ignore(message: str) -> None:
    """Take the place of `notify` where a file is read again."""


def _first_tempo(recipe: Recipe) -> float | None:
    return recipe.source.tempos[0] if isinstance(recipe.source, Notes) else None
