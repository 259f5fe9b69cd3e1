"""How closely encoded phrases are decoded (greedily)."""

from __future__ import annotations

import numpy as np

from musegen.evaluation.measures.statistics import (
    Measure,
    Tally,
    bootstrap,
    drum_tallies,
    player_tallies,
    quantile_of_songs,
    reconstruction_tallies,
)
from musegen.evaluation.samples import Samples

__all__ = ["measure"]

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
