"""Finds pieces that are nearly the same: one melody, in any key and arrangement.

A data set can have a song twice, in other keys or under other names. If one copy is trained on and
the other is for test, the test measures memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from musegen.music.notes import DRUMS, PARTS, STEPS_PER_BAR, IntArray, NoteArray

__all__ = ["Sketch", "find_alike", "sketch"]

# Notes in a row that are compared, by the intervals and the times between them. In POP909, melodies
# of pieces that are the same song share 28 % of such rows and more, others 4 % at most.
_STEPS_IN_ROW = 6
_ALIKE = 0.15
_FEWEST = 12  # different rows in a melody: shorter ones are jingles, and alike by chance
_SKETCH = 256  # rows kept of a longer melody: the smallest by hash, a fair sample
_SHARED = 2  # rows that a pair shares at least before it is compared as a whole
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Sketch:
    """What a piece is recognized by.

    Attributes
    ----------
    lead, top : numpy.ndarray
        Hashes of rows of notes, uint64, sorted: of the lead, and of the highest notes of all parts
        but drums. Two versions of a piece may have the melody in different parts.
    """

    lead: IntArray
    top: IntArray


def sketch(notes: NoteArray) -> Sketch:
    """Return the sketch of a piece.

    Parameters
    ----------
    notes : numpy.ndarray
        All notes of the piece, dtype `NOTE`. Drums are left out: beats of different performances
        are alike.
    """
    lead = notes[notes["part"] == PARTS.index("lead")]
    return Sketch(_hash_line(lead), _hash_line(notes[notes["part"] != DRUMS]))


def _hash_line(notes: NoteArray) -> IntArray:
    """Return the smallest hashes of the rows of the highest notes."""
    notes = notes[np.lexsort((-notes["pitch"], notes["onset"]))]
    onset, first = np.unique(notes["onset"], return_index=True)
    interval = np.diff(notes["pitch"][first].astype(np.int64))
    wait = np.minimum(np.diff(onset), STEPS_PER_BAR)
    steps = ((interval + 128) * 32 + wait).astype(np.uint64)
    if len(steps) < _STEPS_IN_ROW:
        return np.zeros(0, np.uint64)
    code = np.zeros(len(steps) - _STEPS_IN_ROW + 1, np.uint64)
    for i in range(_STEPS_IN_ROW):
        code = (code ^ steps[i : i + len(code)]) * _MIX  # modulo 2^64
        code ^= code >> np.uint64(29)
    code = np.unique(code)
    return code[:_SKETCH] if len(code) >= _FEWEST else code[:0]


def find_alike(sketches: Sequence[Sketch]) -> list[list[int]]:
    """Group pieces that are nearly the same.

    Pairs are compared by the Jaccard index of their rows, estimated from the smallest hashes of
    both (Broder 1997, On the resemblance and containment of documents).

    Returns
    -------
    list of list of int
        The numbers of the pieces of each group with more than one.
    """
    edges: set[tuple[int, int]] = set()
    for line in ([one.lead for one in sketches], [one.top for one in sketches]):
        edges |= {(a, b) for a, b in _candidates(line) if _jaccard(line[a], line[b]) >= _ALIKE}
    if not edges:
        return []
    a, b = np.array(sorted(edges)).T
    graph = coo_matrix((np.ones(len(a)), (a, b)), shape=(len(sketches), len(sketches)))
    _, label = connected_components(graph, directed=False)
    groups: dict[int, list[int]] = {}
    for i in np.unique([a, b]).tolist():
        groups.setdefault(int(label[i]), []).append(i)
    return list(groups.values())


def _candidates(line: Sequence[IntArray]) -> list[tuple[int, int]]:
    """Return pairs of pieces that share rows.

    Of the pieces with a row, each is paired with the next one only, so that a row that thousands
    have does not give millions of pairs.
    """
    owner = np.repeat(np.arange(len(line)), [len(one) for one in line])
    code = np.concatenate([np.zeros(0, np.uint64), *line])
    order = np.lexsort((owner, code))
    owner, code = owner[order], code[order]
    same = np.flatnonzero(code[1:] == code[:-1])
    pairs, count = np.unique(np.stack([owner[same], owner[same + 1]]), axis=1, return_counts=True)
    return [(int(a), int(b)) for a, b in pairs[:, count >= _SHARED].T]


def _jaccard(a: IntArray, b: IntArray) -> float:
    union = np.union1d(a, b)[:_SKETCH]
    return len(np.intersect1d(np.intersect1d(a, b), union)) / len(union)
