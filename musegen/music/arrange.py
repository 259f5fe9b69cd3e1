"""Pieces laid end to end: music moved in time, not made. No models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from musegen.errors import MusicError
from musegen.music.feel import Feel
from musegen.music.notes import BARS_PER_PHRASE, STEPS_PER_BAR
from musegen.music.piece import Piece

__all__ = [
    "copy_phrase",
    "cut",
    "join",
    "key_between",
    "lay_apart",
    "repeat",
    "tempo_between",
]


def repeat(piece: Piece, bars: int) -> Piece:
    """A piece from its start again until it is as long as asked."""
    if piece.bars == bars:
        return piece
    times = math.ceil(bars / piece.bars)
    return join([piece] * times, piece.bars).first(bars)


def join(pieces: Sequence[Piece], bars: int) -> Piece:
    """Pieces of `bars` bars one after another, each with its own instruments."""
    notes = [_notes_from(piece, i * bars) for i, piece in enumerate(pieces)]
    total = bars * len(pieces)
    at = np.arange(math.ceil(total / BARS_PER_PHRASE)) * BARS_PER_PHRASE
    phrase_at = [pieces[bar // bars].phrases[bar % bars // BARS_PER_PHRASE] for bar in at]
    joined = Piece.from_notes(
        np.concatenate(notes),
        [phrase.key for phrase in phrase_at],
        [phrase.tempo for phrase in phrase_at],
        pieces[0].programs,
        total,
        [phrase.feel for phrase in phrase_at],
    )
    bands = [pieces[bar // bars].programs_at(bar % bars // BARS_PER_PHRASE) for bar in at]
    joined = replace(joined, changes=_changes(bands))
    whole = bars % BARS_PER_PHRASE == 0 and all(piece.path for piece in pieces)
    if not whole or len({frozenset(piece.path) for piece in pieces}) > 1:
        return joined
    names = pieces[0].path
    path = {name: np.concatenate([piece.path[name] for piece in pieces]) for name in names}
    return replace(joined, path=path)


def cut(piece: Piece, first: int, phrases: int) -> Piece:
    """Some phrases of a piece as a piece of its own, with the instruments they had.

    Parameters
    ----------
    piece : Piece
    first : int
        The phrase it begins with, counted from 0.
    phrases : int
        How many, at least 1.

    Raises
    ------
    MusicError
        If the piece has no such phrases.
    """
    if first < 0 or phrases < 1 or first + phrases > len(piece):
        raise MusicError(
            f"there are no phrases {first} to {first + phrases - 1}: they go from 0 to "
            f"{len(piece) - 1}"
        )
    at = slice(first, first + phrases)
    return replace(
        piece,
        phrases=piece.phrases[at],
        programs=piece.programs_at(first),
        bars=min(piece.bars - first * BARS_PER_PHRASE, phrases * BARS_PER_PHRASE),
        path=piece.path and {name: z[at] for name, z in piece.path.items()},
        changes=_changes([piece.programs_at(i) for i in range(first, first + phrases)]),
    )


def copy_phrase(piece: Piece, source: int, target: int) -> Piece:
    """A piece with one of its phrases in the place of another as well.

    Raises
    ------
    MusicError
        If there is no such phrase, counted from 0.
    """
    for number in (source, target):
        if not 0 <= number < len(piece):
            raise MusicError(f"there is no phrase {number}: they go from 0 to {len(piece) - 1}")
    phrases = list(piece.phrases)
    phrases[target] = phrases[source]
    path = piece.path and {name: z.copy() for name, z in piece.path.items()}
    for z in (path or {}).values():
        z[target] = z[source]
    return replace(piece, phrases=tuple(phrases), path=path)


def lay_apart(pieces: Sequence[Piece], gaps: Sequence[int]) -> tuple[Piece, list[int]]:
    """Pieces with empty bars before, between and after them.

    Parameters
    ----------
    pieces : sequence of Piece
    gaps : sequence of int
        Empty bars before the first piece, after it, after the second and so on. Pieces begin with
        a whole phrase.

    Returns
    -------
    piece : Piece
        In the gaps key and tempo move from those before to those after; at either end they are
        those of the nearest phrase. Instruments and feel go on until those of the next piece.
    starts : list of int
        The phrase that each piece begins with.
    """
    total = sum(gaps) + sum(piece.bars for piece in pieces)
    keys = np.zeros(math.ceil(total / BARS_PER_PHRASE), int)
    tempos = np.full(len(keys), np.nan)
    notes, starts, bar = [], [], gaps[0]
    bands: list[Mapping[str, int]] = []
    feels: list[Feel] = []
    for piece, gap in zip(pieces, gaps[1:], strict=True):
        notes.append(_notes_from(piece, bar))
        starts.append(bar // BARS_PER_PHRASE)
        at = slice(starts[-1], starts[-1] + len(piece))
        keys[at] = [phrase.key for phrase in piece.phrases]
        tempos[at] = [phrase.tempo for phrase in piece.phrases]
        bands += [bands[-1] if bands else piece.programs] * (starts[-1] - len(bands))
        bands += [piece.programs_at(phrase) for phrase in range(len(piece))]
        feels += [feels[-1] if feels else piece.feel] * (starts[-1] - len(feels))
        feels += [phrase.feel for phrase in piece.phrases]
        bar += piece.bars + gap
    known = np.flatnonzero(~np.isnan(tempos))
    for i in np.flatnonzero(np.isnan(tempos)):
        before, after = known[known < i], known[known > i]
        a = before[-1] if len(before) else after[0]
        b = after[0] if len(after) else a
        t = (i - a) / (b - a) if b != a else 0.0
        keys[i] = key_between([keys[a], keys[b]], [1 - t, t])
        tempos[i] = tempo_between([tempos[a], tempos[b]], [1 - t, t])
    feels += [feels[-1]] * (len(keys) - len(feels))
    every = np.concatenate(notes)
    piece = Piece.from_notes(every, keys, tempos, pieces[0].programs, total, feels)
    return replace(piece, changes=_changes(bands)), starts


def key_between(keys: Sequence[int], shares: Sequence[float]) -> int:
    """The key between some, so much of each: on the shorter way round from the first."""
    turns = [(key - keys[0] + 6) % 12 - 6 for key in keys]
    return int(np.rint(keys[0] + np.dot(shares, turns)) + 5) % 12 - 5


def tempo_between(tempos: Sequence[float], shares: Sequence[float]) -> float:
    """The tempo between some, so much of each, by ratios."""
    return float(tempos[0] * np.exp(np.dot(shares, np.log(np.divide(tempos, tempos[0])))))


def _notes_from(piece: Piece, bar: int) -> np.ndarray:
    """A piece's notes, moved to begin at a bar."""
    notes = piece.notes.copy()
    notes["onset"] += bar * STEPS_PER_BAR
    return notes


def _changes(bands: Sequence[Mapping[str, int]]) -> dict[int, Mapping[str, int]]:
    """`Piece.changes` of a piece with these programs in each of its phrases."""
    return {i: now for i, (was, now) in enumerate(pairwise(bands), start=1) if now != was}
