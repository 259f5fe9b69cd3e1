"""What random phrases are like at the first look: how many notes they have."""

from __future__ import annotations

import numpy as np

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.samples import Samples

__all__ = ["measure"]


def measure(samples: Samples) -> dict[str, Measure]:
    """Notes of random phrases, and how many have none."""
    ours, theirs = (
        np.array([len(phrase) for phrase in phrases], float)
        for phrases in (samples.drawn, samples.truth)
    )
    pieces, ones = samples.drawn_piece, np.ones(len(ours))
    usual = float(theirs.mean())
    return {
        "random: notes a phrase": bootstrap(ours, ones, pieces).beside(usual, "held-out phrases"),
        "random: notes a phrase, relative to held out": bootstrap(ours, ones * usual, pieces),
        "random: phrases without a note": bootstrap(ours == 0, ones, pieces),
    }
