"""Recordings: MIDI files whose tempo map does not fit the beat of the notes, and voices."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pretty_midi

RATE = 22_050  # of voices

# Pitch and length in steps; 0 is a rest. Songs that everybody knows, and one that nobody does.
TUNES = {
    "ode": ([64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62,
             64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 62, 60, 60],
            [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 6, 2, 8,
             4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 6, 2, 8]),
    "twinkle": ([67, 67, 74, 74, 76, 76, 74, 72, 72, 71, 71, 69, 69, 67,
                 74, 74, 72, 72, 71, 71, 69, 74, 74, 72, 72, 71, 71, 69],
                [4, 4, 4, 4, 4, 4, 8, 4, 4, 4, 4, 4, 4, 8,
                 4, 4, 4, 4, 4, 4, 8, 4, 4, 4, 4, 4, 4, 8]),
    "jacques": ([65, 67, 69, 65, 65, 67, 69, 65, 69, 70, 72, 69, 70, 72,
                 72, 74, 72, 70, 69, 65, 72, 74, 72, 70, 69, 65, 65, 60, 65, 65, 60, 65],
                [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 8, 4, 4, 8,
                 3, 1, 2, 2, 4, 4, 3, 1, 2, 2, 4, 4, 4, 4, 8, 4, 4, 8]),
    "saints": ([0, 62, 66, 67, 69, 62, 66, 67, 69, 62, 66, 67, 69, 66, 62, 66, 64,
                66, 66, 64, 62, 62, 66, 69, 69, 67, 66, 67, 69, 66, 62, 64, 62],
               [4, 4, 4, 4, 20, 4, 4, 4, 20, 4, 4, 4, 8, 8, 8, 8, 20,
                4, 4, 4, 12, 4, 8, 8, 4, 16, 4, 4, 8, 8, 8, 8, 16]),
    "made up": ([69, 72, 76, 74, 72, 71, 69, 0, 69, 72, 77, 76, 74, 72, 74, 0,
                 76, 79, 77, 76, 74, 76, 72, 69, 71, 72, 71, 68, 69, 69],
                [4, 2, 6, 2, 2, 4, 8, 4, 4, 2, 6, 2, 2, 4, 8, 4,
                 4, 2, 2, 4, 2, 2, 4, 8, 4, 2, 2, 4, 6, 10]),
}  # fmt: skip


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


def hum(
    pitches: Iterable[int],
    steps: Iterable[int],
    tempo: float = 96.0,
    cents: float = 0.0,
    vibrato: float = 40.0,
    breath: float = 0.03,
    jitter: float = 0.015,
    seed: int = 0,
) -> np.ndarray:
    """Hum a tune.

    Parameters
    ----------
    pitches, steps : iterable of int
        MIDI numbers, 0 for a rest, and lengths in sixteenths.
    tempo : float
        Quarter notes a minute.
    cents : float
        How much too high.
    vibrato : float
        Its amplitude in cents, at 5.5 Hz; it begins 150 ms into a note.
    breath : float
        Standard deviation of the noise; the voice's is near .1.
    jitter : float
        Standard deviation of the onsets, in seconds.
    seed : int

    Returns
    -------
    numpy.ndarray
        Float64 at `RATE` samples a second, in [-1, 1].
    """
    rng = np.random.default_rng(seed)
    step = 15 / tempo
    edges = np.concatenate([[0], np.cumsum(list(steps))]) * step + 0.3
    length = int((edges[-1] + 0.5) * RATE)
    pitch, level = np.zeros(length), np.zeros(length)
    for number, start, end in zip(pitches, edges[:-1], edges[1:], strict=True):
        if not number:
            continue
        begin = max(0, int((start + rng.normal(0, jitter)) * RATE))
        stop = int((end - min(0.05, (end - start) / 4)) * RATE)
        t = np.arange(stop - begin) / RATE
        waver = vibrato * np.sin(2 * np.pi * 5.5 * t + rng.uniform(0, 6)) * np.clip(t / 0.3, 0, 1)
        scoop = -70 * np.exp(-t / 0.03)
        pitch[begin:stop] = number + (cents + waver + scoop + rng.normal(0, 6)) / 100
        rise, fall = np.clip(t / 0.03, 0, 1), np.clip((t[-1] - t) / 0.04, 0, 1)
        level[begin:stop] = rng.uniform(0.7, 1.0) * rise * fall * (1 + 0.1 * np.sin(35 * t))
    pitch[pitch == 0] = 60
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch - 69) / 12)) / RATE
    voice = sum(np.sin(k * phase) * a for k, a in enumerate((1, 0.6, 0.35, 0.2, 0.1), start=1))
    noise = rng.normal(0, breath, length)
    return 0.15 * level * voice + noise * (0.3 + 0.7 * level)


def speak(seconds: float = 20.0, seed: int = 0) -> np.ndarray:
    """Make a voice that glides as speech does, five syllables a second with gaps between words."""
    rng = np.random.default_rng(seed)
    length = int(seconds * RATE)
    t = np.arange(length) / RATE
    knots = np.arange(0, seconds + 0.2, 0.1)
    pitch = 50 + np.interp(t, knots, rng.normal(0, 3.0, len(knots))) - (t % 2.5)
    level = np.interp(t, knots, rng.choice([0.0, 0.4, 0.8, 1.0], len(knots)))
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch - 69) / 12)) / RATE
    voice = sum(np.sin(k * phase) / k for k in range(1, 12))
    return 0.12 * level * voice + rng.normal(0, 0.01, length)
