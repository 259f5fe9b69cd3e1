"""Whether random pieces end: on their tonic, with a chord that rings."""

from __future__ import annotations

import numpy as np

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.samples import Samples
from musegen.music.notes import SONG_PARTS
from musegen.music.piece import Piece

__all__ = ["ends_on_tonic", "measure", "rings_in_chord"]

_TRIAD = (0, 4, 7)


def measure(samples: Samples) -> dict[str, Measure]:
    """The share of random pieces whose bass has the tonic at the last step, and chords that fit."""
    if "bass" not in samples.space.parts:
        return {}
    pieces = samples.random_pieces
    count, each = np.ones(len(pieces)), np.arange(len(pieces))
    return {
        "random pieces: bass ends on the tonic": bootstrap(
            np.array([ends_on_tonic(piece) for piece in pieces]), count, each
        ),
        "random pieces: last step has no note beside the tonic's chord": bootstrap(
            np.array([rings_in_chord(piece) for piece in pieces]), count, each
        ),
    }


def ends_on_tonic(piece: Piece) -> bool:
    """Whether the lowest note of the bass at the last step is the tonic of the last key."""
    pitches = _last_pitches(piece, ("bass",))
    return bool(len(pitches)) and (int(pitches.min()) - piece.keys[-1]) % 12 == 0


def rings_in_chord(piece: Piece) -> bool:
    """Whether some notes sound at the last step, and all are of the tonic's major chord."""
    pitches = _last_pitches(piece, SONG_PARTS)
    return bool(len(pitches)) and bool(np.isin((pitches - piece.keys[-1]) % 12, _TRIAD).all())


def _last_pitches(piece: Piece, parts: tuple[str, ...]) -> np.ndarray:
    notes = piece.only(parts).notes
    return notes["pitch"][notes["onset"] + notes["duration"] >= piece.steps].astype(np.int64)
