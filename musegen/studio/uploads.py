"""A visitor's file: a MIDI file of their own, or any file that was made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from musegen import audio
from musegen.music import MusicError
from musegen.music.midi import Report, read_midi_with_report, read_tag
from musegen.recipe import Notes, Recipe
from musegen.studio.limits import limits
from musegen.studio.takes import TAG

__all__ = ["ENDINGS", "Upload", "read_upload"]

_MIDI = (".mid", ".midi")
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
    cut : str
        A sentence, where it is longer than the page takes; else empty.
    """

    recipe: Recipe
    report: Report | None = None
    cut: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is to be said of it, in sentences."""
        said = self.report.lines if self.report else (_OURS,)
        return (self.cut, *said) if self.cut else said


def read_upload(
    path: str | None,
    tell: Callable[[str], object],
    assign: Mapping[int, str | None] | None = None,
    tempo_factor: float = 1.0,
) -> Upload:
    """Read a visitor's file.

    A file that was made here says how, and is that piece again; any other MIDI file is taken note
    for note.

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
    is_sound = file.suffix.lower() in audio.FORMATS
    tag = audio.read_comment(file) if is_sound else read_tag(file)
    if tag and tag.startswith(TAG):
        if assign or tempo_factor != 1:
            raise MusicError(f"{file.name} was made here: it is taken as it is")
        return Upload(Recipe.read(tag.removeprefix(TAG)))
    if is_sound:
        raise MusicError(
            f"{file.name} was not made here: of sound files only ours say how they are made; "
            "give a MIDI file"
        )
    piece, report = read_midi_with_report(file, assign, tempo_factor)
    others = ", ".join(meter for meter in report.meters if meter != "4/4")
    if others:
        tell(f"{file.name} has bars of {others}: it is read on its own beats, in phrases of eight")
    cut, most = "", limits().upload_bars
    if piece.bars > most:
        cut = f"{file.name} has {piece.bars} bars; the page takes the first {most}"
        tell(cut)
        cut += "."
    return Upload(Recipe(source=Notes.of(piece.first(most), file.stem)), report, cut)
