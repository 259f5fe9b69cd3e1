"""The model, loaded beside a page that is already up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from musegen.errors import MusicError
from musegen.files import CHECKPOINTS

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["BackgroundModel", "ModelError"]

_POLL = 0.2  # seconds between looks at a model that loads: a tenth of what anyone notices


class ModelError(RuntimeError):
    """The model could not be loaded, said in one line."""


class BackgroundModel:
    """A `MuseGen` that loads in a thread of its own; who needs it sooner waits.

    TensorFlow and the checkpoints take seconds, the page should not.

    Parameters
    ----------
    load : callable, optional
        Gives the model; by default `musegen.generator.load` does.
    """

    def __init__(self, load: Callable[[], MuseGen] | None = None) -> None:
        self._load_model = load or _load_checkpoints
        self._started = threading.Lock()
        self._ready = threading.Event()
        self._model: MuseGen | None = None
        self._problem: str | None = None

    def start(self) -> None:
        """Begin to load, if nobody has yet."""
        if self._started.acquire(blocking=False):
            threading.Thread(target=self._load, name="musegen-load", daemon=True).start()

    def get(self) -> MuseGen:
        """The model, waited for.

        Raises
        ------
        ModelError
            If it could not be loaded.
        """
        self.start()
        self._ready.wait()
        if self._model is None:
            raise ModelError(self._problem)
        return self._model

    async def settled(self) -> str | None:
        """Wait until loading has ended; what went wrong in one line, or None."""
        self.start()
        while not self._ready.is_set():
            await asyncio.sleep(_POLL)
        return self._problem

    def _load(self) -> None:
        try:
            model = self._load_model()
            piece = model.random(seed=0, bars=2)  # the first call compiles: nobody should wait
            self._model = model
        except Exception as error:  # whatever it is, the page must say that there is no model
            problem = " ".join(str(error).split())[:300] or type(error).__name__
            log = logging.getLogger(__name__)
            log.error("the model was not loaded: %s", problem)
            # Where this computer keeps it is nobody else's business.
            self._problem = problem.replace(f"{CHECKPOINTS.parent}{os.sep}", "")
            log.debug("how it came to it:", exc_info=True)
            return
        finally:
            self._ready.set()
        with contextlib.suppress(MusicError):  # a piece without notes has nothing to encode
            model.interpolate(piece, replace(piece, path=None), steps=3)  # compiles the rest


def _load_checkpoints() -> MuseGen:
    from musegen.generator import load  # brings TensorFlow: here, not when the page starts

    return load()
