"""Tells what gives a checkpoint's music away: ``python -m benchmarks.faults DIR PHRASES.npz...``.

Prints, for each file of phrases, how closely held-out phrases come back, and how well a classifier
tells reconstructions, random phrases and middles of interpolations from people's music: the part of
``musegen evaluate`` that is needed to compare two trainings.
"""

from __future__ import annotations

import sys

from musegen.evaluation.measures import faults, reconstruction
from musegen.evaluation.samples import Samples
from musegen.music.phrase_set import PhraseSet


def main(checkpoint: str, *files: str) -> None:
    """Print the measures of a checkpoint."""
    for file in files:
        samples = Samples.gather(checkpoint, PhraseSet.load(file))
        print(f"{file}, {samples.split}: {len(samples.held_out)} phrases", flush=True)
        for measure in (reconstruction.measure, faults.measure):
            for name, value in measure(samples).items():
                print(f"  {name}: {value}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python -m benchmarks.faults DIR PHRASES.npz...")
    main(*sys.argv[1:])
