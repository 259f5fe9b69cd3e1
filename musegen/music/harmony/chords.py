"""Chords by the beat: the harmony of a piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from musegen.errors import MusicError
from musegen.limits import KEYS
from musegen.music.harmony.chord import NO_CHORD, Chord
from musegen.music.harmony.progressions import PROGRESSIONS
from musegen.music.harmony.roman import Tonic
from musegen.music.harmony.text import read_bars, write_bars
from musegen.music.keys import tonic_named
from musegen.music.notes import BEATS_PER_PHRASE, BoolArray, IntArray

__all__ = ["Chords"]

_OCTAVE = 12
_MAJOR_SCALE = np.isin(np.arange(_OCTAVE), (0, 2, 4, 5, 7, 9, 11))


@dataclass(frozen=True, eq=False)
class Chords:
    """The chord of each beat, as arrays that a network can take.

    A beat is a quarter, and a phrase has eight of them. Those that its meter does not use repeat
    the chord before.

    Attributes
    ----------
    roots, basses : numpy.ndarray
        Pitch classes from 0 to 11, or -1 where there is no chord; int8 of shape ``(beats,)``,
        read-only.
    pitch_classes : numpy.ndarray
        Which pitch classes each chord has; bool of shape ``(beats, 12)``, read-only. A bass that is
        not one of the chord's notes is not among them.
    """

    roots: IntArray
    basses: IntArray
    pitch_classes: BoolArray

    def __post_init__(self) -> None:
        beats = len(self.roots)
        if len(self.basses) != beats or self.pitch_classes.shape != (beats, _OCTAVE):
            raise ValueError("roots, basses and pitch classes have different lengths")
        for name, dtype in (("roots", np.int8), ("basses", np.int8), ("pitch_classes", np.bool_)):
            own = np.array(getattr(self, name), dtype)
            own.flags.writeable = False
            object.__setattr__(self, name, own)

    @classmethod
    def from_chords(cls, chords: Iterable[Chord]) -> Chords:
        """Make them of one chord for each beat."""
        chords = list(chords)
        pitch_classes = np.zeros((len(chords), _OCTAVE), np.bool_)
        for row, chord in zip(pitch_classes, chords, strict=True):
            row[list(chord.pitch_classes)] = True
        roots, basses = [[getattr(c, name) for c in chords] for name in ("root", "bass")]
        return cls(np.array(roots, np.int8), np.array(basses, np.int8), pitch_classes)

    @classmethod
    def from_text(cls, text: str, key: int | str = 0) -> Chords:
        """Read bars of chords, such as ``| C G | Am F |`` or ``I V vi IV``.

        Parameters
        ----------
        text : str
            As `musegen.music.harmony.text.read_bars` reads it, or the name of one of
            `musegen.music.harmony.PROGRESSIONS`.
        key : int or str
            What Roman numerals are degrees of: a major key as in `musegen.music.Phrase.key`, or the
            name of a major or a minor key, such as ``Eb`` or ``Am``.

        Raises
        ------
        MusicError
            If the text has no chords, or something in it is no chord; the message says where.
        """
        tonic = Tonic(*tonic_named(key)) if isinstance(key, str) else Tonic(key % _OCTAVE)
        named = PROGRESSIONS.get(" ".join(text.lower().split()))
        if named:  # in a major key, or in the relative major of a minor one
            text, tonic = named, Tonic((tonic.pitch_class + 3 * tonic.is_minor) % _OCTAVE)
        return cls.from_chords(read_bars(text, tonic))

    def __len__(self) -> int:
        """How many beats there are."""
        return len(self.roots)

    def __getitem__(self, beat: int) -> Chord:
        root = int(self.roots[beat])
        if root < 0:
            return NO_CHORD
        above = (np.flatnonzero(self.pitch_classes[beat]) - root) % _OCTAVE
        return Chord(root, tuple(sorted(above.tolist())), int(self.basses[beat]))

    def __iter__(self) -> Iterator[Chord]:
        return (self[beat] for beat in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Chords):
            return NotImplemented
        return (
            np.array_equal(self.roots, other.roots)
            and np.array_equal(self.basses, other.basses)
            and np.array_equal(self.pitch_classes, other.pitch_classes)
        )

    def changes(self) -> list[tuple[int, Chord]]:
        """Return each chord that differs from the one before, with the beat that it begins at."""
        columns = np.column_stack([self.roots, self.basses, self.pitch_classes])
        begins = np.ones(len(self), bool)
        begins[1:] = (columns[1:] != columns[:-1]).any(axis=1)
        return [(beat, self[beat]) for beat in np.flatnonzero(begins).tolist()]

    def names(self, keys: Sequence[int]) -> list[tuple[int, str]]:
        """Return the beat and the name of each chord of `changes`.

        Parameters
        ----------
        keys : sequence of int
            The key of each phrase, as in `musegen.music.Phrase.key`: names are spelled in it.
        """
        return [
            (beat, chord.name(keys[beat // BEATS_PER_PHRASE])) for beat, chord in self.changes()
        ]

    def text(self, keys: int | Sequence[int] = 0) -> str:
        """Return the chords as bars that `from_text` reads, four in a line.

        Parameters
        ----------
        keys : int or sequence of int
            The key, or that of each phrase, as in `musegen.music.Phrase.key`: names are spelled in
            it.
        """
        if isinstance(keys, int):
            keys = [keys] * -(-len(self) // BEATS_PER_PHRASE)
        names: list[str] = []
        for beat, name in self.names(keys):
            names += [names[-1]] * (beat - len(names)) if names else []
            names.append(name)
        return write_bars(names + names[-1:] * (len(self) - len(names)))

    def held(self, is_used: BoolArray) -> Chords:
        """Return the chords with some beats as the last one before them that is used.

        Parameters
        ----------
        is_used : numpy.ndarray
            Bool of shape ``(beats,)``; the first is used.
        """
        index = np.maximum.accumulate(np.where(is_used, np.arange(len(self)), 0))
        return Chords(self.roots[index], self.basses[index], self.pitch_classes[index])

    @classmethod
    def key_of_text(cls, text: str, usual: int = 0) -> int:
        """Return the key that chords as text are in, as `likeliest_key`.

        Roman numerals and names of progressions are in any key: for these it is `usual`, and for
        a text without chords.

        Raises
        ------
        MusicError
            As in `from_text`.
        """
        if not text.strip():
            return usual
        chords = cls.from_text(text, usual)
        return chords.likeliest_key(usual) if chords == cls.from_text(text, usual + 1) else usual

    def likeliest_key(self, usual: int = 0) -> int:
        """Return the key that the chords are in, as in `musegen.music.Phrase.key`.

        It is `usual` if the notes of all chords are in its scale. Otherwise it is the key with the
        fewest notes outside of its scale; of such keys the one with most chords on its tonic, or
        on that of its relative minor, chords like the last one counting twice. The sevenths of
        dominant chords do not count, as blues has them on every degree.
        """
        given = np.flatnonzero(self.roots >= 0)
        if not len(given):
            return usual
        notes, roots = np.array(self.pitch_classes[given]), self.roots[given].astype(np.int64)
        row, seventh = np.arange(len(roots)), (roots + 10) % _OCTAVE
        notes[row, seventh] &= ~notes[row, (roots + 4) % _OCTAVE]
        keys = [usual, *sorted(range(KEYS[0], KEYS[1] + 1), key=abs)]
        outside = [int((notes & ~np.roll(_MAJOR_SCALE, key)).sum()) for key in keys]
        if outside[0] == 0:
            return usual
        weight = 1 + (roots == roots[-1])
        on_tonic = [int(weight[np.isin((roots - key) % _OCTAVE, (0, 9))].sum()) for key in keys]
        return keys[min(range(len(keys)), key=lambda i: (outside[i], -on_tonic[i]))]

    def fitted(self, beats: int, first: int = 0) -> Chords:
        """Return so many beats of the chords, which repeat for ever, from beat `first` on.

        Raises
        ------
        MusicError
            If there are no chords to repeat.
        """
        if not len(self):
            raise MusicError("there are no chords: write some, such as | C G | Am F |")
        index = np.arange(first, first + beats) % len(self)
        return Chords(self.roots[index], self.basses[index], self.pitch_classes[index])

    def padded(self, beats: int) -> Chords:
        """Return the chords cut, or with no chord at the end, to so many beats."""
        own = list(self)[:beats]
        return Chords.from_chords(own + [NO_CHORD] * (beats - len(own)))

    def transposed(self, semitones: int) -> Chords:
        """Return the chords so many semitones higher."""
        return Chords.from_chords(chord.transposed(semitones) for chord in self)
