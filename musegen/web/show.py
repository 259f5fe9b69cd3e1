"""What the player shows of a version."""

from __future__ import annotations

from pathlib import Path

from musegen.recipe import naming
from musegen.server.versions import Take
from musegen.web.components.player.component import PlayerData, player_data
from musegen.web.links import write_link

__all__ = ["show"]


def show(
    take: Take,
    sound: Path | None = None,
    stream: dict | None = None,
    problem: str | None = None,
) -> PlayerData:
    """What the player shows: at first the notes alone, then with the sound.

    Parameters
    ----------
    take : Take
    sound : Path, optional
        Stems or their mix, as `musegen.audio.write_stream` wrote them.
    stream : dict, optional
        What it says of them.
    problem : str, optional
        One line: why there is no sound, or a part of it is missing.
    """
    shares = naming.shares(take.recipe, take.piece)
    return player_data(
        take.piece,
        id=take.id,
        title=naming.title(take.recipe),
        stem=take.stem,
        details=naming.details(take.recipe, take.piece),
        marks=naming.marks(take.recipe, take.piece),
        blend=shares or None,
        link=write_link(take.recipe),
        recipe=take.recipe.text,
        sound=sound,
        stream=stream,
        problem=problem,
    )
