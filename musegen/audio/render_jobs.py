"""Runs renderers for a piece or its parts, several at once, with progress and cancellation."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musegen.audio.renderers import RATE, fluidsynth_problem, run_renderer
from musegen.audio.soundfonts import choose_soundfont
from musegen.errors import AudioError, Cancelled, FileError, is_disk_full, write_failure

if TYPE_CHECKING:
    from musegen.music import Piece

__all__ = ["RenderJob"]

Sound = npt.NDArray[np.float32]  # shape (samples, 2), at `RATE`

_SILENCE = 3e-7  # of full scale: FluidSynth's reverb alone makes 3e-8, a note at velocity 1 3e-6
_REPORT_SECONDS = 0.2  # between two reports of progress
_MAX_CORES = 2  # for one sound: FluidSynth gains little from more, and often loses
_EXTRA_SECONDS = 60  # that a renderer gets beyond the length of the piece by default


class RenderJob:
    """Renders a piece or its parts, before loudness and length are adjusted.

    Parameters
    ----------
    piece, soundfont, timeout, cancel, progress
        As in `musegen.audio.render`.

    Attributes
    ----------
    samples : int
        Length of the piece without the release of its last notes.
    """

    def __init__(
        self,
        piece: Piece,
        soundfont: str | Path | None,
        timeout: float | None,
        cancel: threading.Event | None,
        progress: Callable[[float], None] | None,
    ) -> None:
        self.samples = round(piece.seconds * RATE)
        self._piece = piece
        self._embedded = fluidsynth_problem() is not None
        self._soundfont = choose_soundfont(soundfont, self._embedded)
        self._timeout = _EXTRA_SECONDS + piece.seconds if timeout is None else timeout
        self._cancel = cancel or threading.Event()
        self._progress = progress or (lambda share: None)

    def render_whole(self) -> Sound:
        """Render all parts as one sound, on as many cores as help."""
        cores = min(_MAX_CORES, os.cpu_count() or 1)
        return self._render(_mix_threads(), {"": self._piece}, cores)[""]()

    def render_parts(self) -> tuple[dict[str, Sound], dict[str, str]]:
        """Render each part by itself.

        Returns
        -------
        sounds : dict of str to numpy.ndarray
            By part; at least one.
        missing : dict of str to str
            Parts that could not be rendered, and why.
        """
        parts = {name: self._piece.only([name]) for name in self._piece.parts}
        results = self._render(_part_threads(), parts, 1)
        sounds: dict[str, Sound] = {}
        missing: dict[str, str] = {}
        for name in parts:
            try:
                sounds[name] = results[name]()
            except AudioError as error:
                missing[name] = str(error)
        if not sounds:
            raise AudioError(missing[self._piece.parts[0]])
        return sounds, missing

    def _render(
        self, threads: ThreadPoolExecutor, pieces: dict[str, Piece], cores: int
    ) -> dict[str, Callable[[], Sound]]:
        """Render pieces and wait for all. A result returns the sound, or raises what went wrong."""
        stop = threading.Event()
        shares = dict.fromkeys(pieces, 0.0)

        def render_one(name: str) -> Sound:
            def report(share: float) -> None:
                shares[name] = share
                if stop.is_set() or self._cancel.is_set():
                    raise Cancelled

            report(0.0)
            sound = self._run_renderer(pieces[name], cores, report)
            shares[name] = 1.0
            return sound

        # The longest jobs start first, so that all cores end at about the same time.
        order = sorted(pieces, key=lambda name: -len(pieces[name].notes))
        futures = {name: threads.submit(render_one, name) for name in order}
        try:
            waiting = set(futures.values())
            while waiting:
                self._progress(sum(shares.values()) / len(shares))
                waiting = wait(waiting, _REPORT_SECONDS).not_done
                if self._cancel.is_set():
                    raise Cancelled
            self._progress(1.0)
        finally:
            stop.set()
            # Jobs that have started stop their renderers and remove their files.
            wait([future for future in futures.values() if not future.cancel()])
        return {name: future.result for name, future in futures.items()}

    def _run_renderer(self, part: Piece, cores: int, report: Callable[[float], None]) -> Sound:
        try:
            with tempfile.TemporaryDirectory(prefix="musegen-") as folder:
                sound = run_renderer(
                    part,
                    self._soundfont,
                    self._embedded,
                    Path(folder),
                    self._timeout,
                    report,
                    cores,
                )
        except FileError as error:
            raise AudioError(str(error)) from None
        except OSError as error:
            raise _system_failure(error) from None
        if not np.abs(sound).max(initial=0) > _SILENCE:
            what = "this piece" if part is self._piece else f"the {part.parts[0]}"
            raise AudioError(
                f"{self._soundfont.name} has no sound for {what}: choose another soundfont"
            )
        return sound


def _system_failure(error: OSError) -> AudioError:
    """Turn an error of the system into one that says what the renderer could not do."""
    if is_disk_full(error):
        return AudioError(str(write_failure("a temporary file", error)))
    what = f"{error.filename}: " if error.filename else ""
    return AudioError(f"the renderer could not be run: {what}{error.strerror or error}; try again")


# All visitors share these threads, so that no more renderers run at once than there are cores. A
# mix has threads of its own: what somebody wants to hear now does not wait for the parts of others.
@cache
def _part_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="musegen-parts")


@cache
def _mix_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="musegen-mix")
