"""What is written after a chord's root, such as ``m7b5``, and the intervals it stands for.

The names and their intervals are pychord's (https://github.com/yuma-m/pychord, MIT). This module
reads what pychord does not know: other spellings (``min7``, ``△``, ``ø``, ``6/9``, ``+``), and
names that change or add notes (``7(b9,#11)``, ``m(add9)``, ``maj7no3``).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pychord import QualityManager

__all__ = ["COMMON", "quality_intervals", "quality_name"]

# The most common names come first. Chords are called by these names.
COMMON = (
    *("", "m", "7", "m7", "maj7", "sus4", "sus2", "dim", "aug", "6", "m6", "m7b5", "dim7", "add9"),
    *("madd9", "7sus4", "mmaj7", "9", "m9", "maj9", "69", "m69", "5", "7b5", "7#5", "7b9", "7#9"),
    *("7#11", "7b13", "maj7+5", "maj7#11", "11", "m11", "13", "maj13", "9sus4", "add4", "madd4"),
    *("9#11", "9b5", "9#5", "13b9", "13#11", "7b9b5", "7b9#5", "7#9b5", "7#9#5", "7b9#11", "m7#5"),
    *("sus4add9", "(b5)", "no5", "m(no5)"),
)
_RESPELLED = {"69": "6/9", "m69": "m6/9"}

# In this order: what others write, and what pychord reads.
_SPELLINGS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"Δ|△|∆|\^", "maj"),
        (r"Ø|ø|∅", "m7b5"),
        (r"°|º|˚|o(?=$|7|maj|M)", "dim"),
        (r"^(?:minor|mino|mi(?!n)|min|-(?!5|9))", "m"),
        (r"(?:major|maj|ma(?!j|dd)|Maj|MAJ|MA(?!J)|Ma(?!j|dd)|M|(?<=m)/maj|j(?=7|9))", "maj"),
        (r"^maj$", ""),
        (r"^maj(?=[^\d#b+-])", ""),
        (r"m7b57", "m7b5"),
        (r"6(?:/|add|,)9|69", "69"),
        (r"^maj6", "6"),
        (r"^\+", "aug"),
        (r"^aug(7|9)$", r"\1#5"),
        (r"(?<=[79])\+$", "#5"),
        (r"sus(?![24])", "sus4"),
        (r"sus(\d)(7|9|13)", r"\2sus\1"),
        (r"add2", "add9"),
        (r"alt$", "b9#5"),
        (r"(?<=\d)-(?=\d)", "b"),
        (r"(?<=\d)\+(?=\d)", "#"),
    )
)
_CHANGE = re.compile(r"(no|omit)(3|5)|(?:add)?(maj7|[b#]?(?:2|4|5|6|9|11|13))")
_DEGREES = {"2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "9": 2, "11": 5, "13": 9}


@lru_cache(maxsize=1024)
def quality_intervals(name: str) -> tuple[int, ...] | None:
    """Return the intervals that a name stands for, or None if it means nothing.

    Parameters
    ----------
    name : str
        What is written after the root: ``""``, ``m7b5``, ``△``, ``7(b9,#11)``.

    Returns
    -------
    tuple of int, optional
        Semitones from 0 to 11 above the root, rising.
    """
    text = unicodedata.normalize("NFKC", name).replace("♯", "#").replace("♭", "b")
    text = re.sub(r"\s", "", text)
    for pattern, known in _SPELLINGS:
        text = pattern.sub(known, text)
    plain = re.sub(r"[(),\[\]]", "", text)
    found = _look_up(text) or _look_up(plain)
    for end in range(len(plain) - 1, -1, -1) if found is None else ():
        base = _look_up(plain[:end])
        found = base and _change(base, plain[end:])
        if found:
            break
    return found


def _look_up(name: str) -> tuple[int, ...] | None:
    try:
        components = QualityManager().get_quality(name).components
    except ValueError:
        return None
    return tuple(sorted({interval % 12 for interval in components}))


def _change(base: tuple[int, ...], text: str) -> tuple[int, ...] | None:
    """Add and leave out what a text such as ``b9#11no5`` says, or return None."""
    intervals = set(base)
    while text:
        found = _CHANGE.match(text)
        if not found:
            return None
        _, left_out, added = found.groups()
        if left_out:
            third_or_fifth = {3, 4} if left_out == "3" else {6, 7, 8}
            intervals -= third_or_fifth
        elif added == "maj7":
            intervals.add(11)
        else:
            degree = added.lstrip("b#")
            sign = added.count("#") - added.count("b")
            if degree == "5":
                intervals.discard(7)
            intervals.add((_DEGREES[degree] + sign) % 12)
        text = text[found.end() :]
    return tuple(sorted(intervals)) if len(intervals) > 1 else None


@lru_cache(maxsize=1024)
def quality_name(intervals: tuple[int, ...]) -> str:
    """Return the shortest usual name of some intervals; `quality_intervals` reads it again.

    Intervals that have no name are called after the largest named chord among them, with what is
    added: ``m7(addb9)``.
    """
    names = _names()
    if intervals in names:
        return names[intervals]
    own = set(intervals)
    for left_out, more in (("no5", (7,)), ("no3", (4,)), ("no5no3", (4, 7))):
        name = names.get(tuple(sorted(own.union(more))))
        if name is not None and quality_intervals(name + left_out) == intervals:
            return name + left_out
    inside = [known for known in names if own.issuperset(known)]
    base = max(inside, key=len, default=())
    if not base:
        base = (0, 7) if 7 in own else (0, 4)
    missing = "" if own.issuperset(base) else "no3"
    added = {1: "b9", 2: "9", 3: "#9", 4: "b11", 5: "11", 6: "#11", 7: "5", 8: "b13", 9: "13"}
    added |= {10: "#13", 11: "maj7"}
    more = ",".join(f"add{added[interval]}" for interval in sorted(own - set(base) - {0}))
    return f"{names[base]}{missing}" + (f"({more})" if more else "")


@lru_cache(maxsize=1)
def _names() -> dict[tuple[int, ...], str]:
    names: dict[tuple[int, ...], str] = {}
    for name in COMMON:
        intervals = _look_up(name)
        if intervals:
            names.setdefault(intervals, _RESPELLED.get(name, name).replace("+", "#"))
    return names
