"""The kitchen: pieces of recipes, and the last of them remembered."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from musegen.errors import MusicError

if TYPE_CHECKING:
    from musegen.generator import MuseGen
    from musegen.music import Piece
    from musegen.recipe.schema import Recipe

__all__ = ["RecipeRunner"]


class RecipeRunner:
    """Makes the pieces of recipes, and remembers the last ones.

    What was made a moment ago is what is changed, gone back to or morphed next. All of it is in
    the recipe, so that to forget it costs time alone.

    Parameters
    ----------
    get_model : callable
        Gives the model; it may take its time.
    size : int
        Pieces remembered. One of 16 bars has 50 kB, its path 16 kB.
    most_seconds : float
        Of work on one recipe; two hundred changes of sixteen bars take less than 20.
    turn : callable
        Gives a context in which a piece is made; what is remembered needs none.
    """

    def __init__(
        self,
        get_model: Callable[[], MuseGen],
        size: int = 256,
        most_seconds: float = 20,
        turn: Callable[[], AbstractContextManager] = nullcontext,
    ) -> None:
        self._get_model = get_model
        self._size = size
        self._most_seconds = most_seconds
        self._turn = turn
        self._made: OrderedDict[bytes, Piece] = OrderedDict()
        self._lock = threading.Lock()

    def run(self, recipe: Recipe) -> Piece:
        """The piece of a recipe: always the same.

        Raises
        ------
        MusicError
            If the recipe asks for what cannot be, or for what takes too long. What was made on the
            way is remembered: who asks again gets further.
        """
        self._get_model()  # waiting for it does not count
        made = self._recall(_names(recipe)[-1])
        if made is not None:
            return recipe.sound.of(made)
        with self._turn():
            return self._make(recipe, time.monotonic() + self._most_seconds)

    def _make(self, recipe: Recipe, deadline: float) -> Piece:
        source, edits = recipe.source, recipe.edits
        names = _names(recipe)
        done = len(names)
        piece = self._recall(names[done - 1])
        while piece is None and done > 1:
            done -= 1
            piece = self._recall(names[done - 1])
        if piece is None:
            _check(deadline)
            piece = self._keep(
                names[0], source.make(self._get_model(), partial(self._make, deadline=deadline))
            )
        for name, edit in zip(names[done:], edits[done - 1 :], strict=True):
            _check(deadline)
            piece = self._keep(name, edit.change(self._get_model(), piece))
        return recipe.sound.of(piece)

    def _recall(self, name: bytes) -> Piece | None:
        with self._lock:
            if name in self._made:
                self._made.move_to_end(name)
            return self._made.get(name)

    def _keep(self, name: bytes, piece: Piece) -> Piece:
        with self._lock:
            self._made[name] = piece
            while len(self._made) > self._size:
                self._made.popitem(last=False)
        return piece


def _names(recipe: Recipe) -> list[bytes]:
    """One for each state on the way: of the source, after the first change, after the second."""
    names = [_digest(recipe.source.model_dump_json().encode())]
    for edit in recipe.edits:
        names.append(_digest(names[-1] + edit.model_dump_json().encode()))
    return names


def _check(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise MusicError("this takes long to make: ask for it once more, or for less")


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
