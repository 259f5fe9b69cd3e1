"""What a visitor may ask for, said and checked in one place."""

from __future__ import annotations

import secrets

from musegen.latent import lay_out
from musegen.music import MusicError, Piece

__all__ = [
    "LIMITS",
    "UPLOAD",
    "UPLOAD_BARS",
    "a_form",
    "bounded",
    "new_seed",
    "not_too_long",
    "seed_or_new",
]

# Smallest and largest value of what a visitor can set. A computer that many share must not be
# kept busy by one: 64 bars take it a few seconds, sound included.
LIMITS: dict[str, tuple[float, float]] = {
    "seed": (0, 2**53),
    "bars": (2, 64),
    "temperature": (0.1, 1.6),
    "tempo": (40, 220),
    "steps": (2, 16),
    "bars in a section": (2, 16),
    "bars in the square": (2, 16),
    "bars more": (2, 32),
    "phrases": (1, 32),
    "similarity": (0, 1),
    "swing": (0, 1),
    "x": (0, 1),
    "y": (0, 1),
}
UPLOAD = "40mb"  # a WAV file made here, of five minutes; MIDI files have a limit of their own
UPLOAD_BARS = 128  # of a visitor's own music; five minutes at the usual tempos
_MOST_BARS = 160  # of a piece: what a morph or going on with one comes to
_NEW_SEEDS = 1_000_000  # a seed of six digits can be read out over the telephone


def bounded(value: float | None, name: str, whole: bool = False) -> float:
    """A figure within its limits.

    Raises
    ------
    MusicError
        If it is not.
    """
    low, high = LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        shown = "empty" if value is None else value
        raise MusicError(f"{name} is {shown}; it goes from {low:g} to {high:g}")
    if whole and value != int(value):
        raise MusicError(f"{name} is {value}; it is a whole number")
    return int(value) if whole else float(value)


def a_form(form: str | None) -> str:
    """A form that there is.

    Raises
    ------
    MusicError
        If there is no such form.
    """
    try:
        lay_out(form or "", 8)
    except ValueError as error:
        raise MusicError(str(error)) from None
    return form


def new_seed() -> int:
    """A seed by chance."""
    return secrets.randbelow(_NEW_SEEDS)


def seed_or_new(value: float | None) -> int:
    """A seed within its limits, by chance if none is given.

    Raises
    ------
    MusicError
        If there is no such seed.
    """
    return new_seed() if value is None else bounded(value, "seed", whole=True)


def not_too_long(piece: Piece) -> Piece:
    """The piece, if it is not longer than a visitor's may be.

    Raises
    ------
    MusicError
        If it is.
    """
    if piece.bars > _MOST_BARS:
        raise MusicError(
            f"this would be {piece.bars} bars; a piece here has {_MOST_BARS} at most: "
            "take fewer steps, or fewer bars"
        )
    return piece
