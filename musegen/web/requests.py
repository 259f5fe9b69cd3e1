"""Recipes of what visitors ask for, with every number checked against its range."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from musegen.errors import MusicError
from musegen.latent.forms import DEFAULT_FORM
from musegen.latent.interpolation import CURVES
from musegen.limits import DEFAULT_BARS, TEMPOS
from musegen.music import Piece
from musegen.music.harmony import Chords
from musegen.music.notes import BEATS_PER_PHRASE
from musegen.recipe.schema import Cells, Edit, Extend, Fill, Mix, Morph, Random, Recipe, Sound
from musegen.server.gradio_adapter import UNEXPECTED_DATA
from musegen.server.validation import (
    check_bars,
    check_chords,
    check_form,
    check_number,
    check_styles,
    new_seed,
)

__all__ = [
    "SQUARE_BARS",
    "mix_corners",
    "mix_recipe",
    "morph_recipe",
    "random_recipe",
    "read_edit",
    "read_silence",
    "recipe_over_chords",
    "with_chords",
]

SQUARE_BARS = 8  # long enough to judge a point of the square, short enough to try many

_EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)
_EDITS_WITH_SEED = ("fill", "vary", "extend", "accompany")


def random_recipe(
    seed: int,
    bars: float | None,
    form: str | None = "recall",
    temperature: float | None = 1.0,
    sound: Sound | None = None,
    chords: str | None = None,
    styles: str | None = None,
    guidance: float | None = None,
    key: int | str | None = None,
) -> Recipe:
    """Return the recipe of a draw; a plan for its form has a length of its own.

    Chords are in `key`, or else in the key of `sound`; both texts are as
    `musegen.server.validation` reads them.

    Raises
    ------
    MusicError
        If a setting is out of its range.
    """
    form = check_form(form)
    bars = check_bars(bars, form)
    source = Random(
        seed=seed,
        bars=bars,
        form=form,
        temperature=check_number(temperature, "temperature"),
        chords=check_chords(chords, key or (sound and sound.key) or 0, bars),
        styles=check_styles(styles),
        guidance=None if guidance is None else check_number(guidance, "guidance"),
    )
    return Recipe(source=source, sound=sound or Sound())


def morph_recipe(
    a: Recipe, b: Recipe, steps: float | None, bars: float | None, curve: str | None
) -> Recipe:
    """Return the recipe of a morph.

    Raises
    ------
    MusicError
        If a setting is out of its range.
    """
    if not isinstance(curve, str) or curve not in CURVES:
        raise MusicError(f"there is no curve {curve!r}: choose from {', '.join(CURVES)}")
    return Recipe(
        source=Morph(
            a=a,
            b=b,
            steps=int(check_number(steps, "steps", whole=True)),
            bars=int(check_number(bars, "bars in a section", whole=True)),
            curve=curve,
        )
    )


def mix_recipe(
    a: Recipe, b: Recipe, harmony: float | None, texture: float | None, bars: int = DEFAULT_BARS
) -> Recipe:
    """Return the recipe of a mix of two pieces.

    Raises
    ------
    MusicError
        If a share is out of range.
    """
    return Recipe(
        source=Mix(
            a=a,
            b=b,
            harmony=check_number(harmony, "harmony of B"),
            texture=check_number(texture, "texture of B"),
            bars=bars,
        )
    )


def mix_corners(a: Recipe, b: Recipe) -> list[Recipe]:
    """Return the corners of a square to the right of which is the harmony of B, below its texture.

    The other two pieces have the harmony of one and the texture of the other.
    """
    return [a, *(mix_recipe(a, b, x, 1 - x, SQUARE_BARS) for x in (1.0, 0.0)), b]


def with_chords(
    recipe: Recipe, piece: Piece, text: str, kept: Mapping[str, Sequence[int]]
) -> Recipe:
    """Return a recipe in which what sounds under changed chords is drawn anew.

    Drums stay: they have no chords.

    Parameters
    ----------
    recipe : Recipe
    piece : Piece
        What it makes.
    text : str
        Bars of chords in the piece's key, repeated to its end.
    kept : mapping of str to sequence of int
        For some parts, the phrases that stay note for note.

    Raises
    ------
    MusicError
        If something is no chord, the chords are those of the piece, or everything under them is
        kept.
    """
    in_c = check_chords(text, piece.key, piece.bars)
    if in_c is None:
        raise MusicError("there are no chords: write for example | C G | Am F |")
    now = piece.chords
    wanted = Chords.from_text(in_c).transposed(piece.key).fitted(len(now))
    pairs = zip(now, wanted, strict=True)
    changed = {beat // BEATS_PER_PHRASE for beat, (old, new) in enumerate(pairs) if old != new}
    if not changed:
        raise MusicError("these chords are playing already: change one of them")
    parts_of: dict[tuple[int, ...], list[str]] = {}
    for part in piece.parts:
        phrases = tuple(sorted(changed - set(kept.get(part, ()))))
        if phrases and part != "drums":
            parts_of.setdefault(phrases, []).append(part)
    if not parts_of:
        raise MusicError("everything under these chords is locked: unlock some of it first")
    seed, chords = new_seed(), wanted.transposed(-piece.key).text()
    for phrases, parts in parts_of.items():
        recipe = recipe.then(Fill(phrases=phrases, seed=seed, parts=tuple(parts), chords=chords))
    return recipe


def recipe_over_chords(recipe: Recipe, piece: Piece, text: str) -> Recipe:
    """Return the recipe of a new piece that plays bars of chords, and sounds like another one.

    Raises
    ------
    MusicError
        If something is no chord, or the piece has a length that no draw can have.
    """
    source, sound = recipe.source, recipe.sound.model_copy(update={"key": piece.key})
    if not isinstance(source, Random):
        tempo = min(max(piece.tempo, TEMPOS[0]), TEMPOS[1])
        more = {"tempo": tempo, "programs": dict(piece.programs)}
        return random_recipe(
            new_seed(), piece.bars, sound=sound.model_copy(update=more), chords=text
        )
    made = random_recipe(
        new_seed(),
        piece.bars,
        source.form if piece.bars == source.bars else DEFAULT_FORM,
        source.temperature,
        sound,
        text,
        guidance=source.guidance,
    )
    styled = made.source.model_copy(update={"styles": source.styles})
    return made.model_copy(update={"source": styled})


def read_silence(data: Mapping[str, object]) -> Cells | None:
    """Return the cells that the player asks not to be heard; None if all are.

    Raises
    ------
    MusicError
        If the data are not cells.
    """
    try:
        text = json.dumps({"silent": data.get("cells") or None})
        return Sound.model_validate_json(text).silent
    except (TypeError, ValueError, RecursionError, ValidationError):
        raise MusicError(UNEXPECTED_DATA) from None


def read_edit(data: object, piece: Piece | None = None) -> Edit:
    """Return the edit that the player asks for, with a new seed where it needs one.

    Parameters
    ----------
    data : object
    piece : Piece, optional
        The one to edit: chords of the edit are in its key.

    Raises
    ------
    MusicError
        If the data are not an edit, or it adds too many bars.
    """
    if isinstance(data, dict) and data.get("do") in _EDITS_WITH_SEED:
        data = {**data, "seed": new_seed()}
    if piece and isinstance(data, dict) and data.get("chords"):
        data = {**data, "chords": check_chords(str(data["chords"]), piece.key, piece.bars)}
    try:
        edit = _EDIT.validate_json(json.dumps(data))
    except (TypeError, ValueError, RecursionError, ValidationError):
        raise MusicError(UNEXPECTED_DATA) from None
    if isinstance(edit, Extend):
        check_number(edit.bars, "bars more")
    return edit
