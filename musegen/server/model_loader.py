"""Loads the model in the background, while the page is already served."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from musegen.errors import MuseGenError, MusicError
from musegen.files import CHECKPOINTS

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["BackgroundModel", "ModelError"]

_log = logging.getLogger(__name__)
# How long a thread computes before another's turn. While TensorFlow is imported, each of the many
# small requests of a visitor's page would wait for several turns of Python's usual 5 ms.
_TURN_SECONDS = 0.0005
_POLL_SECONDS = 0.2  # between two looks at a model that is loading
_MAX_CHARACTERS = 300  # of an error message that visitors read


class ModelError(MuseGenError):
    """The model could not be loaded."""


class BackgroundModel:
    """A `MuseGen` that is loaded in a thread, since TensorFlow and the weights take seconds.

    Parameters
    ----------
    load : callable, optional
        Returns the model; `musegen.generator.load` if not given.
    """

    def __init__(self, load: Callable[[], MuseGen] | None = None) -> None:
        self._load_model = load or _load_checkpoints
        self._started = threading.Lock()
        self._finished = threading.Event()
        self._model: MuseGen | None = None
        self._problem: str | None = None

    def start(self) -> None:
        """Start to load, unless that was done before."""
        if self._started.acquire(blocking=False):
            threading.Thread(target=self._load, name="musegen-load", daemon=True).start()

    def get(self) -> MuseGen:
        """Return the model; wait until it is loaded.

        Raises
        ------
        ModelError
            If it could not be loaded.
        """
        self.start()
        self._finished.wait()
        if self._model is None:
            raise ModelError(self._problem)
        return self._model

    @property
    def status(self) -> str:
        """``ok``, ``loading``, or ``problem`` if the model could not be loaded."""
        self.start()
        if not self._finished.is_set():
            return "loading"
        return "problem" if self._problem else "ok"

    async def wait_until_loaded(self) -> str | None:
        """Wait until loading has ended; return what went wrong in one line, or None."""
        self.start()
        while not self._finished.is_set():
            await asyncio.sleep(_POLL_SECONDS)
        return self._problem

    def _load(self) -> None:
        usual = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_SECONDS)
        try:
            model = self._load_model()
            model.random(seed=0, bars=2)  # compiles, so that no visitor waits for that
            self._model = model
        except Exception as error:  # visitors have to read about any error
            problem = " ".join(str(error).split())[:_MAX_CHARACTERS] or type(error).__name__
            _log.error("the model was not loaded: %s", problem, exc_info=True)
            # Visitors need not know where this computer keeps the checkpoints.
            self._problem = problem.replace(f"{CHECKPOINTS.parent}{os.sep}", "")
            return
        finally:
            sys.setswitchinterval(usual)
            self._finished.set()

    def compile_encoder(self) -> None:
        """Compile what reads music: it takes seconds of all cores, so do it while nobody waits.

        Raises
        ------
        ModelError
            If the model could not be loaded.
        """
        model = self.get()
        piece = model.random(seed=0, bars=2)
        with contextlib.suppress(MusicError):  # a piece without notes cannot be encoded
            model.interpolate(piece, replace(piece, path=None), steps=3)


def _load_checkpoints() -> MuseGen:
    from musegen.generator import load  # imports TensorFlow, which takes seconds

    return load()
