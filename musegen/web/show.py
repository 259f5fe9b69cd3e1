"""What the player shows of a version, and what it can show before anything is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from musegen.recipe import naming
from musegen.recipe.codec import write_recipe
from musegen.recipe.examples import EXAMPLES
from musegen.server.services import Services
from musegen.server.versions import Version
from musegen.web.components.player.component import PlayerData, player_data
from musegen.web.links import write_link

__all__ = ["FIRST_EXAMPLE", "example_head", "show"]

FIRST_EXAMPLE = next(iter(EXAMPLES.values()))
"""What the button in the empty player plays."""


def show(
    version: Version,
    sound: Path | None = None,
    stream: dict[str, Any] | None = None,
    problem: str | None = None,
) -> PlayerData:
    """Return what the player shows; the other arguments are as in `PlayerData`."""
    return player_data(
        version.piece,
        id=version.id,
        title=naming.title(version.recipe),
        stem=version.stem,
        details=naming.details(version.recipe, version.piece),
        marks=naming.marks(version.recipe, version.piece),
        blend=naming.shares(version.recipe, version.piece) or None,
        silent=version.recipe.sound.silent,
        link=write_link(version.recipe),
        recipe=write_recipe(version.recipe),
        sound=sound,
        stream=stream,
        problem=problem,
    )


def example_head(services: Services) -> str:
    """HTML for the page's head: the first example as JSON, so that it plays at once.

    It is null where the model has to draw it.
    """
    data = "null"
    if services.is_ready(FIRST_EXAMPLE):
        data = show(services.make_version(FIRST_EXAMPLE)).model_dump_json()
        data = data.replace("<", "\\u003c")  # could end the element
    return f'<script type="application/json" id="mg-example">{data}</script>'
