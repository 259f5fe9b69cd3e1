"""Fit what proposes chords to a melody: ``python -m scripts.fit_harmonizer FOLDER``.

FOLDER is as for ``scripts.fit_chords``, and the same songs are used: their melodies, and the labels
of POP909-CL. It takes two minutes on two cores, and writes
``musegen/music/harmony/harmonizer.npz``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from musegen.datasets.chord_labels import LabelledSong, read_labelled_songs
from musegen.music.harmony.hearing import beat_chroma, describe_beats
from musegen.music.harmony.proposal import HARMONIZER
from scripts.fit_chords import OTHER, count_changes, fit_network, states_of

EPOCHS = 4
# How much of what follows a chord counts beside what sounds. The network hears four beats on either
# side, so it knows some of it; with 1, chords suit the melody less.
MOVES = 0.5


def hear_melodies(songs: Sequence[LabelledSong]) -> tuple[np.ndarray, np.ndarray]:
    """Return what describes the melody at each beat with a label, float16, and the labels."""
    described: list[np.ndarray] = []
    states: list[np.ndarray] = []
    for song in songs:
        own = states_of(song.chords)
        chroma = beat_chroma(song.piece.only(("lead",)).notes, len(own))
        described.append(describe_beats(chroma, 0, len(own))[own != OTHER, 0].astype(np.float16))
        states.append(own[own != OTHER])
    return np.concatenate(described), np.concatenate(states)


def main() -> None:
    """Fit the network and write its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    songs = read_labelled_songs([parser.parse_args().folder], splits=("train",))
    fitted = fit_network(*hear_melodies(songs), epochs=EPOCHS) | count_changes(songs)
    fitted["moves"] *= MOVES
    halves: dict[str, Any] = {name: v.astype(np.float16) for name, v in fitted.items()}
    np.savez_compressed(HARMONIZER, **halves)


if __name__ == "__main__":
    main()
