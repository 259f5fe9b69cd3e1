"""Recipes: all that a piece was made of, as a short text that makes it again.

A recipe is a source (a seed, a morph, a square, a line on the map, somebody's own notes), the
changes that were made to it, in order, and how it is played. It holds the whole piece: nobody has
to keep anything for it to come back. So it is what a link carries, what a file made here says of
itself, and what undo goes back to.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from musegen.errors import MusicError
from musegen.latent.paths import DEFAULT_FORM, DEFAULT_TEMPERATURE, MODELS
from musegen.music import Piece
from musegen.music.arrange import copy_phrase, cut, join, repeat
from musegen.music.notes import NOTE, OFFSETS_PER_STEP

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = [
    "Adjust",
    "Blend",
    "Copy",
    "Cut",
    "Edit",
    "Extend",
    "Fill",
    "Line",
    "Morph",
    "Notes",
    "Random",
    "Recipe",
    "Reconstruct",
    "Sound",
    "Source",
    "Vary",
]

_MOST_BYTES = 1_000_000  # unpacked: an hour of dense music; a link can unpack to gigabytes
_MOST_STEPS = 500  # sources and changes in all: each takes the model up to a second
_MOST_BARS = 256  # of a morph: 16 steps of 16 bars

Programs = dict[
    Literal["lead", "counter", "chords", "bass", "drums"], Annotated[int, Field(ge=0, le=127)]
]
Phrases = tuple[Annotated[int, Field(ge=0)], ...]
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0)]
Attributes = dict[str, float]
Make = Callable[["Recipe"], Piece]


class _Part(BaseModel):
    # Strict: a link is anybody's text. Frozen: a recipe is a value.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


# Sources ------------------------------------------------------------------------------------------


class _Source(_Part):
    """What a piece begins as."""

    @abstractmethod
    def make(self, mg: MuseGen, make: Make) -> Piece:
        """The piece; `make` makes those that it is made of."""


class Random(_Source):
    """A draw from the prior, as in `MuseGen.random`."""

    do: Literal["random"] = "random"
    seed: Seed
    bars: int = 16
    form: str = DEFAULT_FORM
    temperature: float = DEFAULT_TEMPERATURE

    def make(self, mg: MuseGen, make: Make) -> Piece:
        try:
            return mg.random(self.seed, self.bars, self.form, self.temperature)
        except MusicError:
            raise
        except ValueError as error:  # there is no such form
            raise MusicError(str(error)) from None


class Notes(_Source):
    """Music from elsewhere, note for note.

    The notes are columns, onsets as distances from one to the next, so that they pack well.
    """

    do: Literal["notes"] = "notes"
    name: str = Field("", max_length=60)
    bars: int = Field(ge=1, le=4096)
    keys: tuple[Annotated[int, Field(ge=-5, le=6)], ...]
    tempos: tuple[Annotated[float, Field(ge=5, le=2000)], ...]
    programs: Programs
    changes: tuple[tuple[int, Programs], ...] = ()
    after: tuple[Annotated[int, Field(ge=0, le=1_000_000)], ...]
    part: tuple[Annotated[int, Field(ge=0, le=4)], ...]
    pitch: tuple[Annotated[int, Field(ge=0, le=127)], ...]
    duration: tuple[Annotated[int, Field(ge=1, le=1_000_000)], ...]
    velocity: tuple[Annotated[int, Field(ge=1, le=127)], ...]
    offset: tuple[Annotated[int, Field(ge=-500, le=500)], ...]

    @classmethod
    def of(cls, piece: Piece, name: str = "") -> Notes:
        """The notes of a piece."""
        notes = piece.notes
        return cls(
            name=name[:60],
            bars=piece.bars,
            keys=tuple(phrase.key for phrase in piece.phrases),
            tempos=tuple(phrase.tempo for phrase in piece.phrases),
            programs=dict(piece.programs),
            changes=tuple((at, dict(programs)) for at, programs in sorted(piece.changes.items())),
            after=tuple(np.diff(notes["onset"], prepend=0).tolist()),
            **{
                field: tuple(notes[field].tolist())
                for field in ("part", "pitch", "duration", "velocity")
            },
            offset=tuple(np.rint(notes["offset"] * OFFSETS_PER_STEP).astype(int).tolist()),
        )

    def make(self, mg: MuseGen, make: Make) -> Piece:
        notes = np.zeros(len(self.after), NOTE)
        try:
            notes["onset"] = np.cumsum(self.after)
            for field in ("part", "pitch", "duration", "velocity"):
                notes[field] = getattr(self, field)
            notes["offset"] = np.divide(self.offset, OFFSETS_PER_STEP)
            piece = Piece.from_notes(notes, self.keys, self.tempos, self.programs, self.bars)
            return replace(piece, changes=dict(self.changes))
        except ValueError:
            raise MusicError("this recipe's notes do not fit each other") from None


class Morph(_Source):
    """The way from one piece to another, as in `MuseGen.interpolate`."""

    do: Literal["morph"] = "morph"
    a: Recipe
    b: Recipe
    steps: int = 9
    bars: Annotated[int, Field(ge=1)] = 4
    curve: str = "even"

    def make(self, mg: MuseGen, make: Make) -> Piece:
        if self.steps * self.bars > _MOST_BARS:
            raise MusicError(
                f"this would be {self.steps * self.bars} bars; a morph has {_MOST_BARS} at most: "
                "take fewer steps, or fewer bars"
            )
        a, b = (make(end).first(self.bars) for end in (self.a, self.b))
        return mg.interpolate(a, b, self.steps, self.curve)


class Blend(_Source):
    """A point in a square between four pieces, as in `MuseGen.blend`."""

    do: Literal["blend"] = "blend"
    corners: tuple[Recipe, Recipe, Recipe, Recipe]
    x: Share
    y: Share
    bars: Annotated[int, Field(ge=1)] = 8

    def make(self, mg: MuseGen, make: Make) -> Piece:
        corners = [make(corner) for corner in self.corners]
        return mg.blend([corner.first(self.bars) for corner in corners], self.x, self.y)


class Line(_Source):
    """Phrases of the map, one after another."""

    do: Literal["line"] = "line"
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1, max_length=64)]

    def make(self, mg: MuseGen, make: Make) -> Piece:
        phrases = mg.random_many(self.seeds, bars=2, form="free")
        return repeat(phrases[0], 4) if len(phrases) == 1 else join(phrases, 2)


Source = Annotated[Random | Notes | Morph | Blend | Line, Field(discriminator="do")]

# Changes ------------------------------------------------------------------------------------------


class _Edit(_Part):
    """A change of a piece."""

    @abstractmethod
    def change(self, mg: MuseGen, piece: Piece) -> Piece:
        """The piece, changed."""


class Fill(_Edit):
    """Phrases drawn anew, as in `MuseGen.fill`."""

    do: Literal["fill"] = "fill"
    phrases: Phrases
    seed: Seed
    models: tuple[str, ...] = MODELS

    def change(self, mg: MuseGen, piece: Piece) -> Piece:
        return mg.fill(piece, self.phrases, self.seed, models=self.models)


class Vary(_Edit):
    """Phrases varied, as in `MuseGen.vary`; all of them if none is named."""

    do: Literal["vary"] = "vary"
    similarity: Share
    seed: Seed
    phrases: Phrases | None = None
    models: tuple[str, ...] = MODELS

    def change(self, mg: MuseGen, piece: Piece) -> Piece:
        return mg.vary(piece, self.similarity, self.seed, self.phrases, self.models)


class Adjust(_Edit):
    """Attributes turned, as in `MuseGen.adjust`."""

    do: Literal["adjust"] = "adjust"
    changes: Attributes
    phrases: Phrases | None = None
    models: tuple[str, ...] = MODELS

    def change(self, mg: MuseGen, piece: Piece) -> Piece:
        return mg.adjust(piece, self.phrases, self.models, **self.changes)


class Extend(_Edit):
    """More bars at the end, as in `MuseGen.extend`."""

    do: Literal["extend"] = "extend"
    bars: Annotated[int, Field(ge=1)] = 8
    seed: Seed

    def change(self, mg: MuseGen, piece: Piece) -> Piece:
        return mg.extend(piece, self.bars, seed=self.seed)


class Copy(_Edit):
    """A phrase in another's place."""

    do: Literal["copy"] = "copy"
    source: int
    target: int

    def change(self, mg: MuseGen, piece: Piece) -> Piece:
        return copy_phrase(piece, self.source, self.target)


class Cut(_Edit):
    """Some phrases alone."""

    do: Literal["cut"] = "cut"
    first: int
    phrases: int

    def change(self, mg: MuseGen, piece: Piece) -> Piece:
        return cut(piece, self.first, self.phrases)


class Reconstruct(_Edit):
    """Encoded and decoded, as in `MuseGen.reconstruct`."""

    do: Literal["reconstruct"] = "reconstruct"

    def change(self, mg: MuseGen, piece: Piece) -> Piece:
        return mg.reconstruct(piece)


Edit = Annotated[
    Fill | Vary | Adjust | Extend | Copy | Cut | Reconstruct, Field(discriminator="do")
]

# Sound --------------------------------------------------------------------------------------------


class Sound(_Part):
    """How a piece is played. What is None stays as the piece has it.

    Attributes
    ----------
    key : int, optional
        Of the first phrase, as in `Phrase.key`.
    tempo : float, optional
        Of the first phrase, in quarter notes a minute.
    programs : dict of str to int
        Of the parts named, from beginning to end.
    swing : float, optional
    human : bool, optional
        As in `musegen.music.feel.Feel`.
    """

    key: Annotated[int, Field(ge=-5, le=6)] | None = None
    tempo: Annotated[float, Field(ge=20, le=300)] | None = None
    programs: Programs = {}
    swing: Share | None = None
    human: bool | None = None

    def of(self, piece: Piece) -> Piece:
        """A piece played like this."""
        if self.key is not None:
            piece = piece.to_key(self.key)
        if self.tempo is not None:
            piece = piece.with_tempo(self.tempo)
        if self.programs:
            piece = piece.with_programs(self.programs)
        if self.swing is None and self.human is None:
            return piece
        # Phrase by phrase: the ends of a morph can differ in what is not said here.
        said = {name: getattr(self, name) for name in ("swing", "human")}
        said = {name: value for name, value in said.items() if value is not None}
        phrases = (replace(phrase, feel=replace(phrase.feel, **said)) for phrase in piece.phrases)
        return replace(piece, phrases=tuple(phrases))


# Recipes ------------------------------------------------------------------------------------------


class Recipe(_Part):
    """How a piece is made.

    Attributes
    ----------
    source : Source
    edits : tuple of Edit
    sound : Sound
    """

    source: Source
    edits: tuple[Edit, ...] = ()
    sound: Sound = Sound()

    def then(self, edit: Edit) -> Recipe:
        """The recipe with one change more."""
        return self.model_copy(update={"edits": (*self.edits, edit)})

    def sounding(self, **changes: object) -> Recipe:
        """The recipe played otherwise; `changes` are those of `Sound`."""
        sound = Sound(**{**dict(self.sound), **changes})
        return self.model_copy(update={"sound": sound})

    @property
    def text(self) -> str:
        """The recipe as letters, digits, ``-`` and ``_``: fit for a link."""
        packed = zlib.compress(self.model_dump_json(exclude_none=True).encode(), 9)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Recipe:
        """The recipe of a text.

        Raises
        ------
        MusicError
            If it is not the text of a recipe.
        """
        broken = MusicError("this is not a whole recipe: copy the link once more, all of it")
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
            unpack = zlib.decompressobj()
            data = unpack.decompress(packed, _MOST_BYTES)
        except (binascii.Error, ValueError, zlib.error):
            raise broken from None
        if not unpack.eof:
            raise broken
        try:
            recipe = cls.model_validate_json(data)
        except (ValidationError, RecursionError):
            raise broken from None
        if sum(1 for _ in recipe._steps()) > _MOST_STEPS:
            raise MusicError(f"this recipe has over {_MOST_STEPS} steps: it would take too long")
        return recipe

    def _steps(self) -> Iterator[_Part]:
        yield self.source
        yield from self.edits
        for recipe in _made_of(self.source):
            yield from recipe._steps()


def _made_of(source: Source) -> tuple[Recipe, ...]:
    if isinstance(source, Morph):
        return source.a, source.b
    return source.corners if isinstance(source, Blend) else ()


Morph.model_rebuild()
Blend.model_rebuild()
