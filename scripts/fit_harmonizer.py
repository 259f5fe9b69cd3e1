"""Fit what proposes chords to a melody: ``python -m scripts.fit_harmonizer FOLDER``.

FOLDER is as for ``scripts.fit_chords``, and the same songs are used: their melodies, and the labels
of POP909-CL. It takes two minutes on two cores, and writes
``musegen/music/harmony/harmonizer.npz``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from musegen.datasets.chord_labels import read_labelled_songs
from musegen.music.harmony.proposal import HARMONIZER
from scripts.fit_chords import count_changes, fit_network, hear

EPOCHS = 4
# How much of what follows a chord counts beside what sounds. The network hears four beats on either
# side, so it knows some of it; with 1, chords suit the melody less.
MOVES = 0.5


def main() -> None:
    """Fit the network and write its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    songs = read_labelled_songs([parser.parse_args().folder], splits=("train",))
    fitted = fit_network(*hear(songs, ("lead",)), epochs=EPOCHS) | count_changes(songs)
    fitted["moves"] *= MOVES
    halves: dict[str, Any] = {name: v.astype(np.float16) for name, v in fitted.items()}
    np.savez_compressed(HARMONIZER, **halves)


if __name__ == "__main__":
    main()
