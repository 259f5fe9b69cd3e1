"""Services that all visitors share: pieces, sounds and files, made in turn and cached."""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from musegen.audio import DRUM_BANK, find_soundfont, soundfont_names
from musegen.errors import AudioError, Cancelled, CheckpointError
from musegen.files import CHECKPOINTS
from musegen.map.phrase_map import PhraseMap
from musegen.music.bands import BANDS
from musegen.recipe.codec import write_recipe
from musegen.recipe.examples import EXAMPLES, load_examples
from musegen.recipe.execute import RecipeRunner
from musegen.recipe.schema import Recipe
from musegen.server.caches.downloads import DownloadCache
from musegen.server.caches.soundfonts import SoundfontCache
from musegen.server.caches.sounds import SoundCache, SoundFile
from musegen.server.gradio_adapter import upload_folder
from musegen.server.model_loader import BackgroundModel, ModelError
from musegen.server.process.memory import trim_memory
from musegen.server.process.temporary_folder import remove_old_files
from musegen.server.queue import SERVER, FairQueue, current_visitor
from musegen.server.sessions import RequestEvent, Sessions
from musegen.server.settings import get_settings
from musegen.server.uploads import Upload, read_upload
from musegen.server.validation import check_length
from musegen.server.versions import MidiSound, Version

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["Services"]

_IDLE_SECONDS = 3.0  # without a request, after which the next thing is prepared
_CLEAN_UP_SECONDS = 30  # between two times that old files are removed


class Services:
    """Makes pieces, sounds and files for all visitors.

    Work for a request is cancelled, in its queue and between its steps, when the client closes its
    connection. The server keeps only caches: a visitor loses nothing when it is restarted.

    Parameters
    ----------
    model : BackgroundModel
        Requests that need it wait until it is loaded.

    Attributes
    ----------
    queues : dict of str to FairQueue
        For the ``"model"``, for renderers that play for visitors whose browser cannot
        (``"mix"``), and for those that play ``"files"``.
    sounds : SoundCache
    soundfonts : SoundfontCache
        Instruments that the page plays.
    sessions : Sessions
    phrase_map : PhraseMap, optional
        The map of phrases, if the checkpoints have one.
    """

    def __init__(self, model: BackgroundModel) -> None:
        settings = get_settings()
        self.model = model
        # There are two queues of renderers, so that nobody's sound waits for the files of others.
        renderers = -(-settings.at_once // 2)
        self.queues = {
            name: FairQueue(slots, settings.waiting, settings.waiting_each)
            for name, slots in (
                ("model", settings.at_once),
                ("mix", renderers),
                ("files", renderers),
            )
        }
        self._runner = RecipeRunner(
            model.get, settings.pieces, settings.make_seconds, self._model_slot, load_examples()
        )
        # In the folder that Gradio serves from: it would copy files from elsewhere to it.
        self.sounds = SoundCache(
            settings.sounds_mb * 1_000_000, settings.render_seconds, upload_folder()
        )
        self._downloads = DownloadCache(
            settings.files_mb * 1_000_000, settings.keep_minutes * 60, settings.render_seconds
        )
        self.soundfonts = SoundfontCache()
        self.sessions = Sessions()
        self.phrase_map = _load_map()
        self._closing = threading.Event()

    def is_ready(self, recipe: Recipe) -> bool:
        """Whether `make_version` needs no model for a recipe."""
        return self._runner.is_cached(recipe)

    def make_version(self, recipe: Recipe, id: str | None = None) -> Version:
        """Make the piece of a recipe, or take it from the cache.

        Parameters
        ----------
        recipe : Recipe
        id : str, optional
            Id of the version that this one replaces in the player; a new one if not given.

        Raises
        ------
        BusyError
            If too many requests wait.
        Cancelled
            If the visitor has left.
        MusicError
            If the recipe cannot be made, or takes too long.
        """
        piece = check_length(self._runner.run(recipe, RequestEvent()))
        return Version(recipe, piece, id) if id else Version(recipe, piece)

    def read_upload(
        self,
        path: str | None,
        notify: Callable[[str], object],
        assign: Mapping[int, str | None] | None = None,
        tempo_factor: float = 1.0,
        quantize: float = 1.0,
    ) -> Upload:
        """Read an uploaded file as `musegen.server.uploads.read_upload` does.

        A long file takes seconds, so it waits for a slot of the model's queue.

        Raises
        ------
        BusyError, Cancelled, MusicError
            As `make_version` does, and if the file cannot be read.
        """
        with self._model_slot():
            return read_upload(path, notify, assign, tempo_factor, quantize)

    def make_sound(
        self,
        version: Version,
        soundfont: Path | None,
        cancel: threading.Event,
        progress: Callable[[float], None] | None = None,
    ) -> SoundFile:
        """Return the sound of a version as `SoundCache.render` does; it waits in its queue."""
        return self.sounds.render(
            version.piece,
            write_recipe(version.recipe),
            soundfont,
            cancel,
            progress,
            partial(self._slot, "mix", cancel),
        )

    def make_file(
        self,
        version: Version | MidiSound,
        kind: str,
        soundfont: Path | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Path:
        """Return a file of a version as `DownloadCache.make` does; a sound waits in its queue."""
        cancel = cancel or RequestEvent()
        slot = partial(self._slot, "files", cancel)
        return self._downloads.make(version, kind, soundfont, cancel, progress, slot)

    @contextlib.contextmanager
    def use_model(self) -> Iterator[MuseGen]:
        """Wait for the model and a slot of its queue, and keep the slot while the block runs.

        Raises
        ------
        BusyError, Cancelled
            As `make_version` does.
        ModelError
            If there is no model.
        """
        mg = self.model.get()
        with self._model_slot():
            yield mg

    def _model_slot(self) -> AbstractContextManager:
        return self._slot("model", RequestEvent())

    @contextlib.contextmanager
    def _slot(self, work: str, cancel: threading.Event) -> Iterator[None]:
        visitor = current_visitor()
        if visitor == SERVER:
            with self.queues[work].slot(visitor, cancel):
                yield
            return
        self.sessions.note_request()
        try:
            with self.queues[work].slot(visitor, cancel):
                yield
        finally:
            self.sessions.note_request()

    def prepare(self) -> None:
        """Do what visitors would wait for, while none of them needs the computer.

        The first band is needed by everybody, so it does not wait.
        """
        digest = next(iter(self.soundfonts.digests().values()), None)  # the page's first choice
        if digest:
            bands = [list(band.programs.items()) for band in BANDS.values()]
            self._cut_instruments(digest, bands[0])
            for instrument in dict.fromkeys(itertools.chain.from_iterable(bands[1:])):
                if self._is_idle():
                    self._cut_instruments(digest, [instrument])
        if self._is_idle():
            with contextlib.suppress(ModelError):
                self.model.compile_encoder()
        self._render_examples()

    def _is_idle(self) -> bool:
        """Wait until no visitor needs the computer; False if the services are closed instead."""
        self.sessions.wait_until_idle(_IDLE_SECONDS, self._closing)
        return not self._closing.is_set()

    def _cut_instruments(self, digest: str, programs: Iterable[tuple[str, int]]) -> None:
        # Visitors who choose an instrument will read what is wrong.
        with contextlib.suppress(AudioError, KeyError):
            for cut in [
                self.soundfonts.get(digest, DRUM_BANK if part == "drums" else 0, program)
                for part, program in programs
            ]:
                cut.result()

    def _render_examples(self) -> None:
        names = soundfont_names()
        soundfont = find_soundfont(names[0]) if names else None  # the page's first choice
        with contextlib.suppress(ModelError):
            for recipe in EXAMPLES.values():
                if not self._is_idle():
                    return
                version = self.make_version(recipe)
                # Visitors who ask for the example will read what is wrong.
                with contextlib.suppress(AudioError, Cancelled):
                    key = write_recipe(recipe)
                    self.sounds.render(version.piece, key, soundfont, self._closing)

    def clean_up(self) -> None:
        """Remove old files and give memory back, again and again until `close` is called."""
        while not self._closing.wait(_CLEAN_UP_SECONDS):
            self._downloads.sweep()
            self.sounds.sweep()
            trim_memory()
            remove_old_files(upload_folder(), get_settings().keep_minutes * 60)

    def close(self) -> None:
        """Cancel all work."""
        self._closing.set()
        self.sessions.cancel()


def _load_map() -> PhraseMap | None:
    try:
        return PhraseMap.load(CHECKPOINTS / "map.npz")
    except CheckpointError as error:
        logging.getLogger(__name__).warning("the page has no map: %s", error)
        return None
