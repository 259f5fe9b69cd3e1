"""Recordings: MIDI files whose tempo map does not fit the beat of the notes."""

from __future__ import annotations

import numpy as np
import pretty_midi


def tune(bars=24, seed=0):
    """A tune, chords and bass: ``(step, pitch, steps)``; long bass notes begin the bars."""
    rng = np.random.default_rng(seed)
    notes = []
    for bar in range(bars):
        root = int(rng.choice([0, 5, 7, 9]))
        notes += [(16 * bar, 36 + root, 8), (16 * bar + 8, 43 + root, 4)]
        notes += [(16 * bar + 4 * beat, 60 + root + i, 4) for beat in (0, 2) for i in (0, 4, 7)]
        steps = [0, *sorted(rng.choice(np.arange(2, 16), 5, replace=False).tolist())]
        notes += [(16 * bar + s, 72 + int(rng.choice([0, 2, 4, 7])), 2) for s in steps]
    return np.array(sorted(notes))


def recording(path, notes, seconds_at, jitter=0.0, tempo=120.0):
    """Notes at the times of `seconds_at`, in a file with another tempo map."""
    rng = np.random.default_rng(1)
    midi = pretty_midi.PrettyMIDI(resolution=480, initial_tempo=tempo)
    track = pretty_midi.Instrument(0, name="Piano")
    for step, pitch, steps in notes.tolist():
        start = max(0.0, float(seconds_at(step)) + rng.normal(0, jitter))
        end = max(start + 0.05, float(seconds_at(step + steps)) - 0.01)
        track.notes.append(pretty_midi.Note(80, pitch, start, end))
    midi.instruments.append(track)
    midi.write(str(path))
    return path


def steady(tempo, late=0.0):
    return lambda step: late + step * 15 / tempo
