"""Measures the recogniser of chords: ``python -m benchmarks.chords DATA``.

DATA has POP909 and POP909-CL, as `musegen.datasets.pop909` finds them. The songs for test are
compared with their labels beat by beat: which share of the labelled beats has the right root, the
right root and the same notes above it, the right root and as labelled a minor third or none, and
the right bass. Where DATA has ``bands``, ``hymns`` or ``lieder``, which have no labels, it prints
which share of what sounds is in the recognised chord, and how many beats a chord lasts.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from musegen.datasets import DATASETS
from musegen.datasets.chord_labels import LabelledSong, read_labelled_songs
from musegen.errors import MusicError
from musegen.music import Piece
from musegen.music.harmony import Chords
from musegen.music.harmony.hearing import beat_chroma

OTHERS = ("bands", "hymns", "lieder")


def compare(songs: Sequence[LabelledSong]) -> dict[str, float]:
    """Return the shares of labelled beats that are recognised."""
    rows: list[np.ndarray] = []
    for song in songs:
        found, label = song.piece.chords, song.chords.padded(len(song.piece.chords))
        root = found.roots == label.roots
        same = (found.pitch_classes == label.pitch_classes).all(axis=1)
        thirds = [_has_minor_third(chords) for chords in (found, label)]
        bass = found.basses == label.basses
        right = np.stack([root, root & same, root & (thirds[0] == thirds[1]), bass])
        rows.append(right[:, label.roots >= 0])
    right = np.concatenate(rows, axis=1)
    names = ("root", "root and quality", "root and third", "bass")
    return {"beats": right.shape[1], **dict(zip(names, right.mean(axis=1).tolist(), strict=True))}


def _has_minor_third(chords: Chords) -> np.ndarray:
    beats = np.arange(len(chords))
    return chords.pitch_classes[beats, (chords.roots + 3) % 12]


def fit(pieces: Sequence[Piece]) -> dict[str, float]:
    """Return how well recognised chords fit music without labels."""
    inside = total = beats = changes = 0.0
    for piece in pieces:
        chords = piece.chords
        sounds = beat_chroma(piece.notes, len(chords))[:, :2].max(axis=1)
        inside += float(sounds[chords.pitch_classes].sum())
        total += float(sounds.sum())
        beats += len(chords)
        changes += len(chords.changes())
    return {"pieces": len(pieces), "inside": inside / total, "beats a chord": beats / changes}


def read_others(folder: Path, kind: str) -> list[Piece]:
    """Read the pieces of a data set that are for test."""
    pieces: list[Piece] = []
    for source in DATASETS[kind]([folder]):
        if source.split == "test":
            try:
                pieces.append(source.read())
            except MusicError:
                continue
    return pieces


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the numbers here")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    songs = read_labelled_songs([options.data], splits=("test",))
    report = {"pop909": compare(songs)}
    for kind in OTHERS:
        if (options.data / kind).is_dir():
            report[kind] = fit(read_others(options.data / kind, kind))
    report["milliseconds for 16 bars"] = {"fastest of 20": _time(songs[0].piece.first(16))}
    for name, numbers in report.items():
        print(name, *(f"{key} {value:.4g}" for key, value in numbers.items()), sep="\n  ")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), "utf-8")


def _time(piece: Piece) -> float:
    times: list[float] = []
    for _ in range(20):
        fresh = piece.to_key(piece.key)  # recognises its chords again
        start = time.perf_counter()
        fresh.chords.names(fresh.keys)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


if __name__ == "__main__":
    main()
