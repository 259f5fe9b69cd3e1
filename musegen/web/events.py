"""What the page's components send with their events: `event_data` refuses anything else."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from musegen.limits import MAX_SEED
from musegen.music.notes import PARTS
from musegen.recipe.schema import Notes

__all__ = [
    "ChordsEvent",
    "CornerEvent",
    "DrawEvent",
    "FileEvent",
    "KeepEvent",
    "LineEvent",
    "MoreEvent",
    "OpenEvent",
    "OverEvent",
    "PartsEvent",
    "PhraseEvent",
    "PlaceEvent",
    "SoundEvent",
    "SquareEvent",
    "TakeEvent",
]

_Id = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]  # as `Version.id`
_Share = Annotated[float, Field(ge=0, le=1)]


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class PhraseEvent(_Event):
    """A phrase was chosen in the player, counted from 0; None: no phrase is chosen any more."""

    index: int | None = Field(ge=0, le=100_000)


class DrawEvent(_Event):
    """The first example was asked for; the player shows it already, as piece `id`."""

    id: _Id


class SoundEvent(_Event):
    """The sound of a recipe is needed, as piece `id`, since the page cannot make it in time."""

    recipe: str
    id: _Id


class OpenEvent(_Event):
    """A recipe from the player's history, as a piece of its own or as a version of piece `id`."""

    recipe: str
    id: str | None = None


class FileEvent(_Event):
    """A file of the piece was asked for; see `musegen.server.versions.FILES`."""

    kind: str


class MoreEvent(_Event):
    """The next phrases of music that goes on were asked for.

    Attributes
    ----------
    request : int
        A number that the answer repeats.
    parts : list of str
        The parts of the music.
    key : int
        As in `musegen.music.Phrase.key`.
    context : list of str
        The latents of the last phrases, as earlier answers had them; none at first.
    seed : int
    drawn : int
        How many phrases were drawn with this seed before.
    """

    request: int = Field(ge=0, le=MAX_SEED)
    parts: list[Literal[PARTS]] = Field(min_length=1, max_length=5)  # type: ignore[valid-type]
    key: int = Field(ge=-5, le=6)
    context: list[str] = Field(max_length=8)  # `musegen.endless.CONTEXT`
    seed: int = Field(ge=0, le=MAX_SEED)
    drawn: int = Field(ge=0, le=MAX_SEED)


class KeepEvent(_Event):
    """What was played of music that goes on is to be kept, with its feel."""

    notes: Notes
    swing: _Share
    human: bool


class TakeEvent(_Event):
    """Something was played to a click: start, end (seconds), pitch and velocity of each note."""

    notes: list[
        Annotated[list[Annotated[float, Field(ge=0, le=600)]], Field(min_length=4, max_length=4)]
    ] = Field(min_length=1, max_length=5000)
    tempo: float = Field(ge=40, le=220)

    @property
    def rows(self) -> list[tuple[float, float, int, int]]:
        """The notes, with pitches and velocities that MIDI has."""
        return [
            (start, end, min(int(pitch), 127), min(max(int(velocity), 1), 127))
            for start, end, pitch, velocity in self.notes
        ]


class ChordsEvent(_Event):
    """Chords were changed.

    Attributes
    ----------
    text : str
        Bars of the chords of the whole piece, as `musegen.music.harmony.Chords.from_text` reads
        them, in the piece's key.
    kept : dict of str to list of int
        For some parts, the phrases that stay as they are.
    """

    text: str = Field(max_length=20_000)
    kept: dict[str, list[int]] = Field(max_length=len(PARTS))


class OverEvent(_Event):
    """A new piece was asked for, over bars of chords as in `ChordsEvent`."""

    text: str = Field(max_length=20_000)


class PlaceEvent(_Event):
    """A point of the map was chosen."""

    seed: int = Field(ge=0, le=MAX_SEED)


class LineEvent(_Event):
    """A line was drawn on the map."""

    # A drawn line has 200 points at most.
    points: list[Annotated[list[_Share], Field(min_length=2, max_length=2)]] = Field(
        min_length=1, max_length=1000
    )
    phrases: int = Field(ge=1, le=MAX_SEED)


class SquareEvent(_Event):
    """A point of the square was chosen; 0 and 1 are exactly its edges."""

    x: _Share
    y: _Share


class CornerEvent(_Event):
    """Another piece was chosen for a corner of the square."""

    index: int = Field(ge=0, le=3)
    source: Literal["playing", "seed"] = Field(alias="from")


class _TrackPart(_Event):
    index: int = Field(ge=0, le=MAX_SEED)
    part: Literal[PARTS] | None  # type: ignore[valid-type]


class PartsEvent(_Event):
    """A visitor's file is to be read differently.

    Its tracks get other parts, its tempo is multiplied, or its notes are put on the beat as
    strictly as `musegen.hearing.transcribe_file` does with this ``quantize``.
    """

    parts: list[_TrackPart] = Field(max_length=1000)  # no visitor changes more
    tempo: float = Field(gt=0, le=100)
    request: int = Field(ge=0, le=MAX_SEED)
    quantize: _Share = 1.0

    @property
    def parts_of_tracks(self) -> dict[int, str | None]:
        """The part of each track that was changed; None leaves the track out."""
        return {track.index: track.part for track in self.parts}
