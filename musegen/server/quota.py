"""A quota for the last hour, shared out between visitors."""

from __future__ import annotations

import time
from collections import Counter

__all__ = ["HourlyQuota"]

_MINUTES = 60  # that an amount counts


class HourlyQuota:
    """Adds up amounts of the last hour, in all and for each visitor.

    Libraries that limit rates count requests, and cannot give back what a refused one took.

    Parameters
    ----------
    limit : float
        Largest sum of the last hour. One visitor may use half of it.
    """

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._amounts: dict[tuple[int, str], int] = {}  # by minute and visitor, oldest first
        self._sums: Counter[str] = Counter()

    def has_room(self, visitor: str, amount: int) -> bool:
        """Whether a visitor may use so much."""
        self._forget_old()
        total = sum(self._sums.values())
        return total + amount <= self._limit and self._sums[visitor] + amount <= self._limit / 2

    def charge(self, visitor: str, amount: int) -> bool:
        """Use an amount of the quota if there is room for it; return whether there was."""
        if not self.has_room(visitor, amount):
            return False
        self._add(visitor, amount)
        return True

    def refund(self, visitor: str, amount: int) -> None:
        """Give back an amount that was charged a moment ago."""
        self._add(visitor, -amount)

    def _add(self, visitor: str, amount: int) -> None:
        key = (_minute(), visitor)
        self._amounts[key] = self._amounts.get(key, 0) + amount
        self._sums[visitor] += amount

    def _forget_old(self) -> None:
        oldest = _minute() - _MINUTES
        while self._amounts and (key := next(iter(self._amounts)))[0] < oldest:
            self._sums[key[1]] -= self._amounts.pop(key)
            if not self._sums[key[1]]:
                del self._sums[key[1]]


def _minute() -> int:
    return int(time.monotonic() // 60)
