"""Builds one set of phrases from many sources, and counts what was left out and why."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from tqdm import tqdm

from musegen.datasets.near_duplicates import Sketch, find_alike, sketch
from musegen.errors import MusicError
from musegen.midi.load import display_text
from musegen.music.notes import STEPS_PER_BAR, STEPS_PER_PHRASE
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import SPLITS, PhraseSet
from musegen.music.piece import Piece
from musegen.parallel import ALL_CORES, WorkerPool, parallel_map

__all__ = ["Source", "Summary", "build_phrases", "cut_phrases", "split_by_name"]

# A phrase with fewer notes is mostly silence before or after the music.
_FEWEST_NOTES = 4
_AT_ONCE = 8  # files that a worker is sent: reading one takes less than a tenth of a second
_NAMES = 20  # at most in a line of the summary


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
    style : str
        Such as ``jazz``; empty if it is not known.
    sections : callable, optional
        Returns the section of each bar of the piece, as in `PhraseSet.section`.
    """

    name: str
    split: str
    read: Callable[[], Piece]
    style: str = ""
    sections: Callable[[Piece], Sequence[str]] | None = None


@dataclass(frozen=True)
class Summary:
    """How many sources, phrases and notes were kept, and why others were left out.

    Attributes
    ----------
    sources, phrases, notes : int
    short_phrases : int
        How many phrases were left out because they have too few notes.
    left_out : mapping of str to sequence of str
        The names of the sources that were left out, by reason.
    alike : sequence of sequence of str
        The names of sources that are nearly the same, and are therefore in one split.
    """

    sources: int
    phrases: int
    notes: int
    short_phrases: int
    left_out: Mapping[str, Sequence[str]]
    alike: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [f"{self.sources:,} sources, {self.phrases:,} phrases, {self.notes:,} notes"]
        if self.short_phrases:
            lines.append(f"  left out: {self.short_phrases:,} phrases with too few notes")
        for reason, names in sorted(self.left_out.items(), key=lambda item: -len(item[1])):
            lines.append(f"  left out: {len(names):,} {reason}: {_list(names)}")
        lines += [f"  nearly the same, so in one split: {_list(names)}" for names in self.alike]
        return "\n".join(lines)


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
    return ", ".join(map(display_text, names[:_NAMES])) + more


def split_by_name(name: str, one_in: int = 20) -> str:
    """Choose a split by a name alone: one in so many each is for validation and for test."""
    bucket = zlib.crc32(name.encode("utf-8", "surrogateescape")) % one_in
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


@dataclass(frozen=True, eq=False)
class _Found:
    """What reading a source gave: phrases, or the reason why there are none."""

    phrases: PhraseSet | None
    sketch: Sketch | None = None
    short_phrases: int = 0
    reason: str = ""


def _read(source: Source) -> _Found:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            piece = source.read()
            sections = source.sections(piece) if source.sections else [""] * piece.bars
    except MusicError as error:
        return _Found(None, reason=str(error))
    except Exception as error:  # a defect of the reader must not lose thousands of other files
        return _Found(None, reason=f"could not be read ({type(error).__name__}: {error})")
    phrases, bars = cut_phrases(piece)
    short = max(1, piece.bars - 1) - len(phrases)
    if not phrases:
        return _Found(None, reason="shorter than a phrase or nearly empty")
    n = len(phrases)
    section = [sections[bar] for bar in bars]
    columns = ([source.name] * n, bars, [source.split] * n, [source.style] * n, section)
    return _Found(PhraseSet.from_phrases(phrases, *columns), sketch(piece.notes), short)


def build_phrases(
    sources: Sequence[Source], pool: WorkerPool = ALL_CORES
) -> tuple[PhraseSet, Summary]:
    """Read all sources in parallel and collect their phrases, with a progress bar on stderr.

    Sources that are nearly the same (`musegen.datasets.near_duplicates`) get one split: test if one
    of them is for test, else validation if one is.

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
    left_out: dict[str, list[str]] = {}
    names: list[str] = []
    sets: list[PhraseSet] = []
    sketches: list[Sketch] = []
    short_phrases = 0
    results = parallel_map(_read, sources, pool, _AT_ONCE)
    for source, found in zip(
        sources, tqdm(results, total=len(sources), unit=" files"), strict=True
    ):
        if found.phrases is None or found.sketch is None:
            left_out.setdefault(found.reason, []).append(source.name)
        else:
            names.append(source.name)
            sets.append(found.phrases)
            sketches.append(found.sketch)
            short_phrases += found.short_phrases
    if not sets:
        reasons = "; ".join(f"{len(some)} {reason}" for reason, some in left_out.items())
        raise MusicError(
            f"no phrases were found in {len(sources)} files: {reasons or 'there is no music'}"
        )
    alike = find_alike(sketches)
    for group in alike:
        split = _most_held_out(str(sets[i].split[0]) for i in group)
        for i in group:
            sets[i] = replace(sets[i], split=np.full(len(sets[i]), split))
    phrases = PhraseSet.join(sets)
    groups = [[names[i] for i in group] for group in alike]
    return phrases, Summary(
        len(sets), len(phrases), len(phrases.notes), short_phrases, left_out, groups
    )


def _most_held_out(splits: Iterable[str]) -> str:
    """Return the last of some splits in the order of `SPLITS`."""
    return max(splits, key=SPLITS.index)
