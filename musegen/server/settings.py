"""What a visitor may ask for and what is kept for them, said and checked in one place."""

from __future__ import annotations

import contextlib
import secrets
from functools import lru_cache

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from musegen.errors import MusicError
from musegen.latent.paths import lay_out
from musegen.music import Piece

__all__ = [
    "Settings",
    "SettingsError",
    "check_form",
    "check_number",
    "get_settings",
    "new_seed",
    "not_too_long",
    "range_of",
    "seed_or_new",
]

_QUOTED = 30  # letters of what was given
_NEW_SEEDS = 1_000_000  # a seed of six digits can be read out over the telephone


class SettingsError(ValueError):
    """A limit that was set is none, said in one line."""


class Settings(BaseSettings):
    """Figures that whoever runs the page may change, by ``MUSEGEN_`` and their name in capitals.

    A computer that many share must not be kept busy, or filled, by one.

    Attributes
    ----------
    bars : int
        Of a piece that is drawn. 64 take two cores a few seconds, sound included.
    piece_bars : int
        Of any piece: what a morph or going on with one comes to.
    steps, section_bars : int
        Of a morph: how many, and of how many bars.
    phrases : int
        Along a line on the map.
    more_bars : int
        That a piece is gone on with at once.
    upload_mb : int
        Megabytes of an upload: a WAV file made here, of five minutes, has 40. MIDI files have a
        limit of their own.
    upload_bars : int
        Of a visitor's own music; 128 are five minutes at the usual tempos.
    uploads_mb : int
        Megabytes of uploads in an hour, all visitors together.
    at_once : int
        Pieces that the model makes at once, best as many as there are cores; renderers, which take
        two each, play half as many mixes, and half as many parts and files, at once.
    waiting, waiting_each : int
        Requests that wait for their turn, of all visitors and of each.
    make_seconds : float
        Of work on one piece; two hundred changes of sixteen bars take less.
    render_seconds : float
        That a renderer may take longer than the piece lasts before it is ended.
    pieces : int
        That are remembered. One of 16 bars has 50 kB.
    sounds_mb, files_mb : int
        Megabytes of sounds, and of files made for visitors, that are kept: what was asked for
        longest ago goes first. A piece of 16 bars has 7 and, as WAV, 6.
    keep_minutes : float
        After which files that visitors sent or were given are removed.
    """

    model_config = SettingsConfigDict(env_prefix="MUSEGEN_", frozen=True, allow_inf_nan=False)

    bars: int = Field(64, ge=2, le=256)
    piece_bars: int = Field(160, ge=8, le=1024)
    steps: int = Field(16, ge=2, le=64)
    section_bars: int = Field(16, ge=2, le=64)
    phrases: int = Field(32, ge=1, le=128)
    more_bars: int = Field(32, ge=2, le=256)
    upload_mb: int = Field(40, ge=1, le=1000)
    upload_bars: int = Field(128, ge=2, le=1024)
    uploads_mb: int = Field(2000, ge=1)
    at_once: int = Field(2, ge=1, le=64)
    waiting: int = Field(40, ge=1, le=1000)
    waiting_each: int = Field(4, ge=1, le=1000)
    make_seconds: float = Field(20, gt=0)
    render_seconds: float = Field(30, gt=0)
    pieces: int = Field(256, ge=1)
    sounds_mb: int = Field(500, ge=1)
    files_mb: int = Field(1000, ge=1)
    keep_minutes: float = Field(60, ge=1)

    @property
    def lines(self) -> tuple[str, ...]:
        """What a visitor should know of them, in sentences."""
        while_ = "an hour" if self.keep_minutes == 60 else f"{self.keep_minutes:g} minutes"
        return (
            f"A piece is drawn with up to {self.bars} bars. A morph has up to {self.steps} steps "
            f"of up to {self.section_bars} bars. No piece is longer than {self.piece_bars} bars.",
            f"Of your own music, the first {self.upload_bars} bars of a file of up to "
            f"{self.upload_mb} MB.",
            f"Files are removed from here after {while_}. Links keep: they hold the whole piece.",
            "When many are here, all are served in turn.",
        )


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The limits of this process.

    Raises
    ------
    SettingsError
        If an environment variable that sets one is not a figure, or out of its range.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"MUSEGEN_{str(first['loc'][0]).upper()}"
        wrong = first["msg"][:1].lower() + first["msg"][1:]
        raise SettingsError(f"{name} is {first['input']!r}: {wrong}") from None


def range_of(name: str) -> tuple[float, float]:
    """Smallest and largest value of what a visitor can set, by what it is called on the page."""
    most = get_settings()
    return {
        "seed": (0, 2**53),
        "bars": (2, most.bars),
        "temperature": (0.1, 1.6),
        "tempo": (40, 220),
        "steps": (2, most.steps),
        "bars in a section": (2, most.section_bars),
        "bars more": (2, most.more_bars),
        "phrases": (1, most.phrases),
        "similarity": (0, 1),
        "swing": (0, 1),
        "x": (0, 1),
        "y": (0, 1),
    }[name]


def check_number(value: float | str | None, name: str, whole: bool = False) -> float:
    """A figure, or a text of one, within its limits.

    Raises
    ------
    MusicError
        If it is not.
    """
    low, high = range_of(name)
    figure = value
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            figure = int(value) if whole else float(value)
    if isinstance(figure, bool) or not isinstance(figure, int | float) or not low <= figure <= high:
        shown = "empty" if value is None or value == "" else str(value)[:_QUOTED]
        raise MusicError(f"{name} is {shown}; it goes from {low:.16g} to {high:.16g}")
    if whole and figure != int(figure):
        raise MusicError(f"{name} is {value}; it is a whole number")
    return int(figure) if whole else float(figure)


def check_form(form: str | None) -> str:
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
    return new_seed() if value is None else check_number(value, "seed", whole=True)


def not_too_long(piece: Piece) -> Piece:
    """The piece, if it is not longer than a visitor's may be.

    Raises
    ------
    MusicError
        If it is.
    """
    most = get_settings().piece_bars
    if piece.bars > most:
        raise MusicError(
            f"this would be {piece.bars} bars; a piece here has {most} at most: "
            "take fewer steps, or fewer bars"
        )
    return piece
