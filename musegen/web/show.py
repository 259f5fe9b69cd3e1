"""What the player shows of a version."""

from __future__ import annotations

from pathlib import Path

from musegen.recipe import naming
from musegen.recipe.codec import write_recipe
from musegen.server.versions import Version
from musegen.web.components.player.component import PlayerData, player_data
from musegen.web.links import write_link

__all__ = ["show"]


def show(
    version: Version,
    sound: Path | None = None,
    stream: dict | None = None,
    problem: str | None = None,
) -> PlayerData:
    """What the player shows: at first the notes alone, then with the sound.

    Parameters
    ----------
    version : Version
    sound : Path, optional
        Stems or their mix, as `musegen.audio.write_stream` wrote them.
    stream : dict, optional
        What it says of them.
    problem : str, optional
        One line: why there is no sound, or a part of it is missing.
    """
    shares = naming.shares(version.recipe, version.piece)
    return player_data(
        version.piece,
        id=version.id,
        title=naming.title(version.recipe),
        stem=version.stem,
        details=naming.details(version.recipe, version.piece),
        marks=naming.marks(version.recipe, version.piece),
        blend=shares or None,
        link=write_link(version.recipe),
        recipe=write_recipe(version.recipe),
        sound=sound,
        stream=stream,
        problem=problem,
    )
