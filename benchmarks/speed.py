"""Measures how fast music is made: ``python -m benchmarks.speed``.

Prints milliseconds, and their ratio to the time of a fixed piece of NumPy work, so that machines
can be compared.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

import musegen
from benchmarks.unit import unit
from musegen.audio import find_soundfonts

REPEATS = 15


def median(work: Callable[[], object]) -> float:
    """Median seconds of a call, the first one not counted."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    base = statistics.median(unit() for _ in range(5))
    start = time.perf_counter()
    mg = musegen.load()
    rows = {"load both models": time.perf_counter() - start}
    piece = mg.random(seed=1, bars=16, form="free")
    song = mg.spaces["song"]
    z = song.encode(piece.phrases)
    rows["encode 8 phrases of band"] = median(lambda: song.encode(piece.phrases))
    rows["decode 8 phrases of band"] = median(lambda: song.decode(z))
    noise = np.zeros((1, 8, song.latent_dim), np.float32)
    rows["draw a path of 8 phrases"] = median(lambda: song.to_latents(noise))
    rows["random piece of 16 bars"] = median(lambda: mg.random(seed=1, bars=16, form="free"))
    chords = "C | Am | F | G"
    rows["accompany its lead, with chords"] = median(
        lambda: mg.accompany(piece, keep=("lead",), chords=chords, seed=1)
    )
    for font in find_soundfonts():
        rows[f"render it with {font.name}"] = median(lambda f=font: musegen.render(piece, f.path))
    print(f"unit: {1000 * base:.0f} ms")
    for name, seconds in rows.items():
        print(f"{name}: {1000 * seconds:.0f} ms, {seconds / base:.2f} units")


if __name__ == "__main__":
    main()
