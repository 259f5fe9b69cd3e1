"""Joins, repeats, cuts and retouches pieces, without any model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from musegen.errors import MusicError
from musegen.music.feel import Feel
from musegen.music.instruments import DRUM_PITCHES
from musegen.music.keys import wrap_key
from musegen.music.meters import Meter
from musegen.music.notes import (
    BARS_PER_PHRASE,
    DRUMS,
    STEPS_PER_BAR,
    STEPS_PER_PHRASE,
    FloatArray,
    NoteArray,
    make_notes,
    sort_notes,
)
from musegen.music.piece import Piece

__all__ = [
    "Place",
    "Written",
    "copy_phrase",
    "cut",
    "join",
    "join_with_gaps",
    "mix_keys",
    "mix_tempos",
    "repeat",
    "retouch",
]

Place = tuple[int, int, int]
"""Onset in steps from the start of the piece, index of the part in `PARTS`, pitch."""
Written = tuple[int, int, int, int, int]
"""A `Place`, then duration in steps, and velocity."""


def repeat(piece: Piece, bars: int) -> Piece:
    """Repeat a piece until it has so many bars; a longer piece is cut."""
    if piece.bars == bars:
        return piece
    times = math.ceil(bars / piece.bars)
    return join([piece] * times, piece.bars).first(bars)


def join(pieces: Sequence[Piece], bars: int) -> Piece:
    """Join pieces of `bars` bars each into one; each keeps its own instruments."""
    notes = [_notes_from_bar(piece, i * bars) for i, piece in enumerate(pieces)]
    total = bars * len(pieces)
    # The piece, and the phrase of it, that each phrase of the result starts in.
    starts = [divmod(bar, bars) for bar in range(0, total, BARS_PER_PHRASE)]
    sources = [(pieces[i], bar // BARS_PER_PHRASE) for i, bar in starts]
    phrases = [piece.phrases[i] for piece, i in sources]
    joined = Piece.from_notes(
        np.concatenate(notes),
        [phrase.key for phrase in phrases],
        [phrase.tempo for phrase in phrases],
        pieces[0].programs,
        total,
        [phrase.feel for phrase in phrases],
        [phrase.beat_lengths for phrase in phrases],
        [meter for piece in pieces for meter in _meters(piece, bars)],
    )
    changes = _program_changes([piece.programs_at(i) for piece, i in sources])
    return replace(joined, changes=changes, path=_joined_path(pieces, bars))


def _joined_path(pieces: Sequence[Piece], bars: int) -> dict[str, FloatArray] | None:
    """Return the path of the joined pieces, or None if a piece has none or is cut in a phrase."""
    paths = [piece.path for piece in pieces if piece.path]
    if bars % BARS_PER_PHRASE or len(paths) < len(pieces):
        return None
    models = paths[0].keys()
    if any(path.keys() != models for path in paths):
        return None
    return {name: np.concatenate([path[name] for path in paths]) for name in models}


def cut(piece: Piece, first: int, phrases: int) -> Piece:
    """Cut some phrases out of a piece, with their instruments.

    Parameters
    ----------
    piece : Piece
    first : int
        The first phrase of the result, counted from 0.
    phrases : int
        How many phrases, at least 1.

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
    rows = slice(first, first + phrases)
    return replace(
        piece,
        phrases=piece.phrases[rows],
        programs=piece.programs_at(first),
        bars=min(piece.bars - first * BARS_PER_PHRASE, phrases * BARS_PER_PHRASE),
        path=piece.path and {name: z[rows] for name, z in piece.path.items()},
        changes=_program_changes([piece.programs_at(i) for i in range(first, first + phrases)]),
    )


def copy_phrase(piece: Piece, source: int, target: int) -> Piece:
    """Replace the phrase `target` of a piece by its phrase `source`, both counted from 0.

    Raises
    ------
    MusicError
        If there is no such phrase.
    """
    for number in (source, target):
        if not 0 <= number < len(piece):
            raise MusicError(f"there is no phrase {number}: they go from 0 to {len(piece) - 1}")
    rows = np.arange(len(piece))
    rows[target] = source
    path = piece.path and {name: z[rows] for name, z in piece.path.items()}
    return replace(piece, phrases=tuple(piece.phrases[i] for i in rows), path=path)


def join_with_gaps(pieces: Sequence[Piece], gaps: Sequence[int]) -> tuple[Piece, list[int]]:
    """Join pieces with empty bars before, between and after them.

    Parameters
    ----------
    pieces : sequence of Piece
    gaps : sequence of int
        The number of empty bars before the first piece, after it, after the second, and so on.
        Each piece must begin with a whole phrase.

    Returns
    -------
    piece : Piece
        Within a gap, key and tempo move from those of the phrase before it to those of the phrase
        after it. In the first and the last gap they are those of the nearest phrase. Instruments,
        feel and meter of a piece last until the next piece begins.
    starts : list of int
        The phrase that each piece begins with.
    """
    total = sum(gaps) + sum(piece.bars for piece in pieces)
    keys = np.zeros(math.ceil(total / BARS_PER_PHRASE), np.int64)
    tempos = np.full(len(keys), np.nan)
    notes: list[NoteArray] = []
    starts: list[int] = []
    programs: list[Mapping[str, int]] = []
    feels: list[Feel] = []
    beat_lengths: list[tuple[float, ...]] = [()] * len(keys)
    meters = [replace(pieces[0].meters[0], part=0)] if gaps[0] else []
    bar = gaps[0]
    for piece, gap in zip(pieces, gaps[1:], strict=True):
        notes.append(_notes_from_bar(piece, bar))
        while len(meters) < bar:
            meters.append(meters[-1].following)
        meters += piece.meters
        start = bar // BARS_PER_PHRASE
        starts.append(start)
        keys[start : start + len(piece)] = [phrase.key for phrase in piece.phrases]
        tempos[start : start + len(piece)] = [phrase.tempo for phrase in piece.phrases]
        beat_lengths[start : start + len(piece)] = [p.beat_lengths for p in piece.phrases]
        programs += [programs[-1] if programs else piece.programs] * (start - len(programs))
        programs += [piece.programs_at(phrase) for phrase in range(len(piece))]
        feels += [feels[-1] if feels else piece.feel] * (start - len(feels))
        feels += [phrase.feel for phrase in piece.phrases]
        bar += piece.bars + gap
    feels += [feels[-1]] * (len(keys) - len(feels))
    known: list[int] = np.flatnonzero(~np.isnan(tempos)).tolist()
    for i in range(len(keys)):
        if i in known:
            continue
        a = max((j for j in known if j < i), default=known[0])
        b = min((j for j in known if j > i), default=known[-1])
        t = (i - a) / (b - a) if b != a else 0.0
        keys[i] = mix_keys([int(keys[a]), int(keys[b])], [1 - t, t])
        tempos[i] = mix_tempos([float(tempos[a]), float(tempos[b])], [1 - t, t])
    piece = Piece.from_notes(
        np.concatenate(notes),
        keys.tolist(),
        tempos.tolist(),
        pieces[0].programs,
        total,
        feels,
        beat_lengths,
        meters,
    )
    return replace(piece, changes=_program_changes(programs)), starts


def mix_keys(keys: Sequence[int], shares: Sequence[float]) -> int:
    """Return the key between some keys, weighted by shares that sum to 1.

    The others are reached from the first key by at most six semitones up or down.
    """
    steps = [(key - keys[0] + 6) % 12 - 6 for key in keys]
    moved = sum(share * step for share, step in zip(shares, steps, strict=True))
    return wrap_key(round(keys[0] + moved))


def mix_tempos(tempos: Sequence[float], shares: Sequence[float]) -> float:
    """Return the geometric mean of tempos, weighted by shares that sum to 1."""
    return float(tempos[0] * np.exp(np.dot(shares, np.log(np.divide(tempos, tempos[0])))))


def _meters(piece: Piece, bars: int) -> list[Meter]:
    """Return the meters of the first bars of a piece; the last one goes on where it is shorter."""
    meters = list(piece.meters[:bars])
    while len(meters) < bars:
        meters.append(meters[-1].following)
    return meters


def _notes_from_bar(piece: Piece, bar: int) -> NoteArray:
    """Return the notes of a piece, moved so that it begins at a bar."""
    notes = piece.notes
    notes["onset"] += bar * STEPS_PER_BAR
    return notes


def _program_changes(programs: Sequence[Mapping[str, int]]) -> dict[int, Mapping[str, int]]:
    """Return `Piece.changes` for the programs of each phrase."""
    return {i: now for i, (before, now) in enumerate(pairwise(programs), start=1) if now != before}


def retouch(piece: Piece, remove: Sequence[Place], add: Sequence[Written]) -> Piece:
    """Remove notes, then add some; all others stay as they are.

    Parameters
    ----------
    piece : Piece
    remove : sequence of tuple
        Places of notes. Where there is none, nothing is removed.
    add : sequence of tuple

    Returns
    -------
    Piece
        Without a path, since its latents are not those of the notes any more.

    Raises
    ------
    MusicError
        If a note begins after the end of the piece, or there is no such drum.
    """
    added = make_notes(add)
    if len(added) and int(added["onset"].max()) >= piece.steps:
        raise MusicError(f"a note begins after the end of the piece, which has {piece.bars} bars")
    drums = added["pitch"][added["part"] == DRUMS]
    if not np.isin(drums, DRUM_PITCHES).all():
        raise MusicError(f"the drums have the pitches {', '.join(map(str, DRUM_PITCHES))} alone")
    places = set(remove)
    phrases = list(piece.phrases)
    for i, phrase in enumerate(piece.phrases):
        start = i * STEPS_PER_PHRASE
        kept = [
            (onset + start, part, pitch) not in places
            for onset, part, pitch in zip(
                phrase.notes["onset"].tolist(),
                phrase.notes["part"].tolist(),
                phrase.notes["pitch"].tolist(),
                strict=True,
            )
        ]
        new = np.array(added[added["onset"] // STEPS_PER_PHRASE == i])
        if all(kept) and not len(new):
            continue
        new["onset"] -= start
        phrases[i] = replace(
            phrase, notes=sort_notes(np.concatenate([phrase.notes[np.array(kept, bool)], new]))
        )
    return replace(piece, phrases=tuple(phrases), path=None)
