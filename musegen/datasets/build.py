"""Builds one set of phrases from many sources, and counts what was left out and why."""

from __future__ import annotations

import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from musegen.errors import MusicError
from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_PHRASE
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet
from musegen.music.piece import Piece
from musegen.parallel import ALL_CORES, WorkerPool, parallel_map

__all__ = ["Source", "Summary", "build_phrases", "cut_phrases", "split_by_name"]

# A phrase with fewer notes is mostly silence before or after the music.
_FEWEST_NOTES = 4
_AT_ONCE = 8  # files that a worker is sent: reading one takes less than a tenth of a second


@dataclass(frozen=True)
class Source:
    """A song or performance that can be read.

    Attributes
    ----------
    name : str
        The name of the source in the set of phrases.
    split : str
        One of `musegen.music.phrase_set.SPLITS`.
    read : callable
        Returns the `Piece`, or raises a `MusicError` with the reason to leave it out. It is sent
        to other processes, so it must be a function of a module or a `functools.partial` of one.
    """

    name: str
    split: str
    read: Callable[[], Piece]


@dataclass(frozen=True)
class Summary:
    """How many sources, phrases and notes were kept, and why others were left out.

    Attributes
    ----------
    sources, phrases, notes : int
    left_out : mapping of str to int
        The number of sources by reason; ``phrases with too few notes`` counts phrases.
    """

    sources: int
    phrases: int
    notes: int
    left_out: Counter[str]

    def __str__(self) -> str:
        lines = [f"{self.sources:,} sources, {self.phrases:,} phrases, {self.notes:,} notes"]
        lines += [f"  left out: {n:,} {reason}" for reason, n in self.left_out.most_common()]
        return "\n".join(lines)


def split_by_name(name: str) -> str:
    """Choose a split by a name alone: a twentieth each is for validation and for test."""
    bucket = zlib.crc32(name.encode()) % 20
    return {0: "validation", 1: "test"}.get(bucket, "train")


def cut_phrases(piece: Piece) -> tuple[list[Phrase], list[int]]:
    """Cut a piece into two-bar phrases that start at each bar, without the nearly empty ones.

    Returns
    -------
    phrases : list of Phrase
    bars : list of int
        The bar that each phrase starts at.
    """
    notes = piece.notes
    phrases, bars = [], []
    for bar in range(max(1, piece.bars - 1)):
        start = bar * STEPS_PER_BAR
        low, high = np.searchsorted(notes["onset"], [start, start + STEPS_PER_PHRASE])
        if high - low < _FEWEST_NOTES:
            continue
        own = notes[low:high].copy()
        own["onset"] -= start
        around = piece.phrases[bar // 2]
        phrases.append(Phrase(own, around.key, around.tempo))
        bars.append(bar)
    return phrases, bars


def _read(source: Source) -> tuple[PhraseSet | None, str, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            piece = source.read()
    except MusicError as error:
        return None, str(error), 0
    phrases, bars = cut_phrases(piece)
    dropped = max(1, piece.bars - 1) - len(phrases)
    if not phrases:
        return None, "shorter than a phrase or nearly empty", 0
    n = len(phrases)
    return PhraseSet.from_phrases(phrases, [source.name] * n, bars, [source.split] * n), "", dropped


def build_phrases(
    sources: Sequence[Source], pool: WorkerPool = ALL_CORES
) -> tuple[PhraseSet, Summary]:
    """Read all sources in parallel and collect their phrases, with a progress bar on stderr.

    Parameters
    ----------
    sources : sequence of Source
        The result has the same order.
    pool : WorkerPool
        What reads them. The result does not depend on it, byte for byte.

    Raises
    ------
    MusicError
        If there is no phrase at all.
    WorkerError
        If the pool has no workers or loses one.
    """
    left_out: Counter[str] = Counter()
    sets = []
    results = parallel_map(_read, sources, pool, _AT_ONCE)
    for found, reason, dropped in tqdm(results, total=len(sources), unit=" files"):
        if found is None:
            left_out[reason] += 1
        else:
            sets.append(found)
            left_out["phrases with too few notes"] += dropped
    if not sets:
        reasons = "; ".join(f"{n} {reason}" for reason, n in left_out.most_common(3))
        raise MusicError(
            f"no phrases were found in {len(sources)} files: {reasons or 'there is no music'}"
        )
    phrases = PhraseSet.join(sets)
    return phrases, Summary(len(sets), len(phrases), len(phrases.notes), +left_out)
