"""Draws that wait for the model at the same time are made in one batch."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property

from musegen.limits import DEFAULT_BARS
from musegen.music import Piece
from musegen.recipe.schema import Random

__all__ = ["Draw", "DrawBatches"]

# Four pieces of 16 bars take 2.3 times as long as one. More at a time take nearly as long one by
# one, and whoever comes next waits longer.
_MOST_BARS = 4 * DEFAULT_BARS


@dataclass(eq=False)
class Draw:
    """A piece that a thread needs.

    Attributes
    ----------
    source : Random
    piece : Future
        Whoever draws it sets the piece.
    """

    source: Random
    piece: Future[Piece] = field(default_factory=lambda: Future())

    @cached_property
    def settings(self) -> Random:
        """What draws of one batch have in common: all but the seed."""
        return self.source.model_copy(update={"seed": 0})


class DrawBatches:
    """Gives a thread that may use the model the draws of others that wait for it, too.

    Every thread adds its draw before it waits. When its turn comes, it claims a batch, unless
    another thread has claimed its draw before.
    """

    def __init__(self) -> None:
        self._waiting: list[Draw] = []
        self._lock = threading.Lock()

    def add(self, source: Random) -> Draw:
        """Add a draw, which others may claim from now on."""
        draw = Draw(source)
        with self._lock:
            self._waiting.append(draw)
        return draw

    def remove(self, draw: Draw) -> None:
        """Remove a draw that nobody needs any more, unless it was claimed."""
        with self._lock:
            if draw in self._waiting:
                self._waiting.remove(draw)

    def claim(self, draw: Draw) -> list[Draw]:
        """Claim a draw and those that can be made with it.

        Returns
        -------
        list of Draw
            The draw first; none if another thread has claimed it.
        """
        with self._lock:
            if draw not in self._waiting:
                return []
            alike = [other for other in self._waiting if other.settings == draw.settings]
            alike.sort(key=lambda other: other is not draw)
            claimed = alike[: max(1, _MOST_BARS // max(1, draw.source.bars))]
            self._waiting = [other for other in self._waiting if other not in claimed]
            return claimed
