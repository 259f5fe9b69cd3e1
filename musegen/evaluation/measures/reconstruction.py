"""How closely encoded phrases are decoded (greedily)."""

from __future__ import annotations

from musegen.evaluation.measures.statistics import (
    Measure,
    bootstrap,
    drum_tallies,
    reconstruction_tallies,
)
from musegen.evaluation.samples import Samples

__all__ = ["measure"]

# Roberts et al. 2018, table 1; trained on 1.5 million files, sampled.
_PUBLISHED = {"steps with all nine drums exact": (0.917, "MusicVAE, as published")}


def measure(samples: Samples) -> dict[str, Measure]:
    """Notes, durations and velocities of held-out phrases; for drums also steps and timing."""
    truth, space = samples.originals, samples.space
    again = space.decode(space.encode(truth))
    tallies = reconstruction_tallies(truth, again, space.parts)
    if "drums" in space.parts:
        tallies |= drum_tallies(truth, again)
    return {
        name: bootstrap(top, bottom, samples.held_out.source).with_baseline(
            *_PUBLISHED.get(name, (None, ""))
        )
        for name, (top, bottom) in tallies.items()
    }
