"""Pieces laid end to end: music moved in time, not made. No models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from musegen.music.notes import BARS_PER_PHRASE, STEPS_PER_BAR
from musegen.music.piece import Piece

__all__ = ["join", "lay_apart", "repeat", "ways_between"]


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
    )
    bands = [pieces[bar // bars].programs_at(bar % bars // BARS_PER_PHRASE) for bar in at]
    joined = replace(joined, changes=_changes(bands))
    whole = bars % BARS_PER_PHRASE == 0 and all(piece.path for piece in pieces)
    if not whole or len({frozenset(piece.path) for piece in pieces}) > 1:
        return joined
    names = pieces[0].path
    path = {name: np.concatenate([piece.path[name] for piece in pieces]) for name in names}
    return replace(joined, path=path)


def ways_between(ends: Sequence[Piece], ts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Key and tempo of each phrase of each section: the shorter way round, and by ratios."""
    key = np.array([[phrase.key for phrase in end.phrases] for end in ends])
    tempo = np.array([[phrase.tempo for phrase in end.phrases] for end in ends])
    t = ts[:, None]
    return _key_between(*key, t), _between(*tempo, t)


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
        those of the nearest phrase. Instruments go on until those of the next piece.
    starts : list of int
        The phrase that each piece begins with.
    """
    total = sum(gaps) + sum(piece.bars for piece in pieces)
    keys = np.zeros(math.ceil(total / BARS_PER_PHRASE), int)
    tempos = np.full(len(keys), np.nan)
    notes, starts, bar = [], [], gaps[0]
    bands: list[Mapping[str, int]] = []
    for piece, gap in zip(pieces, gaps[1:], strict=True):
        notes.append(_notes_from(piece, bar))
        starts.append(bar // BARS_PER_PHRASE)
        at = slice(starts[-1], starts[-1] + len(piece))
        keys[at] = [phrase.key for phrase in piece.phrases]
        tempos[at] = [phrase.tempo for phrase in piece.phrases]
        bands += [bands[-1] if bands else piece.programs] * (starts[-1] - len(bands))
        bands += [piece.programs_at(phrase) for phrase in range(len(piece))]
        bar += piece.bars + gap
    known = np.flatnonzero(~np.isnan(tempos))
    for i in np.flatnonzero(np.isnan(tempos)):
        before, after = known[known < i], known[known > i]
        a = before[-1] if len(before) else after[0]
        b = after[0] if len(after) else a
        t = (i - a) / (b - a) if b != a else 0.0
        keys[i], tempos[i] = _key_between(keys[a], keys[b], t), _between(tempos[a], tempos[b], t)
    piece = Piece.from_notes(np.concatenate(notes), keys, tempos, pieces[0].programs, total)
    return replace(piece, changes=_changes(bands)), starts


def _notes_from(piece: Piece, bar: int) -> np.ndarray:
    """A piece's notes, moved to begin at a bar."""
    notes = piece.notes.copy()
    notes["onset"] += bar * STEPS_PER_BAR
    return notes


def _changes(bands: Sequence[Mapping[str, int]]) -> dict[int, Mapping[str, int]]:
    """`Piece.changes` of a piece with these programs in each of its phrases."""
    return {i: now for i, (was, now) in enumerate(pairwise(bands), start=1) if now != was}


def _key_between(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Keys on the shorter way round from one to another."""
    turn = (b - a + 6) % 12 - 6
    return (np.rint(a + t * turn).astype(int) + 5) % 12 - 5


def _between(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Tempos on the way from one to another, by ratios."""
    return a * (b / a) ** t
