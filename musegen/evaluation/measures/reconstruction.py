"""How closely encoded phrases are decoded (greedily)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musegen.evaluation.measures.statistics import (
    Measure,
    Tally,
    bootstrap,
    quantile_of_songs,
)
from musegen.evaluation.samples import Samples
from musegen.music.notes import PARTS, STEPS_PER_BEAT, NoteArray
from musegen.music.phrase import Phrase
from musegen.music.similarity import drum_steps_exact, matched_notes, note_count

__all__ = ["drum_tallies", "measure", "player_tallies", "reconstruction_tallies"]

_EXACT = ("onset", "part", "pitch")
_ON_STEP = 0.05  # of a step, 6 ms at 120 beats a minute: a note that is no farther off is on it
# Roberts et al. 2018, table 1; trained on 1.5 million files, sampled.
_PUBLISHED = {"steps with all nine drums exact": (0.917, "MusicVAE, as published")}


def measure(samples: Samples) -> dict[str, Measure]:
    """Notes, durations, velocities and timing of held-out phrases; for drums also steps."""
    truth, again, parts = samples.originals, samples.reconstructed, samples.space.parts
    source = samples.held_out.source
    tallies = reconstruction_tallies(truth, again, parts)
    if "drums" in parts:
        tallies |= drum_tallies(truth, again)
    found = {
        name: bootstrap(top, bottom, source).with_baseline(*_PUBLISHED.get(name, (None, "")))
        for name, (top, bottom) in tallies.items()
    }
    f1 = tallies["note F1"]
    found["note F1, median song"] = quantile_of_songs(f1, source, 0.5)
    found["note F1, lower quartile of songs"] = quantile_of_songs(f1, source, 0.25)
    found |= _by_style(f1, samples)
    people = player_tallies(truth, parts)
    for name, (top, bottom) in player_tallies(again, parts).items():
        usual = bootstrap(*people[name], source)
        found[name] = bootstrap(top, bottom, source).with_baseline(usual, "held-out phrases")
    return found


def _by_style(f1: Tally, samples: Samples) -> dict[str, Measure]:
    style = samples.held_out.style
    styles = np.unique(style).tolist()
    found: dict[str, Measure] = {}
    for name in styles if len(styles) > 1 else []:
        own = style == name
        if name:
            top, bottom = (one[own] for one in f1)
            found[f"note F1, {name}"] = bootstrap(top, bottom, samples.held_out.source[own])
    return found


def reconstruction_tallies(
    truth: Sequence[Phrase], again: Sequence[Phrase], parts: Sequence[str]
) -> dict[str, Tally]:
    """Compare phrases with their reconstructions.

    Returns
    -------
    dict of str to tuple of numpy.ndarray
        By measure, the terms of the two sums of a ratio: note F1 (of all notes, without their
        parts, of each part), the share of correct durations, the velocity error of 127, and the
        timing error in milliseconds: of all matched notes, and of those that people play beside
        their steps (triplets, swing, a player's own timing).
    """
    tallies = {"note F1": _f1(truth, again), "note F1, onset and pitch": _f1(truth, again, ())}
    if len(parts) > 1:
        for part in parts:
            ours, theirs = ([p.only([part]) for p in phrases] for phrases in (again, truth))
            tallies[f"note F1, {part}"] = _f1(theirs, ours)
    rows = [_matched(*pair) for pair in zip(again, truth, strict=True)]
    count = np.array([len(ours) for ours, _ in rows], float)
    if len(parts) > 1:
        right = [(ours["duration"] == theirs["duration"]).sum() for ours, theirs in rows]
        tallies["durations right, of matched"] = (np.array(right, float), count)
    error = [np.abs(a["velocity"].astype(float) - b["velocity"]).sum() for a, b in rows]
    tallies["velocity error, of matched"] = (np.array(error), count)
    late = [np.abs(a["offset"].astype(float) - b["offset"]) for a, b in rows]
    step = 60_000 / np.array([phrase.tempo for phrase in truth]) / STEPS_PER_BEAT
    beside = [np.abs(theirs["offset"]) > _ON_STEP for _, theirs in rows]
    tallies["timing error, ms, of matched"] = (step * [one.sum() for one in late], count)
    tallies["timing error, ms, of matched beside their steps"] = (
        step * [one[off].sum() for one, off in zip(late, beside, strict=True)],
        np.array([off.sum() for off in beside], float),
    )
    return tallies


def player_tallies(phrases: Sequence[Phrase], parts: Sequence[str]) -> dict[str, Tally]:
    """Describe how phrases are played: the same measures for people's and for generated ones.

    Returns
    -------
    dict of str to tuple of numpy.ndarray
        By measure, the terms of the two sums of a ratio: the standard deviation of the velocities
        of notes that a part starts together, and the mean length of bass notes in steps.
    """
    if "bass" not in parts:
        return {}
    spread, chords, length, notes = [], [], [], []
    for phrase in phrases:
        place = phrase.notes["onset"] * len(PARTS) + phrase.notes["part"]
        _, chord, count = np.unique(place, return_inverse=True, return_counts=True)
        velocity = phrase.notes["velocity"].astype(float)
        mean = np.bincount(chord, velocity) / count
        square = np.bincount(chord, (velocity - mean[chord]) ** 2) / count
        spread.append(float(np.sqrt(square[count > 1]).sum()))
        chords.append(float((count > 1).sum()))
        bass = phrase.only(["bass"]).notes
        length.append(float(bass["duration"].sum()))
        notes.append(float(len(bass)))
    return {
        "deviation of velocities in a chord": (np.array(spread), np.array(chords)),
        "bass notes, mean length in steps": (np.array(length), np.array(notes)),
    }


def drum_tallies(truth: Sequence[Phrase], again: Sequence[Phrase]) -> dict[str, Tally]:
    """Count the steps with all nine drum classes exact."""
    exact = [drum_steps_exact([a], [b]) for a, b in zip(again, truth, strict=True)]
    return {"steps with all nine drums exact": (np.array(exact), np.ones(len(exact)))}


def _matched(ours: Phrase, theirs: Phrase) -> tuple[NoteArray, NoteArray]:
    i, j = matched_notes(ours, theirs, _EXACT)
    return ours.notes[i], theirs.notes[j]


def _f1(truth: Sequence[Phrase], again: Sequence[Phrase], fields: Sequence[str] = _EXACT) -> Tally:
    pairs = list(zip(again, truth, strict=True))
    matched = [2.0 * len(matched_notes(a, b, fields)[0]) for a, b in pairs]
    total = [float(note_count(a, fields) + note_count(b, fields)) for a, b in pairs]
    return np.array(matched), np.array(total)
