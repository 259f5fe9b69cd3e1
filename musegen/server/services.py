"""What makes pieces, sounds and files for all visitors, in turn, and remembers some of it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from gradio.utils import get_upload_folder

from musegen.audio import find_soundfont, soundfont_names
from musegen.errors import AudioError, Cancelled, CheckpointError
from musegen.files import CHECKPOINTS
from musegen.map.phrase_map import PhraseMap
from musegen.recipe.codec import write_recipe
from musegen.recipe.examples import EXAMPLES
from musegen.recipe.execute import RecipeRunner
from musegen.recipe.schema import Recipe
from musegen.server.caches.downloads import DownloadCache
from musegen.server.caches.sounds import SoundCache
from musegen.server.model_loader import BackgroundModel, ModelError
from musegen.server.process.memory import give_back
from musegen.server.process.temporary_folder import remove_old
from musegen.server.queue import FairQueue, current_visitor
from musegen.server.sessions import Sessions
from musegen.server.settings import get_settings
from musegen.server.uploads import Upload
from musegen.server.uploads import read_upload as read_file
from musegen.server.validation import check_length
from musegen.server.versions import Version

__all__ = ["Services"]

_QUIET = 3.0  # seconds without a visitor's request, after which the next example is prepared
_TIDY = 30  # seconds between two times that what was kept long enough is removed


class Services:
    """What all visitors share. Nothing in it is lost with it but time.

    Parameters
    ----------
    model : BackgroundModel
        Waited for by whoever needs it before it has loaded.

    Attributes
    ----------
    queues : dict of str to FairQueue
        Who waits for the ``"model"``, for a ``"mix"``, and for ``"parts"`` or files.
    sounds : SoundCache
    sessions : Sessions
    phrase_map : PhraseMap, optional
        The map, where these checkpoints have one.
    """

    def __init__(self, model: BackgroundModel) -> None:
        most = get_settings()
        self.model = model
        self.queues = {
            # A renderer takes two cores. Nobody's mix waits for the parts, or the files, of others.
            work: FairQueue(
                most.at_once if work == "model" else -(-most.at_once // 2),
                most.waiting,
                most.waiting_each,
            )
            for work in ("model", "mix", "parts")
        }
        self._runner = RecipeRunner(
            model.get,
            most.pieces,
            most.make_seconds,
            lambda: self.queues["model"].slot(current_visitor()),
        )
        # In Gradio's cache, which it serves from: elsewhere it would copy each sound there.
        cache = Path(get_upload_folder())
        cache.mkdir(parents=True, exist_ok=True)
        self.sounds = SoundCache(most.sounds_mb * 1_000_000, most.render_seconds, cache)
        self._downloads = DownloadCache(
            most.files_mb * 1_000_000, most.keep_minutes * 60, most.render_seconds
        )
        self.sessions = Sessions()
        self._closing = threading.Event()
        self.phrase_map = _load_map()

    def make_version(self, recipe: Recipe, id: str | None = None) -> Version:
        """The version of a recipe; with an id it goes on with that version.

        Raises
        ------
        MusicError
            If the recipe asks for what cannot be, or for too much.
        """
        piece = check_length(self._runner.run(recipe))
        return Version(recipe, piece, id) if id else Version(recipe, piece)

    def read_upload(
        self,
        file: str | None,
        tell: Callable[[str], object],
        assign: Mapping[int, str | None] | None = None,
        tempo_factor: float = 1.0,
    ) -> Upload:
        """A visitor's file, as `read_upload` reads it, in turn: a long one takes seconds."""
        with self.queues["model"].slot(current_visitor()):
            return read_file(file, tell, assign, tempo_factor)

    def make_file(
        self,
        version: Version,
        kind: str,
        soundfont: Path | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Path:
        """A file of a version, as `DownloadCache.make` makes it, in turn."""
        cancel = cancel or threading.Event()
        slot = partial(self.slots(cancel), "parts")
        return self._downloads.make(version, kind, soundfont, cancel, progress, slot)

    def slots(self, cancel: threading.Event) -> Callable[[str], AbstractContextManager]:
        visitor = current_visitor()  # the thread that will wait does not know for whom it works
        return lambda work: self.queues[work].slot(visitor, cancel)

    def render_examples(self) -> None:
        """Play the examples into files, so that they are ready at once, whenever nobody waits."""
        font = find_soundfont(next(iter(soundfont_names()), None))  # as the page is at first
        with contextlib.suppress(ModelError):
            for recipe in EXAMPLES.values():
                self.sessions.wait_until_idle(_QUIET, self._closing)
                if self._closing.is_set():
                    return
                piece = self._runner.run(recipe)
                with contextlib.suppress(AudioError, Cancelled):  # who asks for it will be told
                    for _ in self.sounds.make(piece, write_recipe(recipe), font, self._closing):
                        pass

    def clean_up(self) -> None:
        """Until the end, remove what was kept long enough, and give memory back.

        Gradio leaves files behind.
        """
        while not self._closing.wait(_TIDY):
            self._downloads.sweep()
            self.sounds.sweep()
            give_back()
            remove_old(Path(get_upload_folder()), get_settings().keep_minutes * 60)

    def close(self) -> None:
        """Stop all that is going on: nobody will see the end of it."""
        self._closing.set()
        self.sessions.cancel()


def _load_map() -> PhraseMap | None:
    """The map; None, and a line in the log, where these checkpoints have none."""
    try:
        return PhraseMap.load(CHECKPOINTS / "map.npz")
    except CheckpointError as error:
        logging.getLogger(__name__).warning("%s", error)
        return None
