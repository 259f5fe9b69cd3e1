"""Proposes chords to a melody.

A network of the same kind as the recogniser's, which has heard melodies alone, gives each beat a
score for each chord. Sequences are drawn by their odds and by how often chords follow one another
(forward filtering, backward sampling: Frühwirth-Schnatter 1994), so a melody can be given
different chords. ``scripts/fit_harmonizer.py`` fits the network to the labels of POP909-CL.
"""

# NumPy's types of `logaddexp`, `where` and transposed arrays are not complete.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from pathlib import Path

import numpy as np

from musegen.music.harmony.chord import Chord
from musegen.music.harmony.chords import Chords
from musegen.music.harmony.hearing import beat_chroma
from musegen.music.harmony.recognition import CHORD_INTERVALS, QUALITIES, load_network
from musegen.music.notes import STEPS_PER_BEAT, FloatArray, IntArray, NoteArray

__all__ = ["HARMONIZER", "propose_chords"]

HARMONIZER = Path(__file__).parent / "harmonizer.npz"
"""The weights that MuseGen comes with."""

_ROOTS = 12
_KINDS = len(QUALITIES)
# A melody's note that begins on a beat raises the log odds of the chords that have it by so much,
# since a band does not play all notes of its chords. Of such notes .75 are in the bands that are
# drawn then, in validation songs .70. With 1 it would be .78, and the harmony too simple.
_FIT = 0.5
_SHORTEST = 2  # steps: shorter notes may pass between those of the chords
_STATES = [Chord(root, intervals, root) for root in range(_ROOTS) for intervals in CHORD_INTERVALS]
_HAS = np.array([[tone in chord.pitch_classes for tone in range(_ROOTS)] for chord in _STATES])


def propose_chords(melody: NoteArray, beats: int, rng: np.random.Generator) -> Chords:
    """Draw chords that suit a melody, in any key.

    Parameters
    ----------
    melody : numpy.ndarray
        Dtype `musegen.music.notes.NOTE`, onsets in steps from the start of the piece.
    beats : int
        How many beats, of four steps each, the piece has; at least 1.
    rng : numpy.random.Generator
    """
    network = load_network(HARMONIZER)
    fits = np.zeros((beats, len(_STATES)))
    strong = melody[(melody["duration"] >= _SHORTEST) & (melody["onset"] % STEPS_PER_BEAT == 0)]
    strong = strong[strong["onset"] < beats * STEPS_PER_BEAT]
    np.add.at(fits, strong["onset"] // STEPS_PER_BEAT, _FIT * _HAS[:, strong["pitch"] % 12].T)
    scores = network.scores(beat_chroma(melody, beats)) + fits
    root, quality = np.divmod(np.arange(len(_STATES)), _KINDS)
    moves = network.moves[quality[:, None], (root - root[:, None]) % _ROOTS, quality]
    steps = [
        np.where(np.eye(len(_STATES), dtype=bool), stays, moves + changes)
        for changes, stays in network.changes
    ]
    return Chords.from_chords(_STATES[i] for i in _draw_sequence(scores, steps, rng).tolist())


def _draw_sequence(
    scores: FloatArray, steps: list[FloatArray], rng: np.random.Generator
) -> IntArray:
    """Draw a sequence of states by its odds.

    Parameters
    ----------
    scores : numpy.ndarray
        Log odds of each state at each beat, ``(beats, states)``.
    steps : list of numpy.ndarray
        For each beat of a bar the log odds of each state after each other one,
        ``(before, after)``.
    rng : numpy.random.Generator
    """
    beats, states = scores.shape
    arrived = np.zeros((beats, states))  # log odds of all that leads there
    arrived[0] = scores[0]
    for beat in range(1, beats):
        ways = arrived[beat - 1][:, None] + steps[beat % len(steps)]
        arrived[beat] = np.logaddexp.reduce(ways, axis=0) + scores[beat]
    drawn = np.zeros(beats, np.int64)
    odds = arrived[-1]
    for beat in range(beats - 1, -1, -1):
        # From the likeliest on, so that a melody in another key gets the same chords in that key.
        order = np.argsort(-odds)
        total = np.cumsum(np.exp(odds[order] - odds[order[0]]))
        drawn[beat] = order[np.searchsorted(total, rng.random() * total[-1])]
        if beat:
            odds = arrived[beat - 1] + steps[beat % len(steps)][:, drawn[beat]]
    return drawn
