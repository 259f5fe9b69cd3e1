"""Checks of what visitors ask for, against the settings of the server."""

from __future__ import annotations

import contextlib
import secrets

from musegen.drawing import length_of
from musegen.errors import MusicError
from musegen.latent.forms import section_order
from musegen.latent.plans import read_plan
from musegen.limits import GUIDANCES, MAX_SEED, MAX_STYLE_WEIGHT
from musegen.music import Piece
from musegen.music.harmony import Chords
from musegen.music.keys import key_named
from musegen.music.notes import BARS_PER_PHRASE, BEATS_PER_PHRASE
from musegen.server.settings import get_settings

__all__ = [
    "allowed_range",
    "check_bars",
    "check_chords",
    "check_form",
    "check_length",
    "check_number",
    "check_styles",
    "new_seed",
    "seed_or_new",
]

_SHOWN = 30  # characters of a wrong value that an error message repeats
_BEATS_PER_BAR = BEATS_PER_PHRASE // BARS_PER_PHRASE
_NEW_SEEDS = 1_000_000  # seeds of six digits are short enough to read out


def allowed_range(name: str) -> tuple[float, float]:
    """Smallest and largest value of a number that visitors can set, by its name on the page.

    The page offers less of temperature and tempo than the Python API takes: what is outside
    seldom sounds like music.
    """
    settings = get_settings()
    return {
        "seed": (0, MAX_SEED),
        "bars": (2, settings.bars),
        "temperature": (0.1, 1.6),
        "guidance": GUIDANCES,
        "tempo": (40, 220),
        "steps": (2, settings.steps),
        "bars in a section": (2, settings.section_bars),
        "bars more": (2, settings.more_bars),
        "phrases": (1, settings.phrases),
        "similarity": (0, 1),
        "strength": (0, 1),
        "harmony of B": (0, 1),
        "texture of B": (0, 1),
        "swing": (0, 1),
        "x": (0, 1),
        "y": (0, 1),
    }[name]


def check_number(value: float | str | None, name: str, whole: bool = False) -> float:
    """Return a number, or the number in a text, if it is within its range.

    Parameters
    ----------
    value : float or str or None
    name : str
        A name that `allowed_range` knows.
    whole : bool
        Whether it has to be a whole number; the result is then an ``int``.

    Raises
    ------
    MusicError
        If it is not a number, is outside the range, or is not whole.
    """
    low, high = allowed_range(name)
    number = value
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            number = int(value) if whole else float(value)
    if isinstance(number, bool) or not isinstance(number, int | float) or not low <= number <= high:
        shown = "empty" if value is None or value == "" else str(value)[:_SHOWN]
        raise MusicError(f"{name} is {shown}; it goes from {low:.16g} to {high:.16g}")
    if whole and number != int(number):
        raise MusicError(f"{name} is {value}; it is a whole number")
    return int(number) if whole else float(number)


def check_form(form: str | None) -> str:
    """Return a form if it exists, or a plan if it is not too long.

    Raises
    ------
    MusicError
        If there is no such form, or the plan has too many bars.
    """
    form = (form or "").strip()
    if read_plan(form) is None:
        section_order(form, 8)
    else:
        check_bars(None, form)
    return form


def check_bars(bars: float | str | None, form: str) -> int:
    """Return the length of a piece: that of its plan, or what was asked for, if it is in range.

    Raises
    ------
    MusicError
        If it is not.
    """
    if read_plan(form):
        bars = length_of(form, None)
    return int(check_number(bars, "bars", whole=True))


def check_chords(text: str | None, key: int | str, bars: float) -> str | None:
    """Return chords as recipes have them, in C; None if there is no text.

    Parameters
    ----------
    text : str or None
        Chords in a key, as `Chords.from_text` reads them.
    key : int or str
        That key, as in `Chords.from_text`.
    bars : float
        Of the piece.

    Raises
    ------
    MusicError
        If something is no chord, or there are chords for more bars than the piece has.
    """
    if not (text or "").strip():
        return None
    chords = Chords.from_text(text or "", key)
    given = len(chords) // _BEATS_PER_BAR
    if given > bars:
        raise MusicError(
            f"there are chords for {given} bars, and the piece has {bars:g}: make it longer"
        )
    return chords.transposed(-(key_named(key) if isinstance(key, str) else key)).text()


def check_styles(text: str | None) -> dict[str, float] | None:
    """Return the styles in a text, with their weights; None if it is empty.

    Parameters
    ----------
    text : str or None
        Such as ``pop``, or ``pop=1, hymn=0.5``. Whether there are such styles, the model knows.

    Raises
    ------
    MusicError
        If a weight is not a number from 0 to 1000.
    """
    styles: dict[str, float] = {}
    for one in filter(str.strip, (text or "").split(",")):
        name, _, weight = one.partition("=")
        try:
            styles[name.strip().lower()[:_SHOWN]] = float(weight or 1)
        except ValueError:
            styles[name.strip()] = -1
    if not all(0 <= weight <= MAX_STYLE_WEIGHT for weight in styles.values()):
        raise MusicError(f"style is {(text or '')[:_SHOWN]}; write it like pop, or pop=1, hymn=0.5")
    return styles or None


def check_length(piece: Piece) -> Piece:
    """Return a piece if it is not longer than the settings allow.

    Raises
    ------
    MusicError
        If it is longer.
    """
    largest = get_settings().piece_bars
    if piece.bars > largest:
        raise MusicError(
            f"this would be {piece.bars} bars; a piece here has {largest} at most: "
            "take fewer steps, or fewer bars"
        )
    return piece


def new_seed() -> int:
    """Return a random seed."""
    return secrets.randbelow(_NEW_SEEDS)


def seed_or_new(value: float | str | None) -> int:
    """Return a seed if it is within its range; a random one for None.

    Raises
    ------
    MusicError
        If it is not a whole number within the range.
    """
    return new_seed() if value is None else int(check_number(value, "seed", whole=True))
