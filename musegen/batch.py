"""Makes many pieces, some at a time and in parallel; each worker writes its own files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from musegen.audio import FORMATS, render, write_audio
from musegen.files import atomic_write
from musegen.hearing import read_music
from musegen.latent.paths import stack_path
from musegen.midi.load import display_text
from musegen.music import Piece
from musegen.music.notes import BARS_PER_PHRASE
from musegen.parallel import WorkerPool, parallel_map
from musegen.sheets import LEAD_SHEET, SHEETS, is_lead_sheet, write_sheets

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = [
    "MIDI",
    "PATH",
    "MakePieces",
    "draw_pieces",
    "vary_file",
    "write_many",
    "write_piece",
]

# Endings of files, in lower case; those of sound are `FORMATS`, those of sheet music `SHEETS`.
MIDI, PATH = (".mid", ".midi", ".kar"), ".npy"
# Phrases made at once. Larger batches hardly save time, and leave fewer for other workers. The
# number does not depend on the workers, so that rounding does not either.
_PHRASES_AT_ONCE = 128

MakePieces = Callable[["MuseGen", range], list[Piece]]  # makes the pieces of some numbers


def draw_pieces(mg: MuseGen, numbers: range, seed: int, **options: Any) -> list[Piece]:
    """Draw pieces of the seeds from `seed` on; `options` are those of `MuseGen.random_many`."""
    return mg.random_many([seed + number for number in numbers], **options)


def vary_file(
    mg: MuseGen,
    numbers: range,
    file: Path,
    similarity: float,
    changes: dict[str, Any],
    keep_chords: bool = False,
) -> list[Piece]:
    """Make variations of a MIDI file, with the numbers as seeds; then `MuseGen.adjust` them."""
    piece, _ = read_music(file)  # the main process has shown the report
    piece = replace(piece, path=mg.encode(piece))
    varied = [mg.vary(piece, similarity, number, keep_chords=keep_chords) for number in numbers]
    return [mg.adjust(one, **changes) for one in varied] if changes else varied


def write_many(
    make: MakePieces, count: int, bars: int, outs: Sequence[Path], pool: WorkerPool
) -> None:
    """Make pieces and write their files, with a progress bar on stderr.

    Parameters
    ----------
    make : callable
        A function of a module, or a `functools.partial` of one, because it is sent to other
        processes. Each process loads the model once.
    count : int
        How many pieces; files of more than one are numbered from 1.
    bars : int
        The length of a piece.
    outs : sequence of Path
        Where they go. An ``.npy`` file gets the paths of all pieces, stacked.
    pool : WorkerPool
        Does not change the notes. Workers on other machines must find the folders of `outs` under
        the same names.

    Raises
    ------
    WorkerError
        If the pool has no workers or loses one.
    """
    outs = [out.absolute() for out in outs]  # workers may run in another folder
    at_once = max(1, _PHRASES_AT_ONCE * BARS_PER_PHRASE // bars)
    numbers = [range(i, min(i + at_once, count)) for i in range(0, count, at_once)]
    work = partial(_write_some, make=make, count=count, outs=outs)
    with ExitStack() as stack:
        paths = [out for out in outs if out.suffix.lower() == PATH]
        writers = [stack.enter_context(_open_stack(out, count)) for out in paths]
        bar = stack.enter_context(tqdm(total=count, unit=" pieces", disable=len(numbers) == 1))
        for some, made in zip(numbers, parallel_map(work, numbers, pool), strict=True):
            if made is not None:
                for write in writers:
                    write(made)
            bar.update(len(some))


def write_piece(piece: Piece, outs: Sequence[Path]) -> None:
    """Write the MIDI files, the sheet music and the sound files of a piece."""
    for out in outs:
        if out.suffix.lower() in MIDI:
            piece.write_midi(out)
    sheets = [out for out in outs if out.suffix.lower() in SHEETS]
    if sheets:
        write_sheets(piece, sheets, title=display_text(sheets[0].name.partition(".")[0]))
    sounds = [out for out in outs if out.suffix.lower() in FORMATS]
    if sounds:
        audio, rate = render(piece)
        for out in sounds:
            write_audio(out, audio, rate)


def _write_some(
    numbers: range, make: MakePieces, count: int, outs: Sequence[Path]
) -> np.ndarray | None:
    """Make some pieces and write their files; return their paths if an ``.npy`` file needs them."""
    pieces = make(_load_once(), numbers)
    for number, piece in zip(numbers, pieces, strict=True):
        write_piece(piece, [_numbered(out, number + 1, count) for out in outs])
    if any(out.suffix.lower() == PATH for out in outs):
        return np.stack([stack_path(piece.path or {}) for piece in pieces])
    return None


@cache
def _load_once() -> MuseGen:
    from musegen import generator

    return generator.load()


def _numbered(path: Path, number: int, count: int) -> Path:
    if count == 1:
        return path
    lead = LEAD_SHEET if is_lead_sheet(path) else ""
    digits = f"{number:0{max(3, len(str(count)))}}"
    return path.with_stem(f"{path.stem[: -len(lead) or None]}-{digits}{lead}")


@contextmanager
def _open_stack(out: Path, count: int) -> Iterator[Callable[[np.ndarray], None]]:
    """Write an ``.npy`` file piece by piece; of a single piece, without the first dimension."""
    with atomic_write(out) as temporary, temporary.open("wb") as file:

        def write(paths: np.ndarray) -> None:
            if not file.tell():
                shape = (count, *paths.shape[1:]) if count > 1 else paths.shape[1:]
                header = {"descr": "<f4", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
            file.write(paths.astype("<f4").tobytes())

        yield write
