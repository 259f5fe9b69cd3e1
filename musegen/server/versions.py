"""A version: a recipe with its piece, what the page says of it, and its files."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gradio.utils import get_upload_folder

from musegen import audio
from musegen.errors import AudioError, MusicError
from musegen.latent.paths import stack_path, write_paths
from musegen.music import Piece
from musegen.recipe import naming
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.schema import Recipe

__all__ = ["FILES", "SOUND_FILES", "TAG", "Version", "read_state"]

TAG = "MuseGen:"  # before a recipe in a file's comment
SOUND_FILES = ("wav", "flac", "mp3", "ogg", "stems")
FILES = ("midi", *SOUND_FILES, "npy")


@dataclass(frozen=True)
class Version:
    """What is in the player. The page keeps its state; the server keeps nothing.

    Attributes
    ----------
    recipe : Recipe
    piece : Piece
        What the recipe makes.
    id : str
        Stays while a piece is worked on, so that the player knows a changed piece from a new one.
    """

    recipe: Recipe
    piece: Piece
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def state(self) -> str:
        """Text that `read_state` reads."""
        return f"{self.id}.{write_recipe(self.recipe)}"

    @property
    def stem(self) -> str:
        """Of file names, such as ``musegen-seed42-16bars``."""
        return naming.stem(self.recipe, self.piece)

    def file(
        self,
        kind: str,
        soundfont: Path | None = None,
        timeout: float | None = None,
        cancel: threading.Event | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Path:
        """Write the piece as a file of one of the kinds in `FILES`, into a folder of its own.

        What can carry a text carries the recipe: dropped on the page, it is this piece again.

        Parameters
        ----------
        kind : str
        soundfont, timeout, cancel, progress
            As in `musegen.audio.render`.

        Raises
        ------
        AudioError
            If there is no sound to be had.
        MusicError
            If there is no such kind, or the piece has no path.
        """
        if kind not in FILES:
            raise MusicError(f"there are no {kind!r} files: choose from {', '.join(FILES)}")
        how = {"timeout": timeout, "cancel": cancel, "progress": progress}
        tag = TAG + write_recipe(self.recipe)
        folder = _new_folder()
        if kind == "midi":
            path = folder / f"{self.stem}.mid"
            self.piece.write_midi(path, tag=tag)
        elif kind == "npy":
            if self.piece.path is None:
                raise MusicError("this piece has no latents: it came from a file as it is")
            path = folder / f"{self.stem}.npy"
            write_paths(path, stack_path(self.piece.path))
        elif kind == "stems":
            stems = audio.render_stems(self.piece, soundfont, **how)
            if not stems.sounds:
                raise AudioError("this piece has no notes to make stems of")
            path = folder / f"{self.stem}-stems.zip"
            audio.write_stems(path, stems, comment=tag)
        else:
            path = folder / f"{self.stem}.{kind}"
            sound, rate = audio.render(self.piece, soundfont, **how)
            audio.write_audio(path, sound, rate, comment=tag)
        return path


def read_state(state: str) -> tuple[str, Recipe]:
    """Id and recipe of a version's state.

    Raises
    ------
    MusicError
        If it is not one.
    """
    id, _, text = state.partition(".")
    return id, read_recipe(text)


def _new_folder() -> Path:
    # In Gradio's own cache, which it serves from and clears; no two visitors share a folder.
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    folder.mkdir(parents=True)
    return folder
