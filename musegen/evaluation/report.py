"""The report: every measure of a checkpoint, with its interval and its baseline."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from musegen.evaluation.measures import (
    attributes,
    classifier,
    draws,
    interpolation,
    melody,
    originality,
    overlap,
    reconstruction,
    structure,
)
from musegen.evaluation.measures.statistics import Measure
from musegen.evaluation.picture import draw_picture
from musegen.evaluation.samples import PHRASES_PER_PIECE, Samples
from musegen.files import atomic_write
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["Report", "evaluate"]

# Each measures one thing; what it cannot measure on the phrases given, it leaves out.
_FAMILIES: tuple[Callable[[Samples], dict[str, Measure]], ...] = (
    melody.measure,
    reconstruction.measure,
    draws.measure,
    classifier.measure,
    structure.measure,
    overlap.measure,
    originality.measure,
    interpolation.measure,
    attributes.measure,
)
_EXAMPLES = 4  # rolls of either kind in the picture


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
    examples : dict of str to sequence of Phrase
        A few phrases to look at, by what they are; in the picture, not in the JSON.
    """

    checkpoint: str
    split: str
    sources: int
    phrases: int
    measures: dict[str, Measure]
    examples: dict[str, Sequence[Phrase]] = field(default_factory=dict)

    def save(self, path: str | Path) -> None:
        """Write it as JSON, and beside it a picture of the same name; each whole or not at all.

        Parameters
        ----------
        path : path
            The JSON's. The picture ends in ``.png``.
        """
        path = Path(path)
        plain = {name: value for name, value in vars(self).items() if name != "examples"}
        plain["measures"] = {name: asdict(measure) for name, measure in self.measures.items()}
        with atomic_write(path) as beside:
            beside.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n")
        picture = path.with_suffix(".png")
        draw_picture(picture, self._title, self.measures, self.examples)

    @property
    def _title(self) -> str:
        phrases = f"{self.phrases:,} phrases of {self.sources} sources"
        return f"{self.checkpoint}, on {phrases} ({self.split})"

    def __str__(self) -> str:
        return "\n".join(
            [f"{self._title}:", *(f"  {name}: {m}" for name, m in self.measures.items())]
        )


def evaluate(folder: str | Path, phrases: PhraseSet) -> Report:
    """Measure a checkpoint.

    Reconstruction is of phrases that do not overlap, encoded and decoded greedily. Random phrases
    are draws from the prior at the generator's own temperature. The same checkpoint and phrases
    give the same report.

    Parameters
    ----------
    folder : path
        The checkpoint.
    phrases : PhraseSet
        Measured on its test split where it has one, else on all of it. With a test split, those
        for training are what copies are looked for in, and what the language model is made from.

    Raises
    ------
    CheckpointError
        If the checkpoint is missing or damaged.
    MusicError
        If there are no phrases of the checkpoint's parts.
    """
    samples = Samples.gather(folder, phrases)
    measures: dict[str, Measure] = {}
    for family in _FAMILIES:
        measures |= family(samples)
    held = samples.held
    # Some of all songs, and of the drawn pieces the first phrase of each.
    truth = samples.truth[:: max(1, len(held) // _EXAMPLES)][:_EXAMPLES]
    drawn = samples.drawn[::PHRASES_PER_PIECE][:_EXAMPLES]
    return Report(
        Path(folder).name,
        samples.split,
        len(set(held.source)),
        len(held),
        measures,
        {"random": drawn, "held out": truth},
    )
