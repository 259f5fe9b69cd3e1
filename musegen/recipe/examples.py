"""Pieces to begin with: seeds that came out well, each with a band that suits it."""

from __future__ import annotations

from collections.abc import Mapping

from musegen.latent.forms import DEFAULT_FORM
from musegen.music.bands import BANDS
from musegen.recipe.schema import Random, Recipe, Sound

__all__ = ["EXAMPLES"]


def _example(seed: int, band: str, key: int = 0, form: str = DEFAULT_FORM) -> Recipe:
    played_by = BANDS[band]
    sound = Sound(
        key=key,
        tempo=played_by.tempo,
        programs=dict(played_by.programs),
        swing=played_by.swing or None,
    )
    return Recipe(source=Random(seed=seed, form=form), sound=sound)


EXAMPLES: Mapping[str, Recipe] = {
    "Morning": _example(113, "Pop", form="AABA"),
    "Late train": _example(10, "Lo-fi", key=-3),
    "Corner bar": _example(102, "Jazz", key=-2, form="AABA"),
    "Neon": _example(9, "Synthwave", key=2),
    "Slow river": _example(6, "Ambient", key=4),
    "Porch": _example(18, "Folk", key=-5),
}
