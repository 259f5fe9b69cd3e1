"""Draws pieces alone and in one batch, and saves their notes: a process of its own for the tests.

python tests/support/draw_pieces.py OUT.npz SEED...
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from musegen.generator import MuseGen, load

BARS = 8
FORM = "AABA"


def draw_alone_and_together(mg: MuseGen, seeds: Sequence[int]) -> dict[str, np.ndarray]:
    """Notes of the piece of each seed, drawn alone and in one batch with the others."""
    alone = [mg.random(seed, BARS, FORM).notes for seed in seeds]
    together = [piece.notes for piece in mg.random_many(seeds, BARS, FORM)]
    return {"alone": np.concatenate(alone), "together": np.concatenate(together)}


if __name__ == "__main__":
    np.savez(Path(sys.argv[1]), **draw_alone_and_together(load(), [int(s) for s in sys.argv[2:]]))
