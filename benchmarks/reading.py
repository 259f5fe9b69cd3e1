"""Counts the notes that reading and writing keep: ``python -m benchmarks.reading FOLDER...``.

Each folder directly in a FOLDER, with all files below it, is a corpus. Each file is read as a
piece, the piece is written as a file, and the notes of both files are compared. Prints the share of
each corpus's notes that are at the same pitch within 20, 60 and 130 ms of their time. A drum counts
as the pitch of its class, or of the nearest one, and instruments that play in unison may become one
note. Files that are MIDI but cannot be read as pieces count with all their notes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pretty_midi

from musegen.errors import MusicError
from musegen.midi import load_midi
from musegen.music.instruments import DRUM_PITCHES, nearest_drum_classes
from musegen.parallel import WorkerPool, parallel_map
from musegen.reading import read_midi_with_report

WITHIN = (0.02, 0.06, 0.13)  # seconds: hardly heard, heard as loose, heard as wrong
SAME_TIME = 0.005  # seconds: instruments in unison are at most so far apart
ENDINGS = (".mid", ".midi", ".kar", ".rmi")


@dataclass
class Corpus:
    """The files and notes of a corpus, and how many of the notes are kept."""

    files: int = 0
    notes: int = 0
    kept: list[int] = field(default_factory=lambda: [0] * len(WITHIN))


def notes_by_pitch(
    midi: pretty_midi.PrettyMIDI, late: float, drums: Collection[int]
) -> dict[tuple[bool, int], list[float]]:
    """Return the onsets of each pitch in seconds, rising, moved by `late`.

    `drums` are the indices of the instruments that play drums.
    """
    found: dict[tuple[bool, int], list[float]] = defaultdict(list)
    for index, instrument in enumerate(midi.instruments):
        pitch = np.array([note.pitch for note in instrument.notes])
        if index in drums:
            pitch = np.array(DRUM_PITCHES)[nearest_drum_classes(pitch)]
        for note, number in zip(instrument.notes, pitch.tolist(), strict=True):
            found[index in drums, number].append(note.start + late)
    return {key: sorted(times) for key, times in found.items()}


def count_kept(file: list[float], written: list[float], within: float) -> int:
    """Count the onsets of a file that have a written one within a time. Both lists rise.

    Each has its own, but for onsets at the same time, which are one note of a part.
    """
    kept, j, last, last_kept = 0, 0, -np.inf, False
    for time in file:
        if time - last < SAME_TIME:
            kept += last_kept
            continue
        while j < len(written) and written[j] < time - within:
            j += 1
        last, last_kept = time, j < len(written) and written[j] <= time + within
        kept, j = kept + last_kept, j + last_kept
    return kept


def measure(path: Path) -> tuple[int, list[int]]:
    """Return how many notes a file has, and how many of them are kept within each time."""
    warnings.simplefilter("ignore")
    try:
        before = load_midi(path)
    except MusicError:
        return 0, [0] * len(WITHIN)
    total = sum(len(instrument.notes) for instrument in before.instruments)
    try:
        piece, report = read_midi_with_report(path)
    except MusicError:
        return total, [0] * len(WITHIN)
    with tempfile.TemporaryDirectory() as folder:
        piece.write_midi(Path(folder) / "again.mid")
        again = load_midi(Path(folder) / "again.mid")
    drums = [i for i, instrument in enumerate(again.instruments) if instrument.is_drum]
    after = notes_by_pitch(again, 0.0, drums)
    drums = [track.index for track in report.tracks if track.part == "drums"]
    file = notes_by_pitch(before, report.start_shift, drums)
    kept = [
        sum(count_kept(times, after.get(key, []), within) for key, times in file.items())
        for within in WITHIN
    ]
    return total, kept


def main() -> None:
    """Measure all files and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the numbers here")
    parser.add_argument("--every", type=int, default=1, help="read only every so many files")
    parser.add_argument("--workers", type=int, help="processes; one for each core by default")
    options = parser.parse_args()
    files = [
        (path.relative_to(folder).parts[0] if path.parent != folder else folder.name, path)
        for folder in options.folders
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in ENDINGS
    ][:: options.every]
    corpora: dict[str, Corpus] = defaultdict(Corpus)
    pool = WorkerPool(workers=options.workers)
    results = parallel_map(measure, [path for _, path in files], pool, chunk_size=8)
    for (name, _), (notes, kept) in zip(files, results, strict=True):
        corpus = corpora[name]
        corpus.files += 1
        corpus.notes += notes
        corpus.kept = [a + b for a, b in zip(corpus.kept, kept, strict=True)]
    print("corpus           files     notes" + "".join(f"{1000 * t:5.0f} ms" for t in WITHIN))
    for name, corpus in corpora.items():
        shares = "".join(f"{kept / max(1, corpus.notes):8.4f}" for kept in corpus.kept)
        print(f"{name:15} {corpus.files:6} {corpus.notes:9,}{shares}")
    if options.json:
        numbers = {name: asdict(corpus) for name, corpus in corpora.items()}
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")


if __name__ == "__main__":
    main()
