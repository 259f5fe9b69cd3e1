"""A visitor's file: a MIDI file of their own, or any file that was made here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from musegen import audio
from musegen.music import MusicError
from musegen.music.midi import read_midi_with_report, read_tag
from musegen.recipe import Notes, Recipe
from musegen.studio.limits import UPLOAD_BARS
from musegen.studio.takes import TAG

__all__ = ["ENDINGS", "read_upload"]

_MIDI = (".mid", ".midi")
ENDINGS = (*_MIDI, *audio.FORMATS)
_OURS = "It was made here, and says how: this is the very same piece."


def read_upload(path: str | None, tell: Callable[[str], object]) -> tuple[Recipe, tuple[str, ...]]:
    """The recipe of a visitor's file, and what was made of the file, in sentences.

    A file that was made here says how, and is that piece again; any other MIDI file is taken note
    for note.

    Parameters
    ----------
    path : str
    tell : callable
        Called with a line on what nobody would expect: the sentences are more than all will read.

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
        return Recipe.read(tag.removeprefix(TAG)), (_OURS,)
    if is_sound:
        raise MusicError(
            f"{file.name} was not made here: of sound files only ours say how they are made; "
            "give a MIDI file"
        )
    piece, report = read_midi_with_report(file)
    others = ", ".join(meter for meter in report.meters if meter != "4/4")
    if others:
        tell(f"{file.name} has bars of {others}: it is read on its own beats, in phrases of eight")
    lines = report.lines
    if piece.bars > UPLOAD_BARS:
        cut = f"{file.name} has {piece.bars} bars; the page takes the first {UPLOAD_BARS}"
        tell(cut)
        lines = (f"{cut}.", *lines)
    return Recipe(source=Notes.of(piece.first(UPLOAD_BARS), file.stem)), lines
