"""The chord labels of POP909-CL: people have checked them beat by beat.

Each file of ``POP909_processed`` has a second track with a block chord for each label.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musegen.datasets import pop909
from musegen.errors import MusicError
from musegen.midi import load_midi
from musegen.music.harmony import NO_CHORD, Chords, identify
from musegen.music.notes import BEATS_PER_PHRASE
from musegen.music.piece import Piece

__all__ = ["LabelledSong", "read_chord_labels", "read_labelled_songs"]


@dataclass(frozen=True)
class LabelledSong:
    """A song with the chords that people hear in it.

    Attributes
    ----------
    split : str
        One of `musegen.music.phrase_set.SPLITS`, as `musegen.datasets.pop909` chooses it.
    piece : Piece
    chords : Chords
        For each beat of the piece.
    """

    split: str
    piece: Piece
    chords: Chords


def read_labelled_songs(folders: Sequence[Path], splits: Collection[str]) -> list[LabelledSong]:
    """Read the songs of POP909 that are all in 4/4 and have chord labels; all of them take minutes.

    Parameters
    ----------
    folders : sequence of Path
        As in `musegen.datasets.pop909.find_sources`.
    splits : collection of str
        Which of `musegen.music.phrase_set.SPLITS` to read.

    Raises
    ------
    MusicError
        If one of the data sets is missing.
    """
    songs: list[LabelledSong] = []
    for labelled, gridded, split in pop909.find_songs(folders):
        if split not in splits:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                piece = pop909.read_song(labelled, gridded)
                labels = read_chord_labels(gridded)
        except MusicError:
            continue
        songs.append(LabelledSong(split, piece, labels.padded(BEATS_PER_PHRASE * len(piece))))
    return songs


def read_chord_labels(path: Path) -> Chords:
    """Read the chord that sounds longest in each quarter of a song of POP909-CL.

    A label is a block chord. Its lowest note is the bass, and the root follows from the notes.

    Parameters
    ----------
    path : Path
        The song's file in ``POP909_processed``.

    Raises
    ------
    MusicError
        If it has no track with chords.
    """
    midi = load_midi(path)
    if len(midi.instruments) < 2:
        raise MusicError("there is no second track with chord labels")
    blocks: dict[tuple[float, float], list[int]] = defaultdict(list)
    for note in midi.instruments[1].notes:
        times = (midi.time_to_tick(time) / midi.resolution for time in (note.start, note.end))
        start, end = times
        blocks[start, end].append(note.pitch)
    last = max((end for _, end in blocks), default=0.0)
    beats = BEATS_PER_PHRASE * -(-int(np.ceil(last)) // BEATS_PER_PHRASE)
    chords, longest = [NO_CHORD] * beats, np.zeros(beats)
    for (start, end), pitches in sorted(blocks.items()):
        chord = identify({pitch % 12 for pitch in pitches}, min(pitches) % 12)
        for beat in range(int(start), min(beats, int(np.ceil(end)))):
            sounds = min(end, beat + 1) - max(start, beat)
            if sounds > longest[beat]:
                chords[beat], longest[beat] = chord, sounds
    return Chords.from_chords(chords)
