"""POP909 on the corrected beat grid of POP909-CL.

POP909 (Wang et al., ISMIR 2020) has tracks for melody, bridge and piano, in free time. POP909-CL
(https://github.com/AndyWeasley2004/POP909-CL-Dataset) has the same notes in one track, on a
corrected beat grid and with corrected keys. Both have the same velocities: aligning the sequences
of velocities of each pitch gives each note of POP909-CL its track in POP909.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from musegen.datasets.build import Source
from musegen.datasets.pop909_sections import SectionLabels, find_section_labels
from musegen.errors import MusicError
from musegen.midi import load_midi
from musegen.music.notes import NOTE, PARTS, STEPS_PER_PHRASE, tidy_notes
from musegen.music.piece import Piece
from musegen.reading import file_keys, quantize_track
from musegen.reading.assign_parts import split_bass
from musegen.reading.grid import Grid, map_grid

if TYPE_CHECKING:
    import pretty_midi

__all__ = ["find_songs", "find_sources", "read_song"]

_PARTS = {"MELODY": "lead", "BRIDGE": "counter", "PIANO": "chords"}
_MIN_MATCHED = 0.9  # share of the notes; with fewer, the two files are different arrangements
_MOSTLY = 0.6  # share of the notes that agree on a position beside the steps
_TEMPOS = (40.0, 240.0)


def find_sources(folders: list[Path]) -> list[Source]:
    """List the songs that are in both data sets.

    Parameters
    ----------
    folders : list of Path
        Folders that contain, at any depth, POP909's ``NNN/NNN.mid`` and POP909-CL's
        ``POP909_processed/NNN.mid``. If they contain POP909-Structure's ``NNN/human_label1.txt``
        as well, phrases know their sections.

    Returns
    -------
    list of Source
        By number. Numbers that end in 9, or in 8 after an even digit, are for test; those that end
        in 8 after an odd digit are for validation.

    Raises
    ------
    MusicError
        If one of the data sets is missing.
    """
    labels = find_section_labels(folders)
    return [
        Source(
            f"pop909/{labelled.stem}",
            split,
            partial(read_song, labelled, gridded),
            "pop",
            SectionLabels(labels[labelled.stem]) if labelled.stem in labels else None,
        )
        for labelled, gridded, split in find_songs(folders)
    ]


def find_songs(folders: Sequence[Path]) -> list[tuple[Path, Path, str]]:
    """List the files of each song in POP909 and in POP909-CL, and its split.

    Parameters and errors are those of `find_sources`.
    """
    labelled, gridded = {}, {}
    for folder in folders:
        for path in sorted(folder.rglob("[0-9][0-9][0-9].mid")):
            if path.parent.name == path.stem:
                labelled[path.stem] = path
            elif path.parent.name == "POP909_processed":
                gridded[path.stem] = path
    for found, name, inside in (
        (labelled, "POP909", "POP909/NNN/NNN.mid"),
        (gridded, "POP909-CL", "POP909_processed/NNN.mid"),
    ):
        if not found:
            where = ", ".join(str(folder) for folder in folders)
            raise MusicError(f"{name} is not under {where}: give a folder that has {inside}")
    return [
        (labelled[song], gridded[song], _split(int(song)))
        for song in sorted(labelled.keys() & gridded.keys())
    ]


def _split(song: int) -> str:
    if song % 10 == 9 or song % 20 == 8:
        return "test"
    return "validation" if song % 20 == 18 else "train"


def read_song(labelled: Path, gridded: Path) -> Piece:
    """Read a song on the corrected grid, with the part of each note.

    Parameters
    ----------
    labelled, gridded : Path
        The song's file in POP909 and in POP909-CL.

    Raises
    ------
    MusicError
        If it is not all in 4/4, or the two files do not match.
    """
    corrected = load_midi(gridded)
    if {(s.numerator, s.denominator) for s in corrected.time_signature_changes} != {(4, 4)}:
        raise MusicError("not all in 4/4")
    free = load_midi(labelled)

    label_rows: dict[int, list[tuple[float, int, str]]] = defaultdict(list)
    for instrument in free.instruments:
        part = _PARTS.get(instrument.name)
        if part:
            for note in instrument.notes:
                label_rows[note.pitch].append((note.start, note.velocity, part))
    score = quantize_track(corrected, corrected.instruments[0], _straight_grid(corrected))
    labels = np.full(len(score.onset), PARTS.index("chords"))
    matched = np.zeros(len(score.onset), bool)
    for pitch, rows in label_rows.items():
        rows.sort()
        # Sorted by the exact start, because grace notes can share a step.
        own = np.flatnonzero(score.pitch == pitch)
        own = own[np.argsort([corrected.instruments[0].notes[i].start for i in own], kind="stable")]
        for i, j in _align(score.velocity[own], [velocity for _, velocity, _ in rows]):
            labels[own[i]] = PARTS.index(rows[j][2])
            matched[own[i]] = True
    if matched.mean() < _MIN_MATCHED:
        raise MusicError("POP909 and POP909-CL do not match")

    chords = np.flatnonzero(labels == PARTS.index("chords"))
    bass = chords[split_bass(score.onset[chords], score.pitch[chords])]
    labels[bass] = PARTS.index("bass")
    notes = np.zeros(len(labels), NOTE)
    notes["part"] = labels
    for field in ("onset", "pitch", "duration", "velocity", "offset"):
        notes[field] = getattr(score, field)
    notes = tidy_notes(notes)

    # POP909-CL rounds most tempos; POP909 has the tempo of the performance.
    tempo = float(np.clip(free.get_tempo_changes()[1][0], *_TEMPOS))
    phrases = int(notes["onset"].max()) // STEPS_PER_PHRASE + 1
    return Piece.from_notes(notes, file_keys(corrected, notes, phrases), [tempo] * phrases)


def _straight_grid(midi: pretty_midi.PrettyMIDI) -> Grid:
    """Return the file's grid, moved onto the notes if most are beside it by the same time.

    In some 25 songs they are, by a third of a step and one step, for example.
    """
    grid = map_grid(midi)
    position = grid.positions([note.start for note in midi.instruments[0].notes])
    ticks = np.rint(position * grid.ticks).astype(int) % int(grid.ticks)
    counts = np.bincount(ticks)
    late = float(counts.argmax() / grid.ticks)
    if not late or counts.max() < _MOSTLY * len(position):
        return grid
    # More notes are on eighths than on the sixteenths between them.
    odd = np.rint(position - late).astype(int) % 2
    return grid.moved(1 - late if odd.mean() > 0.5 else -late)


def _align(ours: np.ndarray, theirs: list[int]) -> list[tuple[int, int]]:
    """Return pairs of indices of matching notes of one pitch in the two files, in order."""
    if len(ours) == len(theirs):
        return [(i, i) for i in range(len(ours))]
    matcher = SequenceMatcher(None, ours.tolist(), theirs, autojunk=False)
    return [
        (block.a + k, block.b + k)
        for block in matcher.get_matching_blocks()
        for k in range(block.size)
    ]
