"""A version of a piece, and its files."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from musegen import audio
from musegen.errors import AudioError, MusicError
from musegen.latent.paths import stack_path, write_paths
from musegen.midi import Playable
from musegen.midi.tags import TAG
from musegen.music import Piece
from musegen.recipe import naming
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.schema import Recipe
from musegen.server.gradio_adapter import upload_folder
from musegen.sheets import LEAD_SHEET, ROLL_EDGES, SHEETS, draw_roll, write_sheets

__all__ = [
    "FILES",
    "SHEET_FILES",
    "SOUND_FILES",
    "VIDEO",
    "MidiSound",
    "Version",
    "read_state",
]

SOUND_FILES = ("wav", "flac", "mp3", "ogg", "stems")
VIDEO = "mp4"
SHEET_FILES = tuple(kind + ending[1:] for kind in ("", LEAD_SHEET[1:] + ".") for ending in SHEETS)
"""Endings of full scores and of lead sheets: musicxml, lead.musicxml and so on."""
FILES = ("midi", *SOUND_FILES, VIDEO, *SHEET_FILES, "npy")


@dataclass(frozen=True)
class Version:
    """A piece with the recipe that makes it. The page keeps its state; the server keeps nothing.

    Attributes
    ----------
    recipe : Recipe
    piece : Piece
        The piece that the recipe makes.
    id : str
        Equal for all versions of one piece, so that the player can tell an edited piece from a
        new one.
    """

    recipe: Recipe
    piece: Piece
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def state(self) -> str:
        """Text that `read_state` reads."""
        return f"{self.id}.{write_recipe(self.recipe)}"

    @property
    def key(self) -> str:
        """Text that differs between versions with different files."""
        return write_recipe(self.recipe)

    @property
    def seconds(self) -> float:
        """Length of the piece."""
        return self.piece.seconds

    @property
    def stem(self) -> str:
        """File name without its ending, such as ``musegen-seed42-16bars``."""
        return naming.stem(self.recipe, self.piece)

    def write_file(
        self,
        kind: str,
        soundfont: Path | None = None,
        timeout: float | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Path:
        """Write the piece as a file of one of the kinds in `FILES`, into a folder of its own.

        A file that can carry text carries the recipe: uploaded to the page, it is this piece again.

        Parameters
        ----------
        kind : str
        soundfont, timeout, cancel, progress
            As in `musegen.audio.render`.

        Returns
        -------
        Path

        Raises
        ------
        AudioError
            If the piece cannot be rendered.
        Cancelled
            If `cancel` was set.
        FileError
            If the file cannot be written.
        MusicError
            If there is no such kind, or the piece has no path, or no notes for sheet music.
        """
        if kind not in FILES:
            raise MusicError(f"there are no {kind!r} files: choose from {', '.join(FILES)}")
        options = {"timeout": timeout, "cancel": cancel, "progress": progress}
        tag = TAG + write_recipe(self.recipe)
        folder = _make_folder()
        if kind == "midi":
            path = folder / f"{self.stem}.mid"
            self.piece.write_midi(path, tag=tag)
        elif kind == "npy":
            if self.piece.path is None:
                raise MusicError("this piece has no latents: it came from a file as it is")
            path = folder / f"{self.stem}.npy"
            write_paths(path, stack_path(self.piece.path))
        elif kind in SHEET_FILES:
            path = folder / f"{self.stem}.{kind}"
            title = naming.title(self.recipe)
            write_sheets(self.piece, [path], title, naming.marks(self.recipe, self.piece))
        elif kind == VIDEO:
            path = folder / f"{self.stem}.{kind}"
            facts = "  ·  ".join(naming.details(self.recipe, self.piece))
            roll = draw_roll(self.piece, naming.title(self.recipe), facts)
            sound, rate = audio.render(self.piece, soundfont, **options)
            seconds = self.piece.seconds
            audio.write_video(path, roll, ROLL_EDGES, seconds, sound, rate, cancel=cancel)
        elif kind == "stems":
            stems = audio.render_stems(self.piece, soundfont, **options)
            if not stems.sounds:
                raise AudioError("this piece has no notes to make stems of")
            path = folder / f"{self.stem}-stems.zip"
            audio.write_stems(path, stems, comment=tag)
        else:
            path = folder / f"{self.stem}.{kind}"
            sound, rate = audio.render(self.piece, soundfont, **options)
            audio.write_audio(path, sound, rate, comment=tag)
        return path


@dataclass(frozen=True)
class MidiSound:
    """The sound of a MIDI file that is played as it is, and not as a piece of five parts.

    Attributes
    ----------
    file : Playable
    version : Version
        The piece that the file is read as: sound files get its name and carry its recipe.
    """

    file: Playable
    version: Version

    @property
    def key(self) -> str:
        """Text that differs between different sounds."""
        return f"{hashlib.sha256(self.file.data).hexdigest()} {self.version.key}"

    @property
    def seconds(self) -> float:
        """Length of the music."""
        return self.file.seconds

    def write_file(
        self,
        kind: str,
        soundfont: Path | None = None,
        timeout: float | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Path:
        """Write a sound file as `Version.write_file` does; `kind` is the ending of its name."""
        options = {"timeout": timeout, "cancel": cancel, "progress": progress}
        sound, rate = audio.render_file(self.file, soundfont, **options)
        path = _make_folder() / f"{self.version.stem}.{kind}"
        audio.write_audio(path, sound, rate, comment=TAG + self.version.key)
        return path


def _make_folder() -> Path:
    """Make a folder of the files that Gradio serves; no two visitors share one."""
    folder = upload_folder() / secrets.token_hex(16)
    folder.mkdir()
    return folder


def read_state(state: str) -> tuple[str, Recipe]:
    """Return id and recipe of a version's state.

    Raises
    ------
    MusicError
        If the text is not the state of a version.
    """
    id, _, text = state.partition(".")
    return id, read_recipe(text)
