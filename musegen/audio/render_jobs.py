"""Runs renderers for music or its parts, several at once, with progress and cancellation."""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from musegen.audio.renderers import RATE, fluidsynth_problem, run_renderer
from musegen.audio.soundfonts import choose_soundfont
from musegen.audio.stems import MIX
from musegen.errors import AudioError, Cancelled, is_disk_full, write_failure
from musegen.midi import Playable

if TYPE_CHECKING:
    from musegen.music import Piece

__all__ = ["RenderJob", "play_piece"]

Sound = npt.NDArray[np.float32]  # shape (samples, 2), at `RATE`

_SILENCE = 3e-7  # of full scale: FluidSynth's reverb alone makes 3e-8, a note at velocity 1 3e-6
_REPORT_SECONDS = 0.2  # between two reports of progress
_EXTRA_SECONDS = 60  # that a renderer gets beyond the length of the piece by default


def play_piece(piece: Piece) -> Playable:
    """Return what a renderer plays for a piece."""
    data = io.BytesIO()
    piece.to_pretty_midi().write(data)
    notes = piece.notes
    end = piece.seconds_at(piece.played_steps((notes["onset"] + notes["duration"]).max(initial=0)))
    return Playable(data.getvalue(), piece.seconds, float(end))


class RenderJob:
    """Renders music or its parts, before loudness and length are adjusted.

    Parameters
    ----------
    seconds : float
        Length of the music without the release of its last notes.
    soundfont, timeout, cancel, progress
        As in `musegen.audio.render`.

    Attributes
    ----------
    samples : int
        The length in samples.
    """

    def __init__(
        self,
        seconds: float,
        soundfont: str | Path | None,
        timeout: float | None,
        cancel: threading.Event | None,
        progress: Callable[[float], None] | None,
    ) -> None:
        self.samples = round(seconds * RATE)
        self._embedded = fluidsynth_problem() is not None
        self._soundfont = choose_soundfont(soundfont, self._embedded)
        self._timeout = _EXTRA_SECONDS + seconds if timeout is None else timeout
        self._cancel = cancel or threading.Event()
        self._progress = progress or (lambda share: None)

    def render_whole(self, music: Playable) -> Sound:
        """Render music as one sound."""
        return self._render(_mix_threads(), {MIX: music})[MIX]()

    def render_parts(
        self, parts: Mapping[str, Playable]
    ) -> tuple[dict[str, Sound], dict[str, str]]:
        """Render each part by itself.

        Returns
        -------
        sounds : dict of str to numpy.ndarray
            By part; at least one.
        missing : dict of str to str
            Parts that could not be rendered, and why.
        """
        results = self._render(_part_threads(), parts)
        sounds: dict[str, Sound] = {}
        missing: dict[str, str] = {}
        for name in parts:
            try:
                sounds[name] = results[name]()
            except AudioError as error:
                missing[name] = str(error)
        if not sounds:
            raise AudioError(missing[next(iter(parts))])
        return sounds, missing

    def _render(
        self, threads: ThreadPoolExecutor, parts: Mapping[str, Playable]
    ) -> dict[str, Callable[[], Sound]]:
        """Render parts and wait for all. A result returns the sound, or raises what went wrong."""
        stop = threading.Event()
        shares = dict.fromkeys(parts, 0.0)

        def render_one(name: str) -> Sound:
            def report(share: float) -> None:
                shares[name] = share
                if stop.is_set() or self._cancel.is_set():
                    raise Cancelled

            report(0.0)
            sound = self._run_renderer(name, parts[name], report)
            shares[name] = 1.0
            return sound

        # The longest jobs start first, so that all cores end at about the same time.
        order = sorted(parts, key=lambda name: -len(parts[name].data))
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

    def _run_renderer(self, name: str, music: Playable, report: Callable[[float], None]) -> Sound:
        try:
            with tempfile.TemporaryDirectory(prefix="musegen-") as folder:
                sound = run_renderer(
                    music,
                    self._soundfont,
                    self._embedded,
                    Path(folder),
                    self._timeout,
                    report,
                )
        except OSError as error:
            raise _system_failure(error) from None
        if not np.abs(sound).max(initial=0) > _SILENCE:
            what = "this piece" if name == MIX else f"the {name}"
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
