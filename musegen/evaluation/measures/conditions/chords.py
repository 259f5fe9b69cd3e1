"""Whether chords that are asked for are played."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.conditions.stretches import Stretches
from musegen.evaluation.measures.statistics import Measure, Tally, bootstrap
from musegen.evaluation.samples import Samples
from musegen.model.conditions import Conditions
from musegen.music.notes import (
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    BoolArray,
    IntArray,
    NoteArray,
    in_parts,
)
from musegen.music.phrase import Phrase

__all__ = ["HALF_BAR", "chord_tallies", "measure", "sounding", "sounding_in_halves"]

_BASS = PARTS.index("bass")
_OCTAVE = 12
HALF_BAR = STEPS_PER_BAR // 2
"""Steps: chords seldom change sooner."""


def measure(samples: Samples) -> dict[str, Measure]:
    """Ask for the chords that are recognised in held-out songs."""
    if not samples.space.prior_config.chords or "chords" not in samples.space.parts:
        return {}
    held = Stretches.choose(samples)
    if held is None:
        return {}
    asked = held.chords.reshape(-1, *held.chords.shape[2:])
    drawn = held.draw(Conditions(chords=held.chords))
    own = chord_tallies(held.phrases, asked)
    chance = chord_tallies(drawn, asked[held.others])
    found: dict[str, Measure] = {}
    for name, tally in chord_tallies(drawn, asked).items():
        people = bootstrap(*own[name], held.songs)
        found[f"chords asked: {name}"] = bootstrap(*tally, held.songs).with_baseline(
            people, "held-out phrases"
        )
        found[f"chords asked: {name}, chance"] = bootstrap(*chance[name], held.songs)
    return found


def chord_tallies(phrases: Sequence[Phrase], asked: np.ndarray) -> dict[str, Tally]:
    """Compare what chords and bass sound with the chords that were asked for.

    Parameters
    ----------
    phrases : sequence of Phrase
    asked : numpy.ndarray
        Shape ``(phrases, 8, CHORD_FEATURES)``, as in `Conditions.chords`, all known.

    Returns
    -------
    dict of str to tuple of numpy.ndarray
        The terms of the two sums of a ratio. ``inside``: of the steps that each pitch class sounds,
        those in the chord or its bass; ``pitch classes heard``: of those of each chord, those that
        sound while it lasts; ``bass on its note``: of the chords that begin while the bass sounds,
        those whose bass it has.
    """
    rows = [
        _compare(phrase.notes, chords > 0) for phrase, chords in zip(phrases, asked, strict=True)
    ]
    sums = np.array(rows, float).reshape(len(phrases), 6)
    names = ("inside", "pitch classes heard", "bass on its note")
    return {name: (sums[:, 2 * i], sums[:, 2 * i + 1]) for i, name in enumerate(names)}


def _compare(notes: NoteArray, chords: BoolArray) -> list[float]:
    heard = sounding(notes, ("chords", "bass"))
    tones, basses = chords[:, :_OCTAVE], chords[:, _OCTAVE:]
    inside = heard & np.repeat(tones | basses, STEPS_PER_BEAT, axis=0)
    begins = np.flatnonzero(np.append(True, (chords[1:] != chords[:-1]).any(axis=1)))
    ends = np.append(begins[1:], len(chords))
    bass = notes[notes["part"] == _BASS]
    classes = asked = right = played = 0
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        step = STEPS_PER_BEAT * begin
        while_it_lasts = heard[step : STEPS_PER_BEAT * end].any(axis=0)
        classes += int((while_it_lasts & tones[begin]).sum())
        asked += int(tones[begin].sum())
        now = (bass["onset"] <= step) & (bass["onset"] + bass["duration"] > step)
        if now.any() and basses[begin].any():
            played += 1
            right += bool(basses[begin][bass["pitch"][now] % _OCTAVE].any())
    return [inside.sum(), heard.sum(), classes, asked, right, played]


def sounding(notes: NoteArray, parts: Sequence[str]) -> BoolArray:
    """Return which pitch classes some parts sound at each step of a phrase, ``(steps, 12)``."""
    heard = np.zeros((STEPS_PER_PHRASE, _OCTAVE), np.bool_)
    for note in notes[in_parts(notes, parts)]:
        heard[note["onset"] : note["onset"] + note["duration"], note["pitch"] % _OCTAVE] = True
    return heard


def sounding_in_halves(notes: NoteArray, parts: Sequence[str]) -> IntArray:
    """Return for how many steps each pitch class sounds in each half bar, ``(4, 12)``."""
    return sounding(notes, parts).reshape(-1, HALF_BAR, _OCTAVE).sum(axis=1)
