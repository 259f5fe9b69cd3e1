"""Reads published data sets and folders of MIDI files as sets of phrases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from musegen.datasets import bands, groove, midi_folder, pop909, songbooks
from musegen.datasets.build import Source, Summary, build_phrases
from musegen.errors import MusicError
from musegen.music.phrase_set import PhraseSet
from musegen.parallel import ALL_CORES, WorkerPool

__all__ = ["DATASETS", "Summary", "build_dataset"]

DATASETS: dict[str, Callable[[list[Path]], list[Source]]] = {
    "bands": bands.find_sources,
    "groove": groove.find_sources,
    "hymns": songbooks.find_hymns,
    "lieder": songbooks.find_lieder,
    "midi": midi_folder.find_sources,
    "pop909": pop909.find_sources,
}


def build_dataset(
    kind: str, folders: Sequence[str | Path], pool: WorkerPool = ALL_CORES
) -> tuple[PhraseSet, Summary]:
    """Read the phrases of a data set or of folders of MIDI files.

    Parameters
    ----------
    kind : str
        One of `DATASETS`.
    folders : sequence of path
        Where the music is. Workers on other machines must find it at the same paths.
    pool : WorkerPool
        The processes that read the files.

    Raises
    ------
    MusicError
        If a folder is missing, or no phrase was found.
    WorkerError
        If the pool has no workers or loses one.
    """
    paths = [Path(folder) for folder in folders]
    for path in paths:
        if not path.exists():
            raise MusicError(f"{path} is missing: give the folder with the music")
    # Workers may have another working folder, so the paths must be absolute.
    return build_phrases(DATASETS[kind]([path.absolute() for path in paths]), pool)
