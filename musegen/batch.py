"""Many pieces at once: made a few at a time, side by side, each written where it was made."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from musegen.audio import FORMATS, render, write_audio
from musegen.errors import MusicWarning
from musegen.files import atomic_write
from musegen.latent.paths import stack_path
from musegen.music import Piece
from musegen.music.notes import BARS_PER_PHRASE
from musegen.parallel import WorkerPool, parallel_map
from musegen.reading import read_midi

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["MIDI", "PATH", "draw_pieces", "vary_file", "write_many", "write_piece"]

MIDI, PATH = ".mid", ".npy"  # what a file holds, by its ending, but for `FORMATS` of sound
# Phrases that are made at once. In larger batches a piece takes hardly less time, and workers
# would have fewer of them to share. The same whoever makes them, so that all is rounded alike.
_AT_ONCE = 128


def draw_pieces(mg: MuseGen, numbers: range, seed: int, **how: object) -> list[Piece]:
    """Draw pieces of the seeds from `seed` on; `how` is as in `MuseGen.random_many`."""
    return mg.random_many([seed + number for number in numbers], **how)


def vary_file(
    mg: MuseGen, numbers: range, file: Path, similarity: float, changes: dict[str, float]
) -> list[Piece]:
    """Vary a MIDI file, each number being a seed, and adjust the variations if that is asked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MusicWarning)  # whoever asked for this has read it, too
        piece = read_midi(file)
    piece = replace(piece, path=mg.encode(piece))
    varied = [mg.vary(piece, similarity, number) for number in numbers]
    return [mg.adjust(one, **changes) for one in varied] if changes else varied


def write_many(
    make: Callable[[MuseGen, range], list[Piece]],
    count: int,
    bars: int,
    outs: Sequence[Path],
    pool: WorkerPool,
) -> None:
    """Make pieces and write their files, with a progress bar on stderr.

    Parameters
    ----------
    make : callable
        Gives the pieces of some numbers, counted from 0. It is sent to other processes, so it is
        a `functools.partial` of a function of a module. Each process loads the model once.
    count : int
        How many pieces; files of more than one are numbered from 1.
    bars : int
        The length of a piece.
    outs : sequence of Path
        Where they go. An ``.npy`` file gets the paths of all, stacked.
    pool : WorkerPool
        What makes them. They are the same, note for note, whichever it is. Workers on other
        machines must see the folders of `outs` in the same place.

    Raises
    ------
    WorkerError
        If the pool has no workers or loses one.
    """
    outs = [out.absolute() for out in outs]  # workers may have been started in another folder
    at_once = max(1, _AT_ONCE * BARS_PER_PHRASE // bars)
    numbers = [range(i, min(i + at_once, count)) for i in range(0, count, at_once)]
    work = partial(_write_some, make=make, count=count, outs=outs)
    with ExitStack() as stack:
        paths = [out for out in outs if out.suffix == PATH]
        write_paths = [stack.enter_context(_stacked(out, count)) for out in paths]
        bar = stack.enter_context(tqdm(total=count, unit=" pieces", disable=len(numbers) == 1))
        for some, made in zip(numbers, parallel_map(work, numbers, pool), strict=True):
            for write in write_paths:
                write(made)
            bar.update(len(some))


def write_piece(piece: Piece, outs: Sequence[Path]) -> None:
    """Write the MIDI files and the sounds of a piece."""
    for out in outs:
        if out.suffix == MIDI:
            piece.write_midi(out)
    heard = [out for out in outs if out.suffix in FORMATS]
    if heard:
        audio, rate = render(piece)
        for out in heard:
            write_audio(out, audio, rate)


def _write_some(
    numbers: range,
    make: Callable[[MuseGen, range], list[Piece]],
    count: int,
    outs: Sequence[Path],
) -> np.ndarray | None:
    """Make some of the pieces and write their files; give their paths if these are asked for."""
    pieces = make(_loaded(), numbers)
    for number, piece in zip(numbers, pieces, strict=True):
        write_piece(piece, [_number(out, number + 1, count) for out in outs])
    if any(out.suffix == PATH for out in outs):
        return np.stack([stack_path(piece.path) for piece in pieces])
    return None


@cache
def _loaded() -> MuseGen:
    """The model, loaded once in each process that makes pieces."""
    from musegen import generator

    return generator.load()


def _number(path: Path, number: int, count: int) -> Path:
    if count == 1:
        return path
    return path.with_stem(f"{path.stem}-{number:0{max(3, len(str(count)))}}")


@contextmanager
def _stacked(out: Path, count: int) -> Iterator[Callable[[np.ndarray], None]]:
    """Write an ``.npy`` file of `count` paths, some at a time; of one alone, that path."""
    with atomic_write(out) as beside, beside.open("wb") as file:

        def write(paths: np.ndarray) -> None:
            if not file.tell():
                shape = (count, *paths.shape[1:]) if count > 1 else paths.shape[1:]
                header = {"descr": "<f4", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
            file.write(paths.astype("<f4").tobytes())

        yield write
