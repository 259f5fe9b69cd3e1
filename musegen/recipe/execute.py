"""Makes pieces from recipes and caches the most recent ones."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from cachetools import LRUCache

from musegen.errors import Cancelled, MusicError
from musegen.music import Piece
from musegen.music.arrange import copy_phrase, cut, join, repeat, retouch
from musegen.music.attributes import check_attributes
from musegen.music.harmony import Chords
from musegen.music.notes import PARTS
from musegen.recipe import schema
from musegen.recipe.batches import Draw, DrawBatches
from musegen.recipe.notes import piece_from_notes
from musegen.recipe.schema import Edit, Recipe, Sound, Source, cell_pairs

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["RecipeRunner", "apply_sound"]

_MAX_MORPH_BARS = 256  # 16 steps of 16 bars
_ONE_PLACE_BARS = 4  # a single phrase of the map is too short to listen to, so it repeats


class RecipeRunner:
    """Makes the pieces of recipes, and caches the result of each of their steps.

    People edit, undo or morph what they have just made, so most requests start from a cached piece.

    Parameters
    ----------
    get_model : callable
        Returns the model; it may block until the model has loaded.
    size : int
        How many pieces are cached. A piece of 16 bars takes 50 kB, its path 29 kB.
    max_seconds : float
        Time limit of one `run`; two hundred edits of 16 bars take less than 20 s.
    slot : callable
        Returns a context manager in which the model is used. Cached pieces need none.
    drawn : mapping of Source to Piece, optional
        What the model is known to make of some sources: they need no model.
    """

    def __init__(
        self,
        get_model: Callable[[], MuseGen],
        size: int = 256,
        max_seconds: float = 20,
        slot: Callable[[], AbstractContextManager[object]] = nullcontext,
        drawn: Mapping[Source, Piece] | None = None,
    ) -> None:
        self._get_model = get_model
        self._max_seconds = max_seconds
        self._slot = slot
        self._pieces: LRUCache[bytes, Piece] = LRUCache(size)
        self._drawn = {_source_key(source): piece for source, piece in (drawn or {}).items()}
        self._batches = DrawBatches()
        self._in_progress: WeakValueDictionary[bytes, threading.Lock] = WeakValueDictionary()
        self._lock = threading.Lock()  # guards both

    def run(self, recipe: Recipe, cancel: threading.Event | None = None) -> Piece:
        """Return the piece of a recipe: always the same one.

        Threads that ask for the same recipe at the same time share the work of one.

        Parameters
        ----------
        recipe : Recipe
        cancel : threading.Event, optional
            Set it to stop before the next step.

        Raises
        ------
        Cancelled
            If `cancel` was set.
        MusicError
            If the recipe asks for something impossible, or takes too long. The steps that were done
            in time stay cached, so a second try gets further.
        """
        keys = _step_keys(recipe)
        key = keys[-1]
        if self._cached(key) is None:
            self._get_model()  # the time limit does not include loading the model
        with self._lock:
            running = self._in_progress.setdefault(key, threading.Lock())
        # The slot comes last: a thread that waits for another one's result takes up none.
        with running:
            # Whatever step is cached, the work goes on from there: the source is not needed.
            is_new = all(self._cached(step) is None for step in reversed(keys))
            if is_new and isinstance(recipe.source, schema.Random):
                self._draw(recipe.source, cancel)
            with nullcontext() if self._cached(key) is not None else self._slot():
                deadline = time.monotonic() + self._max_seconds
                return self._make(recipe, partial(_check_progress, deadline, cancel))

    def is_cached(self, recipe: Recipe) -> bool:
        """Whether a recipe's piece needs no model."""
        return self._cached(_step_keys(recipe)[-1]) is not None

    def _draw(self, source: schema.Random, cancel: threading.Event | None) -> None:
        """Draw a piece, with others that wait for the model."""
        draw = self._batches.add(source)
        try:
            with self._slot():
                _check_progress(time.monotonic() + self._max_seconds, cancel)
                batch = self._batches.claim(draw)
                if batch:
                    self._draw_batch(batch)
        finally:
            self._batches.remove(draw)
        draw.piece.result()

    def _draw_batch(self, batch: Sequence[Draw]) -> None:
        try:
            pieces = _draw_alike(self._get_model(), [draw.source for draw in batch])
        except BaseException as error:
            for draw in batch:
                draw.piece.set_exception(error)
            raise
        for draw, piece in zip(batch, pieces, strict=True):
            draw.piece.set_result(self._keep(_source_key(draw.source), piece))

    def _make(self, recipe: Recipe, check: Callable[[], None]) -> Piece:
        """Make a recipe's piece, going on from the last of its steps that is cached."""
        keys = _step_keys(recipe)
        done = len(keys)
        piece = self._cached(keys[-1])
        while piece is None and done > 1:
            done -= 1
            piece = self._cached(keys[done - 1])
        make_end = partial(self._make, check=check)
        if piece is None:
            check()
            piece = self._keep(keys[0], _make_source(self._get_model(), recipe.source, make_end))
        for key, edit in zip(keys[done:], recipe.edits[done - 1 :], strict=True):
            check()
            piece = self._keep(key, _apply_edit(self._get_model(), edit, piece, make_end))
        return apply_sound(recipe.sound, piece)

    def _cached(self, key: bytes) -> Piece | None:
        with self._lock:
            return self._drawn.get(key) or self._pieces.get(key)

    def _keep(self, key: bytes, piece: Piece) -> Piece:
        with self._lock:
            self._pieces[key] = piece
        return piece


def apply_sound(sound: Sound, piece: Piece) -> Piece:
    """Return a piece played as a recipe's sound says."""
    if sound.key is not None:
        piece = piece.to_key(sound.key)
    if sound.tempo is not None:
        piece = piece.with_tempo(sound.tempo)
    if sound.programs:
        piece = piece.with_programs(sound.programs)
    feel = {name: getattr(sound, name) for name in ("swing", "human")}
    feel = {name: value for name, value in feel.items() if value is not None}
    if feel:
        # Phrase by phrase, because the ends of a morph can differ in the field that is not set.
        phrases = (replace(phrase, feel=replace(phrase.feel, **feel)) for phrase in piece.phrases)
        piece = replace(piece, phrases=tuple(phrases))
    if sound.silent:
        piece = _silence(piece, sound.silent)
    return piece


def _silence(piece: Piece, cells: schema.Cells) -> Piece:
    """Return a piece without the notes of some cells."""
    silent = {number: set[str]() for number in range(len(piece))}
    for number, part in cell_pairs(cells):
        silent.get(number, set()).add(part)
    phrases = (
        phrase.only([part for part in PARTS if part not in silent[number]])
        for number, phrase in enumerate(piece.phrases)
    )
    return replace(piece, phrases=tuple(phrases))


def _draw_alike(mg: MuseGen, sources: Sequence[schema.Random]) -> list[Piece]:
    """Draw pieces of sources that differ in their seeds alone."""
    asked = sources[0]
    return mg.random_many(
        [source.seed for source in sources],
        asked.bars,
        asked.form,
        asked.temperature,
        chords=asked.chords,
        style=asked.styles,
        guidance=asked.guidance,
    )


def _make_source(mg: MuseGen, source: Source, make_end: Callable[[Recipe], Piece]) -> Piece:
    match source:
        case schema.Random():
            return _draw_alike(mg, [source])[0]
        case schema.Notes():
            return piece_from_notes(source)
        case schema.Morph():
            bars = source.steps * source.bars
            if bars > _MAX_MORPH_BARS:
                raise MusicError(
                    f"this morph would have {bars} bars; the most is {_MAX_MORPH_BARS}: "
                    "take fewer steps or fewer bars"
                )
            a, b = (make_end(end).first(source.bars) for end in (source.a, source.b))
            chords = _chords_for(a, source.chords)
            return mg.interpolate(a, b, source.steps, source.curve, chords)
        case schema.Blend():
            corners = [make_end(corner).first(source.bars) for corner in source.corners]
            return mg.blend(corners, source.x, source.y)
        case schema.Mix():
            a, b = (make_end(end).first(source.bars) for end in (source.a, source.b))
            return mg.mix(a, b, source.harmony, source.texture)
        case schema.Line():
            phrases = mg.random_many(source.seeds, bars=2, form="free")
            return join(phrases, 2) if len(phrases) > 1 else repeat(phrases[0], _ONE_PLACE_BARS)


def _apply_edit(
    mg: MuseGen, edit: Edit, piece: Piece, make_end: Callable[[Recipe], Piece]
) -> Piece:
    match edit:
        case schema.Fill():
            return mg.fill(
                piece,
                edit.phrases,
                edit.seed,
                models=edit.models,
                parts=edit.parts,
                chords=_chords_for(piece, edit.chords),
                style=edit.styles,
                guidance=edit.guidance,
                cells=_pairs(edit.cells),
            )
        case schema.Accompany():
            return mg.accompany(
                piece,
                edit.keep,
                edit.seed,
                chords=_chords_for(piece, edit.chords),
                style=edit.styles,
                guidance=edit.guidance,
            )
        case schema.Restyle():
            return mg.restyle(piece, make_end(edit.like), edit.strength, edit.guidance)
        case schema.Vary():
            return mg.vary(
                piece,
                edit.similarity,
                edit.seed,
                edit.phrases,
                edit.models,
                edit.parts,
                bool(edit.keep_chords),
                _pairs(edit.cells),
            )
        case schema.Adjust():
            cells = _pairs(edit.cells)
            check_attributes(edit.changes)  # they become names of arguments
            return mg.adjust(piece, edit.phrases, edit.models, edit.parts, cells, **edit.changes)
        case schema.Extend():
            return mg.extend(piece, edit.bars, seed=edit.seed)
        case schema.Copy():
            if edit.cells is None:
                return copy_phrase(piece, edit.source, edit.target)
            return mg.copy_cells(piece, cell_pairs(edit.cells), edit.target - edit.source)
        case schema.Clear():
            return mg.clear(piece, cell_pairs(edit.cells))
        case schema.Cut():
            return cut(piece, edit.first, edit.phrases)
        case schema.Retouch():
            return retouch(piece, edit.remove, edit.add)
        case schema.Reconstruct():
            return mg.reconstruct(piece)


def _pairs(cells: schema.Cells | None) -> list[tuple[int, str]] | None:
    return None if cells is None else cell_pairs(cells)


def _chords_for(piece: Piece, text: str | None) -> Chords | None:
    """Return chords that are written in C in the key of a piece."""
    return Chords.from_text(text).transposed(piece.key) if text else None


def _source_key(source: Source) -> bytes:
    return _step_keys(Recipe(source=source))[0]


def _step_keys(recipe: Recipe) -> list[bytes]:
    """Cache keys: of the source, after the first edit, after the second, and so on."""
    keys = [b""]
    for step in (recipe.source, *recipe.edits):
        keys.append(_hash(keys[-1] + step.model_dump_json().encode()))
    return keys[1:]


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _check_progress(deadline: float, cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise Cancelled
    if time.monotonic() > deadline:
        raise MusicError("this piece takes long to make: ask for it once more, or for less")
