"""What a set of pitch classes over a bass is called."""

from __future__ import annotations

from collections.abc import Collection

from musegen.music.harmony.chord import Chord
from musegen.music.harmony.qualities import COMMON, quality_name

__all__ = ["identify"]


def identify(pitch_classes: Collection[int], bass: int) -> Chord:
    """Return the chord that has these pitch classes.

    Many sets have several names, since Am7 over C has the notes of C6. A common name with the bass
    as its root comes first, then the most common one, then the bass with whatever is above it.

    Parameters
    ----------
    pitch_classes : collection of int
        At least one.
    bass : int
        One of them.
    """
    roots = [bass, *sorted(set(pitch_classes) - {bass})]
    best, best_rank = bass, len(COMMON)
    for root in roots:
        name = quality_name(_above(root, pitch_classes))
        rank = COMMON.index(name) if name in COMMON else len(COMMON)
        if rank < best_rank:
            best, best_rank = root, rank
            if root == bass:
                break
    return Chord(best, _above(best, pitch_classes), bass)


def _above(root: int, pitch_classes: Collection[int]) -> tuple[int, ...]:
    return tuple(sorted({(pitch_class - root) % 12 for pitch_class in pitch_classes}))
