"""Plans of pieces: named sections of so many bars, such as ``i4 A8 A8 B8 o4``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musegen.errors import MusicError
from musegen.limits import MAX_BARS
from musegen.music.notes import BARS_PER_PHRASE, PARTS, BoolArray, IntArray

__all__ = ["Section", "choose_copies", "first_heard", "read_plan", "section_of_phrases"]

_PLAN = re.compile(r"(?:[A-Za-z]\d+\s*)+")
_LONGEST = 1000  # characters: as many sections as fit into the longest piece
_SECTION = re.compile(r"([A-Za-z])(\d+)")


@dataclass(frozen=True)
class Section:
    """A section of a piece.

    Attributes
    ----------
    letter : str
        ``i`` is an intro, ``o`` an outro, a capital a section with a tune of its own, any other
        small letter, such as ``b``, a bridge. Sections with the same letter are alike.
    bars : int
    """

    letter: str
    bars: int


def read_plan(text: str) -> list[Section] | None:
    """Read a plan; None if the text is none, such as ``AABA``.

    Raises
    ------
    MusicError
        If it is a plan, but a section has no bars, or the text or the piece would be too long.
    """
    text = text.strip()
    if not _PLAN.fullmatch(text):
        return None
    if len(text) > _LONGEST:
        raise MusicError(f"the plan has {len(text)} characters; the most is {_LONGEST}")
    plan = [Section(letter, int(bars)) for letter, bars in _SECTION.findall(text)]
    for section in plan:
        if not section.bars:
            raise MusicError(f"section {section.letter}0 has no bars: write {section.letter}8")
    total = sum(section.bars for section in plan)
    if total > MAX_BARS:
        raise MusicError(f"the plan has {total} bars; the most is {MAX_BARS}")
    return plan


def section_of_phrases(plan: Sequence[Section]) -> tuple[IntArray, IntArray]:
    """Return the section that each phrase of a planned piece starts in, and the bar in it.

    Returns
    -------
    section, bar : numpy.ndarray
        Int64 ``(phrases,)``: the number of the section, and the bar of it, from 0.
    """
    starts = np.concatenate([[0], np.cumsum([section.bars for section in plan])])
    bar = np.arange(0, starts[-1], BARS_PER_PHRASE)
    section = np.searchsorted(starts, bar, side="right") - 1
    return section, bar - starts[section]


def first_heard(plan: Sequence[Section]) -> IntArray:
    """Return for each phrase of a planned piece the one whose music it takes up.

    Returns
    -------
    numpy.ndarray
        Int64 ``(phrases,)``: the phrase at the same bar of the first section with the same letter;
        its own number where there is none.
    """
    section, bar = section_of_phrases(plan)
    numbers: dict[tuple[str, int], int] = {}
    return np.array(
        [
            numbers.setdefault((plan[i].letter, b), place)
            for place, (i, b) in enumerate(zip(section.tolist(), bar.tolist(), strict=True))
        ]
    )


# Counted in the training songs of POP909 where a section returns: the shares of sections in which a
# part returns note for note in all phrases, and in some; and of the latter, in how many phrases.
_RETURNS = {
    "lead": (0.28, 0.39, 0.55),
    "counter": (0.15, 0.14, 0.5),
    "chords": (0.22, 0.19, 0.6),
    "bass": (0.29, 0.31, 0.55),
    "drums": (0.3, 0.4, 0.6),
}


def choose_copies(plan: Sequence[Section], rng: np.random.Generator) -> BoolArray:
    """Choose the cells of a planned piece that are copied from where the music was first heard.

    Parts return together: where the chords change, the bass mostly does too.

    Returns
    -------
    numpy.ndarray
        Bool ``(phrases, parts)``, in the order of `PARTS`; False where nothing returns.
    """
    section, _ = section_of_phrases(plan)
    returns = first_heard(plan) != np.arange(len(section))
    copied = np.zeros((len(section), len(PARTS)), bool)
    for number in np.unique(section[returns]):
        rows = np.flatnonzero(returns & (section == number))
        luck, lucks = rng.random(), rng.random(len(rows))
        for column, part in enumerate(PARTS):
            whole, some, share = _RETURNS[part]
            # One number decides for all parts of a section, and one for all of a phrase.
            if luck < whole:
                copied[rows, column] = True
            elif luck < whole + some:
                copied[rows, column] = lucks < share
    return copied
