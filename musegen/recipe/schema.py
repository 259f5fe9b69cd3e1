"""Recipes: everything that a piece is made of, as data.

A recipe is a source (a seed, a morph, a blend, a line on the map, or a file's own notes), the edits
made to it in order, and how it sounds. It describes the whole piece, so nothing else has to be
stored: links and files carry recipes, and undo goes back to an earlier recipe.

`musegen.recipe.codec` writes recipes as text, `musegen.recipe.execute` makes their pieces.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from musegen.latent.forms import DEFAULT_FORM
from musegen.latent.paths import MODELS
from musegen.limits import (
    DEFAULT_TEMPERATURE,
    GUIDANCES,
    MAX_FILE_BARS,
    MAX_LINE_PHRASES,
    MAX_STYLE_WEIGHT,
)
from musegen.music.notes import BARS_PER_PHRASE, BEATS_PER_PHRASE, PARTS, STEPS_PER_BAR

__all__ = [
    "Accompany",
    "Adjust",
    "Blend",
    "Cells",
    "Clear",
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
    "Restyle",
    "Retouch",
    "Sound",
    "Source",
    "Vary",
    "cell_pairs",
]

_Part = Annotated[str, Field(pattern=f"^({'|'.join(PARTS)})$")]
Programs = dict[_Part, Annotated[int, Field(ge=0, le=127)]]
Parts = tuple[_Part, ...]
_Phrase = Annotated[int, Field(ge=0, lt=MAX_FILE_BARS)]
Phrases = tuple[Annotated[int, Field(ge=0)], ...]
# The phrases of each part: some of a piece's cells.
_Own = Annotated[tuple[_Phrase, ...], Field(min_length=1)]
Cells = Annotated[dict[_Part, _Own], Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0)]
BeatLengths = Annotated[
    tuple[Annotated[float, Field(gt=0, le=BEATS_PER_PHRASE)], ...],
    Field(min_length=BEATS_PER_PHRASE, max_length=BEATS_PER_PHRASE),
]
# Chords as in `musegen.music.harmony.Chords.from_text`, in C.
ChordText = Annotated[str, Field(max_length=20_000)]
Styles = dict[
    Annotated[str, Field(max_length=40)], Annotated[float, Field(ge=0, le=MAX_STYLE_WEIGHT)]
]
Guidance = Annotated[float, Field(ge=GUIDANCES[0], le=GUIDANCES[1])]
_Small = Annotated[int, Field(ge=0, le=64)]
_MOST_PHRASES = -(-MAX_FILE_BARS // BARS_PER_PHRASE)
MeterRun = tuple[Annotated[int, Field(ge=1, le=MAX_FILE_BARS)], _Small, _Small, _Small, _Small]


_Onset = Annotated[int, Field(ge=0, le=MAX_FILE_BARS * STEPS_PER_BAR)]
_PartIndex = Annotated[int, Field(ge=0, lt=len(PARTS))]
_Midi = Annotated[int, Field(ge=0, le=127)]
_Place = tuple[_Onset, _PartIndex, _Midi]
_Duration = Annotated[int, Field(ge=1, le=MAX_FILE_BARS * STEPS_PER_BAR)]
_WrittenNote = tuple[_Onset, _PartIndex, _Midi, _Duration, Annotated[int, Field(ge=1, le=127)]]
_MOST_RETOUCHED = 5000  # notes: nobody writes more by hand


class _Model(BaseModel):
    # Strict, because anybody can write the text of a link. Frozen, so that recipes can be shared.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


# Sources ------------------------------------------------------------------------------------------


class Random(_Model):
    """A draw from the prior, as in `MuseGen.random`."""

    do: Literal["random"] = "random"
    seed: Seed
    bars: int = 16
    form: str = DEFAULT_FORM
    temperature: float = DEFAULT_TEMPERATURE
    chords: ChordText | None = None
    styles: Styles | None = None
    guidance: Guidance | None = None


class Notes(_Model):
    """The notes of a file, kept as they are; `musegen.recipe.notes` makes and reads it.

    Each field of the notes is a column, and each onset is the distance in steps from the note
    before, because that compresses well.
    """

    do: Literal["notes"] = "notes"
    name: str = Field("", max_length=60)
    bars: int = Field(ge=1, le=MAX_FILE_BARS)
    keys: Annotated[tuple[Annotated[int, Field(ge=-5, le=6)], ...], Field(max_length=_MOST_PHRASES)]
    tempos: Annotated[
        tuple[Annotated[float, Field(ge=5, le=2000)], ...], Field(max_length=_MOST_PHRASES)
    ]
    # The phrases in which the tempo changes, with `musegen.music.Phrase.beat_lengths`.
    beats: tuple[tuple[int, BeatLengths], ...] | None = None
    # For runs of bars with one `musegen.music.meters.Meter`: how many, and its fields.
    meters: tuple[MeterRun, ...] | None = None
    programs: Programs
    changes: tuple[tuple[int, Programs], ...] = ()
    after: tuple[Annotated[int, Field(ge=0, le=1_000_000)], ...]
    part: tuple[Annotated[int, Field(ge=0, le=4)], ...]
    pitch: tuple[Annotated[int, Field(ge=0, le=127)], ...]
    duration: tuple[Annotated[int, Field(ge=1, le=1_000_000)], ...]
    velocity: tuple[Annotated[int, Field(ge=1, le=127)], ...]
    offset: tuple[Annotated[int, Field(ge=-500, le=500)], ...]


class Morph(_Model):
    """A morph between two pieces of `bars` bars, as in `MuseGen.interpolate`."""

    do: Literal["morph"] = "morph"
    a: Recipe
    b: Recipe
    steps: int = 9
    bars: Annotated[int, Field(ge=1)] = 4
    curve: str = "even"
    chords: ChordText | None = None


class Blend(_Model):
    """A point in a square between four pieces of `bars` bars, as in `MuseGen.blend`."""

    do: Literal["blend"] = "blend"
    corners: tuple[Recipe, Recipe, Recipe, Recipe]
    x: Share
    y: Share
    bars: Annotated[int, Field(ge=1)] = 8


class Mix(_Model):
    """Two pieces of up to `bars` bars, mixed as in `MuseGen.mix`."""

    do: Literal["mix"] = "mix"
    a: Recipe
    b: Recipe
    harmony: Share = 0.0
    texture: Share = 1.0
    bars: Annotated[int, Field(ge=1)] = 16


class Line(_Model):
    """Phrases of the map, one after another."""

    do: Literal["line"] = "line"
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1, max_length=MAX_LINE_PHRASES)]


Source = Annotated[Random | Notes | Morph | Blend | Mix | Line, Field(discriminator="do")]

# Edits --------------------------------------------------------------------------------------------


class Fill(_Model):
    """New phrases that fit the others, as in `MuseGen.fill`."""

    do: Literal["fill"] = "fill"
    phrases: Phrases | None = None
    seed: Seed
    models: tuple[str, ...] = MODELS
    parts: Parts | None = None
    chords: ChordText | None = None
    styles: Styles | None = None
    guidance: Guidance | None = None
    cells: Cells | None = None  # instead of phrases, models and parts


class Accompany(_Model):
    """New parts that fit those that are kept, as in `MuseGen.accompany`."""

    do: Literal["accompany"] = "accompany"
    keep: Parts
    seed: Seed
    chords: ChordText | None = None
    styles: Styles | None = None
    guidance: Guidance | None = None


class Restyle(_Model):
    """The chords and the lead played like the piece of another recipe, as in `MuseGen.restyle`."""

    do: Literal["restyle"] = "restyle"
    like: Recipe
    strength: Share = 1.0
    guidance: Guidance | None = None


class Vary(_Model):
    """Variations of phrases, as in `MuseGen.vary`; of all phrases if none is named."""

    do: Literal["vary"] = "vary"
    similarity: Share
    seed: Seed
    phrases: Phrases | None = None
    models: tuple[str, ...] = MODELS
    parts: Parts | None = None
    keep_chords: bool | None = None  # None, so that texts stay as short as they were
    cells: Cells | None = None  # instead of phrases, models and parts


class Adjust(_Model):
    """Changes of attributes, as in `MuseGen.adjust`."""

    do: Literal["adjust"] = "adjust"
    changes: dict[str, float]
    phrases: Phrases | None = None
    models: tuple[str, ...] = MODELS
    parts: Parts | None = None
    cells: Cells | None = None  # instead of phrases, models and parts


class Extend(_Model):
    """New bars at the end, as in `MuseGen.extend`."""

    do: Literal["extend"] = "extend"
    bars: Annotated[int, Field(ge=1)] = 8
    seed: Seed


class Copy(_Model):
    """The phrase `source` in place of the phrase `target`.

    With `cells`, copies of these alone, moved as far as it is from `source` to `target`.
    """

    do: Literal["copy"] = "copy"
    source: int
    target: int
    cells: Cells | None = None


class Clear(_Model):
    """No notes in some cells, as in `MuseGen.clear`."""

    do: Literal["clear"] = "clear"
    cells: Cells


class Cut(_Model):
    """Only `phrases` phrases, from the phrase `first` on."""

    do: Literal["cut"] = "cut"
    first: int
    phrases: int


class Retouch(_Model):
    """Notes removed and added by hand, as in `musegen.music.arrange.retouch`.

    A note that was moved is removed where it was and added where it is.
    """

    do: Literal["retouch"] = "retouch"
    remove: Annotated[tuple[_Place, ...], Field(max_length=_MOST_RETOUCHED)] = ()
    add: Annotated[tuple[_WrittenNote, ...], Field(max_length=_MOST_RETOUCHED)] = ()

    def then(self, later: Retouch) -> tuple[Retouch, ...]:
        """Return both changes as one, or as they are if these are too many notes for one."""
        gone = set(later.remove)
        remove = tuple(dict.fromkeys((*self.remove, *later.remove)))
        add = (*(note for note in self.add if note[:3] not in gone), *later.add)
        if max(len(remove), len(add)) > _MOST_RETOUCHED:
            return self, later
        return (Retouch(remove=remove, add=add),)


class Reconstruct(_Model):
    """The piece encoded and decoded, as in `MuseGen.reconstruct`."""

    do: Literal["reconstruct"] = "reconstruct"


Edit = Annotated[
    Accompany
    | Fill
    | Restyle
    | Vary
    | Adjust
    | Extend
    | Copy
    | Clear
    | Cut
    | Reconstruct
    | Retouch,
    Field(discriminator="do"),
]


def cell_pairs(cells: Cells) -> list[tuple[int, str]]:
    """Return cells as `MuseGen.fill` takes them."""
    return [(phrase, part) for part, phrases in cells.items() for phrase in phrases]


# Recipes ------------------------------------------------------------------------------------------


class Sound(_Model):
    """How a piece is played; what is None stays as the piece has it.

    Attributes
    ----------
    key : int, optional
        Of the first phrase, as in `Phrase.key`.
    tempo : float, optional
        Of the first phrase, in quarter notes a minute.
    programs : dict of str to int
        Instruments of some parts, for the whole piece.
    swing : float, optional
    human : bool, optional
        As in `musegen.music.feel.Feel`.
    silent : dict of str to tuple of int, optional
        Cells that are not heard. Edits before know their notes.
    """

    key: Annotated[int, Field(ge=-5, le=6)] | None = None
    tempo: Annotated[float, Field(ge=20, le=300)] | None = None
    programs: Programs = {}
    swing: Share | None = None
    human: bool | None = None
    silent: Cells | None = None


class Recipe(_Model):
    """How a piece is made."""

    source: Source
    edits: tuple[Edit, ...] = ()
    sound: Sound = Sound()

    def then(self, edit: Edit) -> Recipe:
        """Return the recipe with one more edit.

        Notes that are retouched one after the other are one edit, unless these are too many. What
        is silent stays so where phrases move.
        """
        if isinstance(edit, Retouch) and self.edits and isinstance(self.edits[-1], Retouch):
            both = self.edits[-1].then(edit)
            return self.model_copy(update={"edits": (*self.edits[:-1], *both)})
        sound = self.sound
        if isinstance(edit, Cut) and sound.silent:
            kept = range(edit.first, edit.first + edit.phrases)
            moved = {
                part: tuple(phrase - edit.first for phrase in phrases if phrase in kept)
                for part, phrases in sound.silent.items()
            }
            silent = {part: phrases for part, phrases in moved.items() if phrases}
            sound = sound.model_copy(update={"silent": silent or None})
        return self.model_copy(update={"edits": (*self.edits, edit), "sound": sound})

    def with_sound(self, **changes: Any) -> Recipe:
        """Return the recipe with some fields of its `Sound` changed."""
        sound = Sound(**{**dict(self.sound), **changes})
        return self.model_copy(update={"sound": sound})

    @property
    def ends(self) -> tuple[Recipe, ...]:
        """The recipes in this one: of a morph, a mix, a blend, and of edits."""
        likes = tuple(edit.like for edit in self.edits if isinstance(edit, Restyle))
        if isinstance(self.source, Morph | Mix):
            return self.source.a, self.source.b, *likes
        return (*self.source.corners, *likes) if isinstance(self.source, Blend) else likes

    @property
    def needs_model(self) -> bool:
        """Whether the model makes any of its notes, so that they depend on the checkpoints."""
        edits_need_it = not all(
            isinstance(edit, Clear | Copy | Cut | Retouch) for edit in self.edits
        )
        return not isinstance(self.source, Notes) or edits_need_it


Morph.model_rebuild()
Blend.model_rebuild()
Mix.model_rebuild()
Restyle.model_rebuild()
