"""A 5-gram language model of tokens, which measures how unusual a phrase is."""

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
        self._base = tokens + 1  # one more stands for the time before the start
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
        """Return the mean cost of a step in nats, float64 ``(n,)``."""
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
        """Return each token and the four before it as one number."""
        padded = np.pad(sequences, ((0, 0), (_ORDER - 1, 0)), constant_values=self.tokens)
        windows = np.lib.stride_tricks.sliding_window_view(padded, _ORDER, axis=1)
        return (windows @ self._base ** np.arange(_ORDER)[::-1]).ravel()

    def _shorter(
        self, grams: np.ndarray, counts: np.ndarray, order: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return n-grams without their first token, and how many different ones they had."""
        power = self._base ** (order - 1)
        # At the start of a sequence there is only one possible first token: count occurrences.
        started = grams % power // (power // self._base) == self.tokens
        shorter, index = np.unique(grams % power, return_inverse=True)
        return shorter, np.bincount(index, np.where(started, counts, 1)).astype(np.int64)


def _discount(counts: np.ndarray) -> float:
    once, twice = (counts == 1).sum(), (counts == 2).sum()
    return once / (once + 2 * twice) if once and twice else 0.5


def _look_up(known: np.ndarray, value: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the values of wanted keys, 0 for unknown ones; `known` is sorted."""
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, value[at], 0.0)
