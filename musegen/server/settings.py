"""Settings of the server: environment variables that whoever runs it may set."""

from __future__ import annotations

from functools import lru_cache

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from musegen.errors import MuseGenError
from musegen.limits import MAX_BARS, MAX_LINE_PHRASES, MAX_STEPS

__all__ = ["Settings", "SettingsError", "get_settings"]


class SettingsError(MuseGenError):
    """An environment variable holds a value that the setting cannot have."""


class Settings(BaseSettings):
    """Limits on what visitors may ask for, and on what the server keeps.

    Each field is set by an environment variable: ``MUSEGEN_`` and the name in capitals. The
    limits keep one visitor from using up a computer that many share.

    Attributes
    ----------
    bars : int
        Largest length of a piece that is drawn. 64 bars take two cores a few seconds, including
        their sound.
    piece_bars : int
        Largest length of any piece, such as the result of a morph or of extending a piece.
    steps, section_bars : int
        Largest number of steps in a morph, and largest length of each.
    phrases : int
        Largest number of phrases along a line on the map.
    more_bars : int
        Largest number of bars that one request adds to a piece.
    upload_mb : int
        Largest size of an upload in megabytes. A WAV file of five minutes that the page wrote has
        40. MIDI files have a limit of their own.
    upload_bars : int
        Bars that are read from a visitor's own music. 128 bars last five minutes at usual tempos.
    uploads_mb : int
        Megabytes of uploads within an hour, of all visitors together.
    endless_phrases : int
        Phrases of endless music that are drawn within an hour, for all visitors together; one
        address may have half of them. A listener needs 700 at usual tempos.
    at_once : int
        Pieces that the model makes at the same time; best is the number of cores. Half as many
        renderers play mixes, and half as many play parts and files.
    waiting, waiting_each : int
        Requests that may wait in each queue: of all visitors, and of one visitor.
    make_seconds : float
        Longest time of work on one piece. Two hundred edits of sixteen bars take less.
    render_seconds : float
        Time that a renderer gets beyond the length of the piece before it is stopped.
    pieces : int
        Pieces in the cache. A piece of 16 bars takes 50 kB.
    sounds_mb, files_mb : int
        Megabytes of sounds for the player, and of files for download, that are kept on disk. The
        least recently used are removed first. A piece of 16 bars takes 7 as a sound, 6 as WAV.
    keep_minutes : float
        Age at which uploads and downloads are removed.
    """

    model_config = SettingsConfigDict(env_prefix="MUSEGEN_", frozen=True, allow_inf_nan=False)

    bars: int = Field(128, ge=2, le=MAX_BARS)
    piece_bars: int = Field(160, ge=8, le=1024)
    steps: int = Field(16, ge=2, le=MAX_STEPS)
    section_bars: int = Field(16, ge=2, le=64)
    phrases: int = Field(32, ge=1, le=MAX_LINE_PHRASES)
    more_bars: int = Field(32, ge=2, le=MAX_BARS)
    upload_mb: int = Field(40, ge=1, le=1000)
    upload_bars: int = Field(128, ge=2, le=1024)
    uploads_mb: int = Field(2000, ge=1)
    endless_phrases: int = Field(60_000, ge=1)
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
        """Sentences for visitors about the limits that concern them."""
        age = "an hour" if self.keep_minutes == 60 else f"{self.keep_minutes:g} minutes"
        return (
            f"A piece is drawn with up to {self.bars} bars. A morph has up to {self.steps} steps "
            f"of up to {self.section_bars} bars. No piece is longer than {self.piece_bars} bars.",
            f"Of your own music, the first {self.upload_bars} bars of a file of up to "
            f"{self.upload_mb} MB.",
            f"Files are removed from here after {age}. Links go on working: they hold the whole"
            " piece.",
            "When many people are here, all are served in turn.",
        )


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Settings of this process, read from the environment once.

    Raises
    ------
    SettingsError
        If an environment variable is not a number, or is outside the range of its setting.
    """
    try:
        return Settings()  # pyright: ignore[reportCallIssue] (all fields have defaults)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"MUSEGEN_{str(first['loc'][0]).upper()}"
        problem = first["msg"][:1].lower() + first["msg"][1:]
        raise SettingsError(f"{name} is {first['input']!r}: {problem}") from None
