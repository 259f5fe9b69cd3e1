"""Small examples of music for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from musegen.music import Phrase, Piece
from musegen.music.feel import Feel
from musegen.music.notes import SONG_PARTS, STEPS_PER_PHRASE, make_notes, tidy_notes
from musegen.music.phrase_set import PhraseSet

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CASES = DATA.parent / "cases"
CHECKPOINTS = Path(__file__).resolve().parents[2] / "checkpoints"


def band_phrase(seed: int = 0, key: int = 0) -> Phrase:
    """Two bars of chords, a bass and a melody."""
    rng = np.random.default_rng(seed)
    rows = []
    for bar in range(2):
        root = int(rng.choice([0, 5, 7, 9]))
        start = 16 * bar
        for beat in (0, 8):
            rows += [(start + beat, "chords", 60 + root + i, 6, 70) for i in (0, 4, 7)]
            rows.append((start + beat, "bass", 36 + root, 8, 90))
        for step in (0, 4, 6, 10, 12):
            rows.append((start + step, "lead", 72 + int(rng.choice([0, 2, 4, 7, 9])), 2, 100))
        rows.append((start + 14, "counter", 67 + root % 5, 2, 60))
    return Phrase(make_notes(rows)).to_key(key)


def drum_phrase(seed: int = 0) -> Phrase:
    """Two bars of drums with a snare that is a little late."""
    rng = np.random.default_rng(seed)
    rows = []
    for step in range(0, 32, 2):
        rows.append((step, "drums", 42, 1, 60 + int(rng.integers(0, 30)), 0.05))
    for step in (0, 16, 22 + 2 * int(rng.integers(0, 3))):
        rows.append((step, "drums", 36, 1, 110, 0.0))
    rows += [(step, "drums", 38, 1, 100, 0.2) for step in (8, 24)]
    return Phrase(make_notes(rows))


def band(bars: int = 8, tempo: float = 120.0) -> Piece:
    """A piece with notes in all parts."""
    phrases = []
    for i in range(-(-bars // 2)):
        notes = np.concatenate([band_phrase(i).notes, drum_phrase(i).notes])
        phrases.append(Phrase(notes, 0, tempo))
    return Piece(tuple(phrases), bars=bars)


PROGRAMS = {"lead": 73, "counter": 11, "chords": 24, "bass": 38, "drums": 16}


def full_band_phrase(key=0, tempo=120.0, velocity=90):
    """Two bars with notes in every part, and drums off the beat."""
    rows = [
        *((i * 4, "lead", (72, 76, 79, 77, 74, 71, 72, 72)[i], 3, velocity + i) for i in range(8)),
        *((i * 8 + 2, "counter", (64, 65, 62, 64)[i], 6, 70) for i in range(4)),
        *((i * 16, "chords", pitch, 16, 60) for i in range(2) for pitch in (55, 60, 64)),
        *((i * 8, "bass", (36, 41, 43, 36)[i], 8, 100) for i in range(4)),
        *((i * 4, "drums", (36, 38)[i % 2], 1, 110, (0.125, -0.25, 0.0)[i % 3]) for i in range(8)),
        *((i * 2, "drums", 42, 1, 50 + i, 0.25) for i in range(16)),
    ]
    return Phrase(make_notes(rows), 0, tempo).to_key(key)


def full_band(*tempos, key=0):
    """A piece of these phrases, by default two at 120 beats a minute."""
    return Piece(
        tuple(full_band_phrase(key, tempo) for tempo in tempos or (120.0, 120.0)), PROGRAMS
    )


def written(piece: Piece, path: Path) -> Path:
    """Write a piece as a MIDI file and return the path."""
    piece.write_midi(path)
    return path


def wild(seed: int, feels: Sequence[Feel]) -> Piece:
    """Random notes as a model may make them: close together, long, drums far off the beat."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(int(rng.integers(1, 300))):
        onset = int(rng.integers(STEPS_PER_PHRASE * len(feels)))
        velocity = int(rng.integers(1, 128))
        if rng.random() < 0.3:
            pitch = int(rng.choice([36, 38, 42, 51]))
            rows.append((onset, "drums", pitch, 1, velocity, rng.uniform(-0.5, 0.5)))
        else:
            pitch, duration = int(rng.integers(60, 66)), int(rng.integers(1, 40))
            rows.append((onset, str(rng.choice(SONG_PARTS)), pitch, duration, velocity))
    notes = tidy_notes(make_notes(rows))
    tempos = rng.uniform(50, 200, len(feels))
    bars = 2 * len(feels) - int(rng.integers(2))
    return Piece.from_notes(notes, [0] * len(feels), tempos, None, bars, feels)


def phrase_set(kind: str, count: int = 24, held: int = 8) -> PhraseSet:
    """Songs of four phrases each, the last `held` phrases for validation."""
    make = band_phrase if kind == "song" else drum_phrase
    places = np.arange(count)
    return PhraseSet.from_phrases(
        [make(int(i)) for i in places],
        source=[f"song-{i // 4}" for i in places],
        bar=[2 * (i % 4) for i in places],
        split=["validation" if i >= count - held else "train" for i in places],
    )
