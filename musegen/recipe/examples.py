"""Example pieces: good seeds, each with instruments that suit it."""

from __future__ import annotations

from collections.abc import Mapping

from musegen.latent.forms import DEFAULT_FORM
from musegen.music.bands import BANDS
from musegen.recipe.schema import Random, Recipe, Sound

__all__ = ["EXAMPLES"]


def _example(seed: int, band: str, key: int = 0, form: str = DEFAULT_FORM) -> Recipe:
    players = BANDS[band]
    sound = Sound(
        key=key,
        tempo=players.tempo,
        programs=dict(players.programs),
        swing=players.swing or None,
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
