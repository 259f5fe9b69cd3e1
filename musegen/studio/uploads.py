"""A visitor's file: a MIDI file of their own, or any file that was made here."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from pathlib import Path

from musegen import audio
from musegen.music import MusicError, MusicWarning, read_midi
from musegen.music.midi import read_tag
from musegen.recipe import Notes, Recipe
from musegen.studio.limits import UPLOAD_BARS
from musegen.studio.takes import TAG

__all__ = ["ENDINGS", "read_upload"]

_MIDI = (".mid", ".midi")
ENDINGS = (*_MIDI, *audio.FORMATS)

_reading = threading.Lock()  # catching warnings is not safe in two threads at once


def read_upload(path: str | None, tell: Callable[[str], object]) -> Recipe:
    """The recipe of a visitor's file.

    A file that was made here says how, and is that piece again; any other MIDI file is taken note
    for note.

    Parameters
    ----------
    path : str
    tell : callable
        Called with a line on each thing that is not as in the file.

    Raises
    ------
    MusicError
        If it is not music that can be taken.
    """
    if not path:
        raise MusicError("choose a MIDI file first")
    file = Path(path)
    is_sound = file.suffix.lower() in audio.FORMATS
    tag = audio.read_comment(file) if is_sound else read_tag(file)
    if tag and tag.startswith(TAG):
        return Recipe.read(tag.removeprefix(TAG))
    if is_sound:
        raise MusicError(
            f"{file.name} was not made here: of sound files only ours say how they are made; "
            "give a MIDI file"
        )
    with _reading, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", MusicWarning)
        piece = read_midi(file)
    for warning in caught:
        tell(str(warning.message))
    if piece.bars > UPLOAD_BARS:
        tell(f"{file.name} has {piece.bars} bars; the page takes the first {UPLOAD_BARS}")
    return Recipe(source=Notes.of(piece.first(UPLOAD_BARS), file.stem))
