"""The Groove MIDI Dataset: human drummers on an electronic kit.

Gillick et al. (2019), Learning to Groove with Inverse Sequence Transformations, ICML.
https://magenta.tensorflow.org/datasets/groove, CC BY 4.0.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from musegen.datasets.build import Source, split_by_name
from musegen.errors import MusicError
from musegen.midi import load_midi
from musegen.music.notes import STEPS_PER_PHRASE
from musegen.music.piece import Piece
from musegen.reading import quantize_drums

__all__ = ["find_sources", "read_performance"]


def find_sources(folders: list[Path]) -> list[Source]:
    """List the performances in the data set's ``info.csv``.

    The validation and test splits of the data set are the test split here. A twentieth of its
    training split is for validation.

    Raises
    ------
    MusicError
        If there is no ``info.csv`` under the folders, or one is not that of Groove.
    """
    sources = []
    for folder in folders:
        for info in sorted(folder.rglob("info.csv")):
            with info.open(newline="") as file:
                try:
                    sources += _performances(info.parent, csv.DictReader(file))
                except (KeyError, TypeError, ValueError):
                    raise MusicError(
                        f"{info} is not that of Groove: download the set anew"
                    ) from None
    if not sources:
        where = ", ".join(str(folder) for folder in folders)
        raise MusicError(f"no performances under {where}: give the folder that has info.csv")
    return sources


def _performances(folder: Path, rows: Iterable[dict[str, str]]) -> Iterator[Source]:
    for row in rows:
        path = folder / row["midi_filename"]
        if path.exists():
            yield _source(path, row)


def _source(path: Path, row: dict[str, str]) -> Source:
    name = f"groove/{row['id']}"
    split = "test"
    if row["split"] == "train":
        split = "validation" if split_by_name(name) == "validation" else "train"
    read = partial(read_performance, path, row["time_signature"], float(row["bpm"]))
    # A second style after a slash ("jazz/funk") is a nuance of the first.
    return Source(name, split, read, row["style"].split("/")[0])


def read_performance(path: Path, time_signature: str, tempo: float) -> Piece:
    """Read a performance as notes of the nine classes with velocities and offsets.

    Raises
    ------
    MusicError
        If it is not in 4/4, or has no drums of the nine classes.
    """
    if time_signature != "4-4":
        raise MusicError("not in 4/4")
    midi = load_midi(path)
    notes = quantize_drums(midi, midi.instruments)
    if not len(notes):
        raise MusicError("no drums of the nine classes")
    phrases = int(notes["onset"].max()) // STEPS_PER_PHRASE + 1
    return Piece.from_notes(notes, [0] * phrases, [tempo] * phrases)
