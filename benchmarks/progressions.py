"""Measures whether draws play the chords that were typed: ``python -m benchmarks.progressions``.

Each of the twenty progressions is asked for in a key of its own, for each seed. The chords that the
recogniser hears in the draw are compared with them beat by beat: which share of the beats has the
right root, the right root and the same notes above it, and the right bass; and which share of what
chords and bass sound lies in the chord. Besides, how many notes a phrase of two bars has, without
its drums.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from musegen.generator import MuseGen, load
from musegen.limits import KEYS
from musegen.music.harmony import PROGRESSIONS, Chords
from musegen.music.harmony.hearing import beat_chroma
from musegen.music.notes import SONG_PARTS

LEAST_BARS = 8
BEATS_PER_BAR = 4


def measure(mg: MuseGen, name: str, key: int, seed: int) -> dict[str, float]:
    """Return the shares of beats that are as they were asked for."""
    typed = Chords.from_text(name, key)
    own = len(typed) // BEATS_PER_BAR
    bars = own * -(-LEAST_BARS // own)
    piece = mg.random(seed, bars=bars, key=key, chords=typed)
    asked, heard = typed.fitted(len(piece.chords)), piece.chords
    root = heard.roots == asked.roots
    same = root & (heard.pitch_classes == asked.pitch_classes).all(axis=1)
    sounds = beat_chroma(piece.only(["chords", "bass"]).notes, len(asked))[:, :2].max(axis=1)
    return {
        "root": float(root.mean()),
        "root and quality": float(same.mean()),
        "bass": float((heard.basses == asked.basses).mean()),
        "inside": float(sounds[asked.pitch_classes].sum() / max(sounds.sum(), 1e-9)),
        "notes": len(piece.only(SONG_PARTS).notes) / len(piece),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="draws of each (default %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the numbers here")
    options = parser.parse_args()
    mg = load()
    keys = range(KEYS[0], KEYS[1] + 1)
    report: dict[str, dict[str, float]] = {}
    for i, name in enumerate(PROGRESSIONS):
        found = [measure(mg, name, keys[i % len(keys)], seed) for seed in range(options.seeds)]
        report[name] = {share: float(np.mean([one[share] for one in found])) for share in found[0]}
    report["all"] = {
        share: float(np.mean([one[share] for one in report.values()])) for share in report["pop"]
    }
    for name, shares in report.items():
        print(f"{name:18}", *(f"{share} {value:.3f}" for share, value in shares.items()), sep="  ")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1), "utf-8")


if __name__ == "__main__":
    main()
