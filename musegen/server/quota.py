"""What was taken in the last hour, bounded."""

from __future__ import annotations

import time
from collections import Counter, deque

__all__ = ["HourlyQuota"]

_HOUR = 3600.0  # seconds


class HourlyQuota:
    """Adds up what is taken within an hour, by anybody and by each.

    Parameters
    ----------
    most : float
        That all together may take. Half of it is for one at the most, so that nobody takes all.
    """

    def __init__(self, most: float) -> None:
        self._most = most
        self._taken: deque[tuple[float, str, float]] = deque()  # when, by whom, how much
        self._sums: Counter[str] = Counter()

    def take(self, who: str, amount: float) -> bool:
        """Take some, if there is so much left; whether there was."""
        now = time.monotonic()
        while self._taken and now - self._taken[0][0] > _HOUR:
            _, other, taken = self._taken.popleft()
            self._sums[other] -= taken
            self._sums += Counter()  # forgets who has nothing
        if self._sums.total() + amount > self._most or self._sums[who] + amount > self._most / 2:
            return False
        self._taken.append((now, who, amount))
        self._sums[who] += amount
        return True
