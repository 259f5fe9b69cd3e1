"""What the player shows of a version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from musegen.recipe import naming
from musegen.recipe.codec import write_recipe
from musegen.server.versions import Version
from musegen.web.components.player.component import PlayerData, player_data
from musegen.web.links import write_link

__all__ = ["show"]


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
        link=write_link(version.recipe),
        recipe=write_recipe(version.recipe),
        sound=sound,
        stream=stream,
        problem=problem,
    )
