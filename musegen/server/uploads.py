"""A visitor's file: a MIDI file of their own, or any file that was made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from musegen import audio
from musegen.errors import MusicError
from musegen.midi import Tag, find_tag, load_file
from musegen.reading import Report, read_file
from musegen.recipe.codec import read_recipe
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import Recipe
from musegen.server.settings import get_settings
from musegen.server.versions import TAG

__all__ = ["ENDINGS", "Upload", "read_upload"]

_MIDI = (".mid", ".midi", ".kar", ".rmi")  # karaoke files, and MIDI in a RIFF envelope
ENDINGS = (*_MIDI, *audio.FORMATS)
_OURS = "It was made here, and says how: this is the very same piece."


@dataclass(frozen=True)
class Upload:
    """What was made of a visitor's file.

    Attributes
    ----------
    recipe : Recipe
    report : Report, optional
        What was kept of it, and why; None of a file that was made here.
    first : tuple of str
        Sentences that come before that: why it is not taken as what it was, or not all of it.
    """

    recipe: Recipe
    report: Report | None = None
    first: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is to be said of it, in sentences."""
        return *self.first, *(self.report.lines if self.report else (_OURS,))


def read_upload(
    path: str | None,
    tell: Callable[[str], object],
    assign: Mapping[int, str | None] | None = None,
    tempo_factor: float = 1.0,
) -> Upload:
    """Read a visitor's file.

    A file that was made here says how, and is that piece again. Any other MIDI file is taken note
    for note, and so is one whose notes were changed since.

    Parameters
    ----------
    path : str
    tell : callable
        Called with a line on what nobody would expect: the sentences are more than all will read.
    assign, tempo_factor
        As for `read_midi_with_report`.

    Raises
    ------
    MusicError
        If it is not music that can be taken, or not there any more: uploads are kept for a while.
    """
    if not path:
        raise MusicError("choose a MIDI file first")
    file = Path(path)
    if not file.is_file():
        raise MusicError(f"{file.name} is not kept here any more: choose the file again")
    is_audio = file.suffix.lower() in audio.FORMATS
    midi = None if is_audio else load_file(file)
    recipe, once = _recipe_in(find_tag(midi.midi) if midi else _audio_tag(file))
    if recipe:
        if assign or tempo_factor != 1:
            raise MusicError(f"{file.name} was made here: it is taken as it is")
        return Upload(recipe)
    if midi is None:
        what = once or "not made here: of sound files only ours say how they are made"
        raise MusicError(f"{file.name} was {what}; give a MIDI file")
    first = []
    if once:
        first.append(f"{file.name} was {once}: its notes are taken as they are")
        tell(first[-1])
    piece, report = read_file(midi, assign, tempo_factor)
    others = ", ".join(meter for meter in report.meters if meter != "4/4")
    if others:
        tell(f"{file.name} has bars of {others}: it is read on its own beats, in phrases of eight")
    most = get_settings().upload_bars
    if piece.bars > most:
        first.append(f"{file.name} has {piece.bars} bars; the page takes the first {most}")
        tell(first[-1])
    recipe = Recipe(source=notes_from_piece(piece.first(most), file.stem))
    return Upload(recipe, report, tuple(f"{line}." for line in first))


def _audio_tag(file: Path) -> Tag | None:
    text = audio.read_comment(file)
    return Tag(text) if text and text.startswith(TAG) else None


def _recipe_in(tag: Tag | None) -> tuple[Recipe | None, str]:
    """Return the recipe of a file that MuseGen wrote; else why a file of ours has none."""
    if tag is None:
        return None, ""
    if not tag.notes_unchanged:
        return None, "made here and changed since"
    try:
        return read_recipe(tag.text.removeprefix(TAG)), ""
    except MusicError:
        return None, "made here, but its recipe is damaged"
