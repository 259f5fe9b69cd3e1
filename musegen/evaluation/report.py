"""The report: every measure of a checkpoint, with its interval."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from musegen.evaluation.measures import (
    Measure,
    bootstrap,
    drum_tallies,
    reconstruction_tallies,
)
from musegen.files import write_beside
from musegen.latent import DEFAULT_TEMPERATURE, draw_noise
from musegen.model.space import Space
from musegen.music.notes import BARS_PER_PHRASE
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["Report", "evaluate"]

_RANDOM_PIECES = 128  # of eight phrases each: as many phrases as there are some 14 songs' worth of


@dataclass(frozen=True)
class Report:
    """Measures of a checkpoint.

    Attributes
    ----------
    checkpoint : str
        The folder's name.
    split : str
        What it was measured on: ``test``, or ``all`` where no phrase is marked so.
    sources, phrases : int
        How many songs or performances, and how many two-bar phrases of them.
    measures : dict of str to Measure
    """

    checkpoint: str
    split: str
    sources: int
    phrases: int
    measures: dict[str, Measure]

    def save(self, path: str | Path) -> None:
        """Write it as JSON, whole or not at all."""
        with write_beside(path) as beside:
            beside.write_text(json.dumps(asdict(self), indent=2) + "\n")

    def __str__(self) -> str:
        head = (
            f"{self.checkpoint}, on {self.phrases:,} phrases of {self.sources} sources"
            f" ({self.split}):"
        )
        return "\n".join([head, *(f"  {name}: {m}" for name, m in self.measures.items())])


def evaluate(folder: str | Path, phrases: PhraseSet) -> Report:
    """Measure a checkpoint.

    Reconstruction is of the mean latent, decoded greedily, of phrases that do not overlap. Random
    phrases are draws from the prior at the generator's own temperature.

    Parameters
    ----------
    folder : path
        The checkpoint.
    phrases : PhraseSet
        Measured on its test split where it has one, else on all of it.

    Raises
    ------
    CheckpointError
        If the checkpoint is missing or damaged.
    MusicError
        If there are no phrases of the checkpoint's parts.
    """
    space = Space(folder)
    held = phrases.only(space.parts)
    split = "test" if (held.split == "test").any() else "all"
    if split == "test":
        held = held.where("test")
    held = held.take(held.bar % BARS_PER_PHRASE == 0)
    truth = [phrase.to_key(0) for phrase in held]
    again = space.decode(space.encode(truth))
    tallies = reconstruction_tallies(truth, again, space.parts)
    if "drums" in space.parts:
        tallies |= drum_tallies(truth, again)
    measures = {
        name: bootstrap(top, bottom, held.source) for name, (top, bottom) in tallies.items()
    }
    measures |= _random_measures(space, truth)
    return Report(Path(folder).name, split, len(set(held.source)), len(held), measures)


def _random_measures(space: Space, truth: Sequence[Phrase]) -> dict[str, Measure]:
    u = np.stack([draw_noise(seed, 8, space.latent_dim) for seed in range(_RANDOM_PIECES)])
    z = space.to_latents(np.float32(DEFAULT_TEMPERATURE) * u)
    drawn = space.decode(z.reshape(-1, space.latent_dim))
    ours, theirs = (np.array([len(p) for p in phrases], float) for phrases in (drawn, truth))
    pieces = np.repeat(np.arange(_RANDOM_PIECES), 8)
    return {
        "random: notes a phrase": bootstrap(ours, np.ones(len(ours)), pieces),
        "held out: notes a phrase": Measure(float(theirs.mean()), None, None),
        "random: notes a phrase, relative to held out": bootstrap(
            ours, np.full(len(ours), theirs.mean()), pieces
        ),
        "random: phrases without a note": bootstrap(ours == 0, np.ones(len(ours)), pieces),
    }
