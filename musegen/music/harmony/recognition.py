"""Recognises the chords of any music from its notes.

A small network gives each beat a score for each chord, from what sounds in the beat and around it.
It sees the music from each of the twelve roots with the same weights, so that every key is alike.
The best sequence of chords is found by the Viterbi algorithm, with how often chords follow one
another at each beat of a bar. ``scripts/fit_chords.py`` fits both to the labels of POP909-CL.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from musegen.music.harmony.chord import NO_CHORD, Chord
from musegen.music.harmony.chords import Chords
from musegen.music.harmony.hearing import beat_chroma, describe_beats
from musegen.music.harmony.qualities import quality_intervals
from musegen.music.notes import FloatArray, IntArray, NoteArray

__all__ = [
    "CHORD_INTERVALS",
    "QUALITIES",
    "RECOGNIZER",
    "ChordNetwork",
    "load_network",
    "recognize_chords",
]

QUALITIES = (
    *("", "m", "m7", "7", "maj7", "sus4", "sus2", "6", "dim", "aug", "m7b5", "dim7", "m6", "7sus4"),
)
"""The kinds of chords that are told apart."""

CHORD_INTERVALS: list[tuple[int, ...]] = [quality_intervals(name) or () for name in QUALITIES]
"""Of each of `QUALITIES`."""

RECOGNIZER = Path(__file__).parent / "recognizer.npz"
_ROOTS = 12
_LIKELY = 12  # chords of each beat that the best sequence is searched among
_AT_ONCE = 256  # beats, so that long pieces need little memory
_BASS = 2  # the lowest notes, among the kinds of `beat_chroma`
# Shares of the time of a chord that another note than its root is the lowest: from then on it is
# named as the bass, if it is one of the chord's notes, and if not.
_CHORD_BASS, _FOREIGN_BASS = 0.5, 0.75
_SILENCE = 2  # beats: where nothing sounds so long before and after, there is no chord


@dataclass(frozen=True, eq=False)
class ChordNetwork:
    """The weights of the network, and how chords follow one another.

    Attributes
    ----------
    hidden, hidden_bias, output, output_bias : numpy.ndarray
        Float32. Shapes ``(INPUTS, units)``, ``(units,)``, ``(units, qualities)`` and
        ``(qualities,)``.
    changes : numpy.ndarray
        Log of the share of beats that begin another chord, and of those that do not, for each beat
        of a bar of four, times a weight; shape ``(4, 2)``.
    moves : numpy.ndarray
        Log of the share of each next chord among changes, by the quality before, the semitones from
        root to root, and the quality after, times the weight; shape
        ``(qualities, 12, qualities)``.
    """

    hidden: FloatArray
    hidden_bias: FloatArray
    output: FloatArray
    output_bias: FloatArray
    changes: FloatArray
    moves: FloatArray

    def scores(self, chroma: FloatArray) -> FloatArray:
        """Return the log-probability of each chord for each beat.

        Parameters
        ----------
        chroma : numpy.ndarray
            As `musegen.music.harmony.hearing.beat_chroma` returns it.

        Returns
        -------
        numpy.ndarray
            Shape ``(beats, 12 * qualities)``: for each root, all `QUALITIES`.
        """
        scores = np.empty((len(chroma), _ROOTS, len(QUALITIES)), np.float32)
        for start in range(0, len(chroma), _AT_ONCE):
            described = describe_beats(chroma, start, start + _AT_ONCE)
            hidden = np.maximum(described @ self.hidden + self.hidden_bias, 0)
            scores[start : start + _AT_ONCE] = hidden @ self.output + self.output_bias
        scores = np.reshape(scores, (len(chroma), -1))
        scores -= scores.max(axis=1, keepdims=True)
        return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))

    def best_sequence(self, scores: FloatArray) -> IntArray:
        """Return the most likely sequence of chords, as indices into the columns of `scores`."""
        beats = len(scores)
        likely = np.argpartition(scores, -_LIKELY, axis=1)[:, -_LIKELY:]
        own = np.take_along_axis(scores, likely, axis=1)
        root, quality = np.divmod(likely, len(QUALITIES))
        before, after = np.s_[:-1, :, None], np.s_[1:, None, :]
        semitones = (root[after] - root[before]) % _ROOTS
        changes = self.changes[np.arange(1, beats) % len(self.changes)][:, :, None, None]
        steps = np.where(
            likely[before] == likely[after],
            changes[:, 1],
            changes[:, 0] + self.moves[quality[before], semitones, quality[after]],
        )
        best = own[0]
        back = np.zeros((beats, _LIKELY), np.int64)
        for beat in range(1, beats):
            paths = best[:, None] + steps[beat - 1]
            back[beat] = paths.argmax(axis=0)
            best = paths.max(axis=0) + own[beat]
        sequence = np.empty(beats, np.int64)
        at = int(best.argmax())
        for beat in range(beats - 1, -1, -1):
            sequence[beat] = likely[beat, at]
            at = int(back[beat, at])
        return sequence


@lru_cache(maxsize=2)
def load_network(path: Path) -> ChordNetwork:
    """Load a network that MuseGen comes with."""
    with np.load(path) as file:
        return ChordNetwork(**{name: file[name].astype(np.float32) for name in file.files})


def recognize_chords(notes: NoteArray, beats: int) -> Chords:
    """Recognise the chord of each beat.

    Parameters
    ----------
    notes : numpy.ndarray
        Dtype `musegen.music.notes.NOTE`, onsets in steps from the start of the piece. All parts but
        the drums are heard.
    beats : int
        How many beats, of four steps each, the piece has; at least 1.

    Returns
    -------
    Chords
        No chord where nothing sounds.
    """
    chroma = beat_chroma(notes, beats)
    recognizer = load_network(RECOGNIZER)
    sequence = recognizer.best_sequence(recognizer.scores(chroma))
    basses = _find_basses(sequence, chroma[:, _BASS])
    sounds: list[bool] = (chroma[:, _BASS].sum(axis=1) > 0).tolist()
    chords: list[Chord] = []
    states: list[int] = sequence.tolist()
    for beat, (state, bass) in enumerate(zip(states, basses, strict=True)):
        root, quality = divmod(state, len(QUALITIES))
        is_heard = any(sounds[max(0, beat - _SILENCE) : beat + _SILENCE + 1])
        chords.append(Chord(root, CHORD_INTERVALS[quality], bass) if is_heard else NO_CHORD)
    return Chords.from_chords(chords)


def _find_basses(sequence: IntArray, lowest: FloatArray) -> list[int]:
    """Return the pitch class of the bass of each beat; the same as long as a chord lasts.

    Parameters
    ----------
    sequence : numpy.ndarray
        The chord of each beat, as `ChordNetwork.best_sequence` returns it.
    lowest : numpy.ndarray
        How long each pitch class is the lowest note of the beat; shape ``(beats, 12)``.
    """
    edges = [0, *(np.flatnonzero(np.diff(sequence)) + 1).tolist(), len(sequence)]
    basses: list[int] = []
    for start, end in itertools.pairwise(edges):
        root, quality = divmod(int(sequence[start]), len(QUALITIES))
        total = lowest[start:end].sum(axis=0)
        bass = int(total.argmax())
        least = _CHORD_BASS if (bass - root) % _ROOTS in CHORD_INTERVALS[quality] else _FOREIGN_BASS
        basses += [bass if total[bass] > least * total.sum() else root] * (end - start)
    return basses
