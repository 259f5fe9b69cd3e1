"""How many notes random phrases have."""

from __future__ import annotations

import numpy as np

from musegen.evaluation.measures.statistics import Measure, bootstrap
from musegen.evaluation.samples import Samples

__all__ = ["measure"]


def measure(samples: Samples) -> dict[str, Measure]:
    """Notes in a random phrase, and the share of phrases without any."""
    ours, theirs = (
        np.array([len(phrase) for phrase in phrases], float)
        for phrases in (samples.drawn, samples.originals)
    )
    pieces, ones = samples.piece_of_drawn, np.ones(len(ours))
    usual = float(theirs.mean())
    return {
        "random: notes a phrase": bootstrap(ours, ones, pieces).with_baseline(
            usual, "held-out phrases"
        ),
        "random: notes a phrase, relative to held out": bootstrap(ours, ones * usual, pieces),
        "random: phrases without a note": bootstrap(ours == 0, ones, pieces),
    }
