"""Songbooks as folders of MIDI files: Lieder with piano, and hymns in four voices.

The OpenScore Lieder Corpus (https://github.com/OpenScore/Lieder, CC0) has scores, which MuseScore
exports as MIDI files with velocities from the dynamics. The Open Hymnal
(http://openhymnal.org, public domain) publishes MIDI files beside its scores.
"""

from __future__ import annotations

from pathlib import Path

from musegen.datasets.build import Source
from musegen.datasets.midi_folder import list_sources

__all__ = ["find_hymns", "find_lieder"]


def find_lieder(folders: list[Path]) -> list[Source]:
    """List the Lieder in the folders; a tenth each is for validation and for test.

    Raises
    ------
    MusicError
        If there are no MIDI files.
    """
    return list_sources(folders, "lieder/", lambda folder, path: "lied", one_in=10)


def find_hymns(folders: list[Path]) -> list[Source]:
    """List the hymns in the folders; a tenth each is for validation and for test.

    Raises
    ------
    MusicError
        If there are no MIDI files.
    """
    return list_sources(folders, "hymns/", lambda folder, path: "hymn", one_in=10)
