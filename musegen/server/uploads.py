"""Files that visitors upload: MIDI, scores, recordings, and files that the page wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from musegen import audio
from musegen.errors import MusicError
from musegen.hearing import transcribe_file
from musegen.midi import ENDINGS as MIDI_ENDINGS
from musegen.midi import SCORE_ENDINGS, Tag, find_tag, load_file
from musegen.midi.tags import TAG
from musegen.music import Piece
from musegen.reading import Report, read_file
from musegen.recipe.codec import checkpoint_notice, read_recipe
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import Recipe
from musegen.server.settings import get_settings

__all__ = ["ENDINGS", "Upload", "read_upload"]

ENDINGS = (*MIDI_ENDINGS, *SCORE_ENDINGS, *audio.FORMATS)
"""Endings of the files that can be uploaded."""


@dataclass(frozen=True)
class Upload:
    """The music of an uploaded file.

    Attributes
    ----------
    recipe : Recipe
    report : Report, optional
        How the file was read; None for a file that the page wrote.
    notices : tuple of str
        Sentences that come before the report: why the recipe in the file is not used, why the
        piece is shorter than the file, or why it sounds different.
    own_notes : Recipe, optional
        Recipe of the notes in the file, where the recipe in the file makes other music by now:
        the model has changed since the page wrote it.
    """

    recipe: Recipe
    report: Report | None = None
    notices: tuple[str, ...] = ()
    own_notes: Recipe | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """Sentences about how the file was read."""
        if self.report is not None:
            return *self.notices, *self.report.lines
        if self.notices:
            return *self.notices, "It was made on this page."
        return ("It was made on this page and is the very same piece.",)


def read_upload(
    path: str | None,
    notify: Callable[[str], object],
    assign: Mapping[int, str | None] | None = None,
    tempo_factor: float = 1.0,
    quantize: float = 1.0,
) -> Upload:
    """Read an uploaded file.

    A file that the page wrote contains its recipe and becomes that piece again. Any other MIDI
    file is read note for note, and so is a file whose notes were changed since the page wrote it.
    Any other sound is heard as one voice that sings.

    Parameters
    ----------
    path : str or None
    notify : callable
        Called with a line about what visitors would not expect. The whole report is longer than
        most people read.
    assign, tempo_factor, quantize
        As for `musegen.hearing.read_music`.

    Raises
    ------
    MusicError
        If the file is not music that can be read, or was removed: uploads are kept for a while.
    """
    if not path:
        raise MusicError("choose a MIDI file first")
    file = Path(path)
    if not file.is_file():
        raise MusicError(f"{file.name} is no longer on the server: choose the file again")
    is_audio = file.suffix.lower() in audio.FORMATS
    midi = None if is_audio else load_file(file)
    tag = find_tag(midi.midi) if midi else _audio_tag(file)
    recipe, problem = _recipe_in(tag)
    if recipe and tag:
        if assign or tempo_factor != 1:
            raise MusicError(
                f"{file.name} was made on this page: its tracks and tempo cannot be changed"
            )
        notice = checkpoint_notice(tag.text.removeprefix(TAG))
        if notice is None:
            return Upload(recipe)
        notify(notice)
        own_notes = _notes_recipe(read_file(midi)[0], file) if midi else None
        return Upload(recipe, notices=(f"{notice[:1].upper()}{notice[1:]}.",), own_notes=own_notes)
    if midi is None and problem:
        raise MusicError(f"{file.name} was {problem}; give a MIDI file")
    notices: list[str] = []
    if problem:
        notices.append(f"{file.name} was {problem}: its notes are used as they are")
        notify(notices[-1])
    if midi is None:
        piece, report = transcribe_file(file, assign, tempo_factor, quantize=quantize)
    else:
        piece, report = read_file(midi, assign, tempo_factor)
    if report.lost_meters:
        others = ", ".join(report.lost_meters)
        notify(f"{file.name} has bars of {others}: its beats are kept, in bars of four")
    limit = get_settings().upload_bars
    if piece.bars > limit:
        notices.append(f"{file.name} has {piece.bars} bars; the page uses the first {limit}")
        notify(notices[-1])
    return Upload(_notes_recipe(piece, file), report, tuple(f"{notice}." for notice in notices))


def _notes_recipe(piece: Piece, file: Path) -> Recipe:
    return Recipe(source=notes_from_piece(piece.first(get_settings().upload_bars), file.stem))


def _audio_tag(file: Path) -> Tag | None:
    text = audio.read_comment(file)
    return Tag(text) if text and text.startswith(TAG) else None


def _recipe_in(tag: Tag | None) -> tuple[Recipe | None, str]:
    """Return the recipe of a file that MuseGen wrote; else why a file of ours has none."""
    if tag is None:
        return None, ""
    if not tag.notes_unchanged:
        return None, "made on this page and changed since"
    try:
        return read_recipe(tag.text.removeprefix(TAG)), ""
    except MusicError:
        return None, "made on this page, but its recipe is damaged"
