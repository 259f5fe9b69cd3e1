"""A 5-gram language model of tokens: how surprising a phrase is, step by step."""

from __future__ import annotations

import numpy as np

__all__ = ["NgramModel"]

_ORDER = 5


class NgramModel:
    """Interpolated Kneser-Ney smoothing (Chen and Goodman 1999), one discount for each order.

    Parameters
    ----------
    sequences : numpy.ndarray
        Int64 ``(n, steps)``, tokens from 0 to ``tokens - 1``.
    tokens : int
        How many there are.
    """

    def __init__(self, sequences: np.ndarray, tokens: int) -> None:
        self.tokens = tokens
        self._base = tokens + 1  # and one for what is before the start
        grams, counts = np.unique(self._grams(sequences), return_counts=True)
        self._levels: list[tuple[np.ndarray, ...]] = []
        for order in range(_ORDER, 0, -1):
            discount = _discount(counts)
            context, first = np.unique(grams // self._base, return_index=True)
            total = np.add.reduceat(counts, first)
            kinds = np.diff(np.append(first, len(grams)))
            self._levels.insert(0, (grams, counts - discount, context, total, discount * kinds))
            if order > 1:
                grams, counts = self._shorter(grams, counts, order)

    def cost(self, sequences: np.ndarray) -> np.ndarray:
        """Nats a step of some sequences: float64 ``(n,)``."""
        grams = self._grams(sequences)
        chance = np.full(len(grams), 1 / self.tokens)
        for order, (known, count, context, total, left) in enumerate(self._levels, start=1):
            own = grams % self._base**order
            times = _look_up(known, count, own)
            seen = _look_up(context, total, own // self._base)
            rest = _look_up(context, left, own // self._base)
            mixed = (times + rest * chance) / np.maximum(seen, 1)
            chance = np.where(seen > 0, mixed, chance)
        return -np.log(chance).reshape(len(sequences), -1).mean(1)

    def _grams(self, sequences: np.ndarray) -> np.ndarray:
        """Each token with the four before it, as one number."""
        padded = np.pad(sequences, ((0, 0), (_ORDER - 1, 0)), constant_values=self.tokens)
        windows = np.lib.stride_tricks.sliding_window_view(padded, _ORDER, axis=1)
        return (windows @ self._base ** np.arange(_ORDER)[::-1]).ravel()

    def _shorter(
        self, grams: np.ndarray, counts: np.ndarray, order: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same without their first token, and how many different ones stood there."""
        power = self._base ** (order - 1)
        # Nothing but the start stands before the start: there, how often.
        started = grams % power // (power // self._base) == self.tokens
        shorter, index = np.unique(grams % power, return_inverse=True)
        return shorter, np.bincount(index, np.where(started, counts, 1)).astype(np.int64)


def _discount(counts: np.ndarray) -> float:
    once, twice = (counts == 1).sum(), (counts == 2).sum()
    return once / (once + 2 * twice) if once and twice else 0.5


def _look_up(known: np.ndarray, value: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Values of what is known, 0 of the rest; `known` is sorted."""
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, value[at], 0.0)
