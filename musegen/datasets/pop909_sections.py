"""The sections of POP909's songs, as POP909-Structure labels them.

POP909-Structure (Dai, Zhang and Dannenberg 2020, Automatic Analysis and Influence of Hierarchical
Structure on Melody, Rhythm and Harmony in Popular Music,
https://github.com/Dsqvival/hierarchical-structure-analysis) has for each song a line such as
``i4A8A8B8o4``, sections of so many bars, and the melody in sixteenths from the first bar on. Its
bars do not begin where those of POP909-CL do, so its melody is laid over the song's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musegen.music.notes import PARTS, STEPS_PER_BAR, IntArray
from musegen.music.piece import Piece

__all__ = ["SectionLabels", "find_section_labels"]

_LABELS, _MELODY = "human_label1.txt", "melody.txt"
_SECTION = re.compile(r"([A-Za-z])(\d+)")
_FARTHEST = 10 * STEPS_PER_BAR  # how far apart the two first bars may be
_MIN_MATCHED = 0.65  # share of the melody's notes; with fewer, the two are not the same melody


def find_section_labels(folders: Sequence[Path]) -> dict[str, Path]:
    """List the folders ``NNN`` of POP909-Structure by the number of the song; maybe none."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob(_LABELS)):
            found[path.parent.name] = path.parent
    return found


@dataclass(frozen=True)
class SectionLabels:
    """The labels of one song.

    Attributes
    ----------
    folder : Path
        The song's, with its labels and its melody.
    """

    folder: Path

    def __call__(self, piece: Piece) -> list[str]:
        """Return the section of each bar of the song, as in `PhraseSet.section`.

        Bars outside the labels, and all if the melodies do not match, have an empty one.
        """
        labels = [""] * piece.bars
        late = self._find_shift(piece)
        if late is None:
            return labels
        start = float(late)
        heard: dict[str, int] = {}
        for letter, bars in _SECTION.findall((self.folder / _LABELS).read_text()):
            heard[letter] = heard.get(letter, 0) + 1
            end = start + int(bars) * STEPS_PER_BAR
            for bar in range(piece.bars):
                if start <= bar * STEPS_PER_BAR < end:
                    labels[bar] = f"{letter}{heard[letter]}"
            start = end
        return labels

    def _find_shift(self, piece: Piece) -> int | None:
        """Return the step of the song at which the labels' first bar begins."""
        notes = piece.notes
        ours = np.unique(notes["onset"][notes["part"] == PARTS.index("lead")])
        theirs = self._read_melody()
        if not len(ours) or not len(theirs):
            return None
        # Bars begin on a beat, and a beat of theirs may be an eighth of ours.
        shifts = range(-_FARTHEST, _FARTHEST + 1, 2)
        matched = [np.isin(ours - shift, theirs).mean() for shift in shifts]
        best = int(np.argmax(matched))
        return shifts[best] if matched[best] >= _MIN_MATCHED else None

    def _read_melody(self) -> IntArray:
        """Return the onsets of the melody, in sixteenths from the labels' first bar."""
        rows = [line.split() for line in (self.folder / _MELODY).read_text().splitlines()]
        pitch, length = np.array([row[:2] for row in rows if len(row) >= 2], int).reshape(-1, 2).T
        return (np.cumsum(length) - length)[pitch > 0]
