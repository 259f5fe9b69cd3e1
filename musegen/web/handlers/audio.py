"""Handlers that render sound and files, and report their progress."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from musegen.audio import find_soundfont
from musegen.errors import Cancelled
from musegen.recipe.codec import read_recipe
from musegen.server.background import stream_from_thread
from musegen.server.caches.sounds import SoundFile
from musegen.server.gradio_adapter import event_data
from musegen.server.versions import SHEET_FILES, Version, read_state
from musegen.web.errors import error_message, report_errors
from musegen.web.events import FileEvent, SoundEvent
from musegen.web.handlers.versions import Handlers
from musegen.web.header import ProgressData
from musegen.web.show import show

__all__ = ["AudioHandlers"]

_FILE_NAMES = {"midi": "MIDI file", "npy": "latents", "stems": "stems", "mp4": "video"}
_FILE_NAMES |= {kind: "lead sheet" if "." in kind else "score" for kind in SHEET_FILES}


class AudioHandlers(Handlers):
    """Renders sound and files of the piece that plays now."""

    async def sound(
        self, soundfont: str | None, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Yield the progress of rendering, then the player with the sound.

        A visitor hears one piece at a time: the next request cancels this one.
        """
        with report_errors():
            data = event_data(event, SoundEvent)
            id, recipe = data.id, read_recipe(data.recipe)
            font = find_soundfont(soundfont)
        cancel = self._services.sessions.start(_session(request), "sound")
        version: Version | None = None

        def sounds(progress: Callable[[float], None]) -> Iterator[tuple[Version, SoundFile]]:
            nonlocal version
            version = self._services.make_version(recipe, id)
            yield version, self._services.make_sound(version, font, cancel, progress)

        if self._services.queues["mix"].waiting:
            yield gr.skip(), ProgressData(share=0, text="Waiting for other visitors …")
        with report_errors():
            try:
                async for share, made in stream_from_thread(sounds, cancel):
                    if made is None:
                        yield gr.skip(), ProgressData(share=share, text="Rendering the sound …")
                    else:
                        shown, sound = made
                        yield show(shown, sound.path, sound.stream), gr.skip()
            except Cancelled:
                return
            except Exception as error:
                if version is None:
                    raise
                yield show(version, problem=f"No sound: {error_message(error)}"), gr.skip()

    async def file(
        self, state: str, soundfont: str | None, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[tuple[Any, ...]]:
        """Yield the progress of making a file, then its path."""
        with report_errors():
            kind = event_data(event, FileEvent).kind
            recipe, font = read_state(state)[1], find_soundfont(soundfont)
        cancel = self._services.sessions.start(_session(request), "file")

        def make(progress: Callable[[float], None]) -> Iterator[Path]:
            version = self._services.make_version(recipe)
            yield self._services.make_file(version, kind, font, cancel, progress)

        with report_errors():
            try:
                async for share, path in stream_from_thread(make, cancel):
                    if path is None:
                        text = f"Making the {_FILE_NAMES.get(kind, kind.upper())} …"
                        yield gr.skip(), ProgressData(share=share, text=text)
                    else:
                        yield str(path), gr.skip()
            except Cancelled:
                yield None, gr.skip()

    def cancel(self, request: gr.Request) -> None:
        """Cancel everything that is being rendered for a visitor."""
        self._services.sessions.cancel(_session(request))


def _session(request: gr.Request) -> str:
    return request.session_hash or ""
