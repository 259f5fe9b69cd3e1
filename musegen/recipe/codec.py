"""Recipes as text: compressed JSON in base64, short enough for links and for tags in files.

A text also has the version of its schema and the fingerprint of the checkpoints in use when it was
written. Texts from before version 2 have neither. Every text that was ever written must stay
readable: a change of `musegen.recipe.schema` that old texts do not fit needs a new version, and
code here that converts the older ones (tests/unit/recipe/golden has samples).
"""

from __future__ import annotations

import base64
import binascii
import zlib

from pydantic import BaseModel, ValidationError

from musegen.errors import MusicError
from musegen.files import CHECKPOINTS
from musegen.model.fingerprint import fingerprint
from musegen.recipe.schema import Recipe

__all__ = ["checkpoint_notice", "read_recipe", "write_recipe"]

_VERSION = 2
_MAX_BYTES = 1_000_000  # decompressed: an hour of dense music. A short text can grow to gigabytes
_MAX_STEPS = 500  # sources and edits together; each takes the model up to a second
_INVALID = "this is not a complete recipe: copy the whole link and try again"


class _Header(BaseModel):
    version: int = 1


class _Text(Recipe):
    version: int = 1
    checkpoints: str = ""


def write_recipe(recipe: Recipe, checkpoints: str | None = None) -> str:
    """Return a recipe as letters, digits, ``-`` and ``_``, which need no quoting in a link.

    Parameters
    ----------
    recipe : Recipe
    checkpoints : str, optional
        Fingerprint that the text carries; that of the checkpoints in use if not given.
    """
    if checkpoints is None:
        checkpoints = fingerprint(CHECKPOINTS)
    text = _Text(**dict(recipe), version=_VERSION, checkpoints=checkpoints)
    packed = zlib.compress(text.model_dump_json(exclude_none=True).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_recipe(text: str) -> Recipe:
    """Return the recipe of a text from `write_recipe`, of this version or any earlier one.

    Raises
    ------
    MusicError
        If it is not the text of a recipe, comes from a newer version, or has too many steps.
    """
    read = _read(text)
    return Recipe(source=read.source, edits=read.edits, sound=read.sound)


def checkpoint_notice(text: str, current: str | None = None) -> str | None:
    """Say in one line that a text was written with other checkpoints than those in use.

    Parameters
    ----------
    text : str
        From `write_recipe`.
    current : str, optional
        Fingerprint of the checkpoints in use, if known.

    Returns
    -------
    str or None
        None if the music will not differ, or if the text does not name its checkpoints.

    Raises
    ------
    MusicError
        If it is not the text of a recipe.
    """
    read = _read(text)
    current = fingerprint(CHECKPOINTS) if current is None else current
    if read.checkpoints in ("", current) or not read.needs_model:
        return None
    return "the model has changed since this piece was made, so the music will differ"


def _read(text: str) -> _Text:
    data = _unpack(text)
    try:
        # The version first, because a newer one may have fields that are unknown here.
        version = _Header.model_validate_json(data).version
        if version > _VERSION:
            raise MusicError("this recipe comes from a newer version of MuseGen: update this one")
        read = _Text.model_validate_json(data)
    except (ValidationError, RecursionError):
        raise MusicError(_INVALID) from None
    if _count_steps(read) > _MAX_STEPS:
        raise MusicError(f"this recipe has over {_MAX_STEPS} steps: it would take too long")
    return read


def _unpack(text: str) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        data = unpacker.decompress(packed, _MAX_BYTES)
    except (binascii.Error, ValueError, zlib.error):
        raise MusicError(_INVALID) from None
    if not unpacker.eof:
        raise MusicError(_INVALID)
    return data


def _count_steps(recipe: Recipe) -> int:
    return 1 + len(recipe.edits) + sum(map(_count_steps, recipe.ends))
