"""A chord: its root, the notes above it, and its bass."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from musegen.errors import MusicError
from musegen.music.harmony.qualities import quality_intervals, quality_name
from musegen.music.harmony.spelling import note_name, spell_above, spell_root

__all__ = ["NO_CHORD", "Chord"]

_NONE = ("n.c.", "nc", "n.c", "n", "no chord", "-")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11, "H": 11}
_SIGNS = {"": 0, "#": 1, "##": 2, "b": -1, "bb": -2, "is": 1, "es": -1, "s": -1}
# Also German names: H, Fis, Es. What could be English is: Esus4 is E with a suspended fourth.
_NOTE = re.compile(r"([A-H])(##|bb|#|b|(?<=[CDEFGAH])is|(?<=[CDFGH])es|(?<=[EA])s(?!us))?")


@dataclass(frozen=True)
class Chord:
    """A chord as a lead sheet names it, or no chord.

    Attributes
    ----------
    root : int
        Pitch class, 0 (C) to 11 (B); -1 for no chord.
    intervals : tuple of int
        Semitones from 0 to 11 above the root, rising; the root itself is 0. Empty for no chord.
    bass : int
        Pitch class of the lowest note, which need not be one of the chord; -1 for no chord.
    """

    root: int
    intervals: tuple[int, ...]
    bass: int

    @classmethod
    def from_name(cls, name: str) -> Chord:
        """Read a name such as ``C``, ``Am7``, ``F#m7b5``, ``G/B``, ``C6/9`` or ``N.C.``.

        Other ways to write a chord are read, too: ``Cmaj7``, ``CM7`` and ``C△`` are one chord, and
        so are ``B♭``, ``Bb`` and ``Hes``. ``H`` is B, as in German, but ``B`` never is B flat.

        Raises
        ------
        MusicError
            If it is not the name of a chord.
        """
        text = unicodedata.normalize("NFKC", name).replace("♯", "#").replace("♭", "b").strip()
        if text.lower() in _NONE:
            return NO_CHORD
        found = _NOTE.match(text)
        if found:
            root, rest = _pitch_class(found), text[found.end() :]
            above, _, below = rest.rpartition("/")
            bass = _NOTE.fullmatch(below)
            quality = above if bass and "/" in rest else rest
            intervals = quality_intervals(quality)
            if intervals:
                return cls(root, intervals, _pitch_class(bass) if bass and "/" in rest else root)
        raise MusicError(f"{name[:20]!r} is no chord; write for example Am7, F#m7b5, G/B or N.C.")

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes of the chord, from the root up; the bass only if it is one of them."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)

    def transposed(self, semitones: int) -> Chord:
        """Return the chord so many semitones higher."""
        if self == NO_CHORD:
            return self
        return replace(self, root=(self.root + semitones) % 12, bass=(self.bass + semitones) % 12)

    def name(self, key: int = 0) -> str:
        """Return the chord's name, spelled as it suits a key, given as in `Phrase.key`."""
        if self == NO_CHORD:
            return "N.C."
        quality = quality_name(self.intervals)
        root = spell_root(self.root, key, quality)
        if self.bass == self.root:
            return note_name(root) + quality
        bass = spell_above(root, (self.bass - self.root) % 12, self.intervals)
        return f"{note_name(root)}{quality}/{note_name(bass)}"

    def __str__(self) -> str:
        return self.name()


NO_CHORD = Chord(-1, (), -1)
"""Where nothing sounds that could be called a chord."""


def _pitch_class(note: re.Match[str]) -> int:
    """Return the pitch class of a note that `_NOTE` has matched."""
    letter, sign = note.groups(default="")
    return (_LETTERS[letter] + _SIGNS[sign]) % 12
