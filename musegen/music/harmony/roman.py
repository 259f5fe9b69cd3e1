"""Chords as degrees of a key, in Roman numerals: ``I``, ``vi``, ``bVII``, ``ii7``, ``V/V``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from musegen.music.harmony.chord import Chord
from musegen.music.harmony.qualities import quality_intervals

__all__ = ["Tonic", "read_roman"]

_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii")
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MINOR = (0, 2, 3, 5, 7, 8, 10)
_ROMAN = re.compile(
    r"(?P<sign>b{1,2}|\#{1,2})?(?P<numeral>VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"
    r"(?P<quality>[^IViv/]*(?:6/9)?)(?:/(?P<of>[b\#]*[IViv]+))?"
)


@dataclass(frozen=True)
class Tonic:
    """The first degree of a key.

    Attributes
    ----------
    pitch_class : int
        0 (C) to 11 (B).
    is_minor : bool
        Whether III, VI and VII are those of the natural minor scale.
    """

    pitch_class: int
    is_minor: bool = False


def read_roman(text: str, tonic: Tonic) -> Chord | None:
    """Read a Roman numeral, or return None if the text is none.

    Capital letters are major chords, small ones minor. What follows is read as after a root:
    ``V7``, ``Imaj7``, ``ii7`` (minor with a minor seventh), ``viio``, ``iiø7``, ``Vsus4``; ``I6``
    has an added sixth. After a slash stands the degree whose key is meant: ``V7/ii``.
    """
    text = unicodedata.normalize("NFKC", text).replace("♯", "#").replace("♭", "b").strip()
    # The wide Roman numerals of Unicode become letters by NFKC.
    found = _ROMAN.fullmatch(text)
    if not found:
        return None
    scale = _MINOR if tonic.is_minor else _MAJOR
    home = tonic.pitch_class
    if found["of"]:
        of = _ROMAN.fullmatch(found["of"])
        if not of or of["quality"]:
            return None
        home, scale = home + _degree(of, scale), _MAJOR
    intervals = quality_intervals(_quality(found))
    if not intervals:
        return None
    root = (home + _degree(found, scale)) % 12
    return Chord(root, intervals, root)


def _degree(found: re.Match[str], scale: tuple[int, ...]) -> int:
    """Return how many semitones above the tonic the degree is."""
    sign = found["sign"] or ""
    degree = _NUMERALS.index(found["numeral"].lower())
    if sign:  # flats and sharps always count from the major scale
        scale = _MAJOR
    return scale[degree] + sign.count("#") - sign.count("b")


def _quality(found: re.Match[str]) -> str:
    """Return what would be written after a root."""
    quality = found["quality"]
    if found["numeral"].isupper():
        return quality
    is_said = re.match(r"m(?!aj|a7|M)|-|min|dim|o|°|º|ø|Ø|sus|\+|aug", quality)
    return quality if is_said else f"m{quality}"
