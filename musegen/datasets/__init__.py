"""From published data sets and folders of MIDI files to phrases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from musegen.datasets import groove, midi_folder, pop909
from musegen.datasets.build import Source, Summary, build_phrases
from musegen.errors import MusicError
from musegen.music.phrase_set import PhraseSet
from musegen.parallel import ALL_CORES, WorkerPool

__all__ = ["CORPORA", "Summary", "build_corpus"]

CORPORA: dict[str, Callable[[list[Path]], list[Source]]] = {
    "groove": groove.find_sources,
    "midi": midi_folder.find_sources,
    "pop909": pop909.find_sources,
}


def build_corpus(
    kind: str, folders: Sequence[str | Path], pool: WorkerPool = ALL_CORES
) -> tuple[PhraseSet, Summary]:
    """Phrases of a data set or of a folder of MIDI files.

    Parameters
    ----------
    kind : str
        One of `CORPORA`.
    folders : sequence of path
        Where it lies. Workers on other machines must see it in the same place.
    pool : WorkerPool
        What reads the files.

    Raises
    ------
    MusicError
        If a folder is missing, or no phrase comes of it.
    WorkerError
        If the pool has no workers or loses one.
    """
    paths = [Path(folder) for folder in folders]
    for path in paths:
        if not path.exists():
            raise MusicError(f"{path} is missing: give the folder where the music lies")
    # Workers may have been started in another folder.
    return build_phrases(CORPORA[kind]([path.absolute() for path in paths]), pool)
