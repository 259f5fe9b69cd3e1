"""The report: every measure of a checkpoint, with intervals and baselines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from musegen.evaluation.measures import (
    attributes,
    draws,
    faults,
    interpolation,
    melody,
    originality,
    overlap,
    reconstruction,
    structure,
)
from musegen.evaluation.measures.conditions import accompaniment, chords, restyle
from musegen.evaluation.measures.pieces import drums_and_band, endings, harmony, repeats
from musegen.evaluation.measures.statistics import Measure
from musegen.evaluation.picture import draw_picture
from musegen.evaluation.samples import PHRASES_PER_PIECE, Samples
from musegen.files import atomic_write
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["Report", "evaluate"]

_MEASURES: tuple[Callable[[Samples], dict[str, Measure]], ...] = (
    melody.measure,
    reconstruction.measure,
    draws.measure,
    faults.measure,
    structure.measure,
    repeats.measure,
    harmony.measure,
    endings.measure,
    drums_and_band.measure,
    chords.measure,
    accompaniment.measure,
    restyle.measure,
    overlap.measure,
    originality.measure,
    interpolation.measure,
    attributes.measure,
)
_EXAMPLES = 4  # piano rolls of each kind in the picture


@dataclass(frozen=True)
class Report:
    """Measures of a checkpoint.

    Attributes
    ----------
    checkpoint : str
        The folder's name.
    split : str
        Of the phrases: ``test``, or ``all`` if none is marked as test.
    sources, phrases : int
        How many songs or performances it was measured on, and how many phrases of them.
    measures : dict of str to Measure
    examples : dict of str to sequence of Phrase
        A few phrases to look at, by kind; shown in the picture, not in the JSON.
    """

    checkpoint: str
    split: str
    sources: int
    phrases: int
    measures: dict[str, Measure]
    examples: dict[str, Sequence[Phrase]] = field(default_factory=dict)

    def save(self, path: str | Path) -> None:
        """Write a JSON file, and a picture with the same name and the ending ``.png``."""
        path = Path(path)
        plain = {name: value for name, value in vars(self).items() if name != "examples"}
        plain["measures"] = {name: asdict(measure) for name, measure in self.measures.items()}
        with atomic_write(path) as temporary:
            temporary.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n")
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

    The same checkpoint and phrases give the same report.

    Parameters
    ----------
    folder : path
        The checkpoint.
    phrases : PhraseSet
        Those of the test split are measured on; all, if there is none. With a test split, those of
        the training split are compared with drawn phrases, and train the language model.

    Raises
    ------
    CheckpointError
        If the checkpoint is missing or damaged.
    MusicError
        If there are no phrases of the checkpoint's parts.
    """
    samples = Samples.gather(folder, phrases)
    measures: dict[str, Measure] = {}
    for measure in _MEASURES:
        measures |= measure(samples)
    held = samples.held_out
    # Phrases from all over the held-out songs, and the first phrases of drawn pieces.
    truth = samples.originals[:: max(1, len(held) // _EXAMPLES)][:_EXAMPLES]
    drawn = samples.drawn[::PHRASES_PER_PIECE][:_EXAMPLES]
    return Report(
        Path(folder).name,
        samples.split,
        len(set(held.source)),
        len(held),
        measures,
        {"random": drawn, "held out": truth},
    )
