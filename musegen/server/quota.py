"""A quota for the last hour, shared out between visitors."""

from __future__ import annotations

import threading
import time
from collections import Counter

__all__ = ["HourlyQuota"]

_MINUTES = 60  # that an amount counts


class HourlyQuota:
    """Adds up amounts of the last hour, in all and for each visitor. Threads may share it.

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
        self._lock = threading.RLock()

    def has_room(self, visitor: str, amount: int) -> bool:
        """Whether a visitor may use so much."""
        with self._lock:
            self._forget_old()
            total = sum(self._sums.values())
            return total + amount <= self._limit and self._sums[visitor] + amount <= self._limit / 2

    def charge(self, visitor: str, amount: int) -> bool:
        """Use an amount of the quota if there is room for it; return whether there was."""
        with self._lock:
            if not self.has_room(visitor, amount):
                return False
            key = (_minute(), visitor)
            self._amounts[key] = self._amounts.get(key, 0) + amount
            self._sums[visitor] += amount
            return True

    def refund(self, visitor: str, amount: int) -> None:
        """Give back an amount that was charged: of the latest, as far as they still count."""
        with self._lock:
            for key in reversed([key for key in self._amounts if key[1] == visitor]):
                back = min(amount, self._amounts[key])
                self._amounts[key] -= back
                self._sums[visitor] -= back
                amount -= back

    def _forget_old(self) -> None:
        oldest = _minute() - _MINUTES
        while self._amounts and (key := next(iter(self._amounts)))[0] < oldest:
            self._sums[key[1]] -= self._amounts.pop(key)
            if not self._sums[key[1]]:
                del self._sums[key[1]]


def _minute() -> int:
    return int(time.monotonic() // 60)
