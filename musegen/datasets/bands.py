"""Bands: music for games and films, published as MIDI files under free licences.

| folder | from | licence |
|---|---|---|
| ``freedoom`` | https://github.com/freedoom/freedoom, ``musics`` | BSD-3-Clause |
| ``simutrans`` | https://github.com/simutrans/simutrans, ``simutrans/music`` | Artistic-1.0 |
| ``free-music`` | https://github.com/tannerhelland/free-music | CC-BY-4.0 |
| ``easyrpg-rtp`` | https://github.com/EasyRPG/RTP, ``music`` | CC-BY-4.0 |
"""

from __future__ import annotations

from pathlib import Path

from musegen.datasets.build import Source
from musegen.datasets.midi_folder import list_sources

__all__ = ["find_sources"]

_STYLES = {
    "freedoom": "metal",
    "simutrans": "easy listening",
    "free-music": "film",
    "easyrpg-rtp": "game",
}


def find_sources(folders: list[Path]) -> list[Source]:
    """List the MIDI files in the folders; a tenth each is for validation and for test.

    The innermost folder with the name of one of the four collections gives the style. Others have
    none.

    Raises
    ------
    MusicError
        If there are no such files.
    """
    return list_sources(folders, "bands/", _style, one_in=10)


def _style(folder: Path, path: Path) -> str:
    return next((_STYLES[part] for part in reversed(path.parts) if part in _STYLES), "")
