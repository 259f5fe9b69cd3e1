"""The music that a checkpoint is measured on: held-out, drawn and training phrases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from musegen.errors import MusicError
from musegen.generator import MuseGen
from musegen.latent.paths import MODELS
from musegen.model.conditions import Conditions, style_shares
from musegen.model.latent_space import LatentSpace
from musegen.music.notes import BARS_PER_PHRASE, DRUMS
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet
from musegen.music.piece import Piece

__all__ = [
    "PHRASES_PER_PIECE",
    "Samples",
    "numbers_in_song",
    "pair_songs",
    "sample_evenly",
    "sixteen_bars",
    "to_c",
]

PHRASES_PER_PIECE = 8  # 16 bars
_MAX_PER_SONG = 32  # the longest drum performance is ten times as long as most
# There are about as many drawn phrases as held-out ones, within these limits.
_MIN_PIECES, _MAX_PIECES = 16, 192


@dataclass(frozen=True, eq=False)
class Samples:
    """A checkpoint and the music that it is measured on.

    Attributes
    ----------
    space : LatentSpace
    split : str
        Which phrases are held out: ``test``, or ``all`` if none is marked as test.
    held_out : PhraseSet
        Phrases of the space's parts that do not overlap, in C, with their own tempos.
    train : PhraseSet, optional
        The training phrases, in C. None if they may include the held-out ones.
    other : LatentSpace, optional
        The model of the other parts, from the folder ``song`` or ``drums`` beside the checkpoint.
    bands : PhraseSet, optional
        The phrases of `held_out` with the parts of both models.
    """

    space: LatentSpace
    split: str
    held_out: PhraseSet
    train: PhraseSet | None
    other: LatentSpace | None = None
    bands: PhraseSet | None = None

    @classmethod
    def gather(cls, folder: str | Path, phrases: PhraseSet) -> Samples:
        """Load a checkpoint, and choose its held-out and training phrases from a dataset.

        Raises
        ------
        CheckpointError
            If the checkpoint is missing or damaged.
        MusicError
            If there are no phrases of the checkpoint's parts.
        """
        space = LatentSpace(folder)
        whole = to_c(phrases)
        mine = whole.only(space.parts)
        held, train, split = mine, None, "all"
        if (mine.split == "test").any():
            held, split = mine.where("test"), "test"
            if (mine.split == "train").any():
                train = mine.where("train")
        held = held.take(held.bar % BARS_PER_PHRASE == 0)
        if not len(held):
            parts = ", ".join(space.parts)
            raise MusicError(f"none of these phrases has notes of {parts}: choose other phrases")
        is_held = np.isin(_places(whole), _places(held))
        return cls(space, split, held, train, _beside(Path(folder), space), whole.take(is_held))

    @cached_property
    def originals(self) -> list[Phrase]:
        """The phrases of `held_out` as a list."""
        return list(self.held_out)

    @cached_property
    def reconstructed(self) -> list[Phrase]:
        """The phrases of `held_out`, encoded and decoded."""
        return self.space.decode(self.space.encode(self.originals))

    @property
    def styles(self) -> dict[str, float]:
        """The share of each style in `held_out` that the prior knows: draws are asked for these."""
        known = np.isin(self.held_out.style, self.space.styles)
        names, count = np.unique(self.held_out.style[known], return_counts=True)
        return dict(zip(names.tolist(), (count / count.sum()).tolist(), strict=True))

    @property
    def conditions(self) -> Conditions:
        """What draws are asked for, if nothing else is measured: the styles."""
        return Conditions(styles=style_shares(self.space.styles, self.styles))

    @cached_property
    def random_pieces(self) -> list[Piece]:
        """Random pieces of 16 bars as `MuseGen.random` draws them, with the other model's parts.

        They are asked for no style, as most are.
        There are about as many phrases as in `held_out`.
        """
        as_many = len(self.held_out) // PHRASES_PER_PIECE + 1
        count = min(max(as_many, _MIN_PIECES), _MAX_PIECES)
        spaces = {"drums" if "drums" in self.space.parts else "song": self.space}
        if self.other is not None:
            spaces["drums" if "drums" in self.other.parts else "song"] = self.other
        spaces = {name: spaces[name] for name in MODELS if name in spaces}
        return MuseGen(spaces).random_many(range(count), PHRASES_PER_PIECE * BARS_PER_PHRASE)

    @cached_property
    def drawn(self) -> list[Phrase]:
        """The phrases of `random_pieces`, with the checkpoint's own parts."""
        return [
            phrase.only(self.space.parts)
            for piece in self.random_pieces
            for phrase in piece.phrases
        ]

    @property
    def piece_of_drawn(self) -> np.ndarray:
        """The number of the piece of each phrase in `drawn`."""
        return np.arange(len(self.drawn)) // PHRASES_PER_PIECE


def _places(phrases: PhraseSet) -> np.ndarray:
    """Return a text for each phrase that says which one it is."""
    return np.char.add(np.char.add(phrases.source, " "), phrases.bar.astype(str))


def _beside(folder: Path, space: LatentSpace) -> LatentSpace | None:
    """Load the checkpoint of the other parts, if it lies beside one."""
    for name in MODELS:
        path = folder.resolve().parent / name
        if path != folder.resolve() and path.is_dir():
            other = LatentSpace(path)
            if not set(other.parts) & set(space.parts):
                return other
    return None


def to_c(phrases: PhraseSet) -> PhraseSet:
    """Transpose all phrases to C, as `Phrase.to_key` does."""
    notes = phrases.notes.copy()
    pitched = notes["part"] != DRUMS
    pitch = notes["pitch"][pitched] - phrases.key[phrases.rows][pitched]
    pitch[pitch < 0] += 12
    pitch[pitch > 127] -= 12
    notes["pitch"][pitched] = pitch
    return replace(phrases, notes=notes, key=np.zeros_like(phrases.key))


def numbers_in_song(source: np.ndarray) -> np.ndarray:
    """Number the phrases of each song from 0 on, in random order."""
    order = np.random.default_rng(0).permutation(len(source))
    order = order[np.argsort(source[order], kind="stable")]
    _, start, count = np.unique(source[order], return_index=True, return_counts=True)
    place = np.empty(len(source), np.int64)
    place[order] = np.arange(len(source)) - np.repeat(start, count)
    return place


def sample_evenly(source: np.ndarray, count: int, per_song: int = _MAX_PER_SONG) -> np.ndarray:
    """Choose phrases as evenly from all songs as possible; return their rows in random order.

    Parameters
    ----------
    source : numpy.ndarray
        The song of each phrase.
    count, per_song : int
        The largest number in all, and from each song.
    """
    place = numbers_in_song(source)
    rows = np.random.default_rng(1).permutation(np.flatnonzero(place < per_song))
    first = rows[np.argsort(place[rows], kind="stable")][:count]
    return np.random.default_rng(2).permutation(first)


def pair_songs(source: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair phrases of different songs; each song is paired with only one other of similar length.

    So a classifier that is trained on other pairs has seen neither song of a pair.

    Parameters
    ----------
    source : numpy.ndarray
        The song of each phrase.
    rows : numpy.ndarray
        The phrases to pair.

    Returns
    -------
    tuple of numpy.ndarray
        Rows of the first phrases, and of the second ones. No phrase is in two pairs.
    """
    songs, count = np.unique(source[rows], return_counts=True)
    songs = songs[np.argsort(-count, kind="stable")]
    a: list[int] = []
    b: list[int] = []
    for one, other in zip(songs[::2], songs[1::2], strict=False):
        ends = [rows[source[rows] == song] for song in (one, other)]
        n = min(len(end) for end in ends)
        a += ends[0][:n].tolist()
        b += ends[1][:n].tolist()
    return np.array(a, np.int64), np.array(b, np.int64)


def sixteen_bars(phrases: PhraseSet) -> np.ndarray:
    """Find eight consecutive phrases of a song, without overlap; return rows, shape ``(n, 8)``."""
    found: list[list[int]] = []
    run: list[int] = []
    for row in np.lexsort((phrases.bar, phrases.source)).tolist():
        follows = (
            run
            and phrases.source[row] == phrases.source[run[-1]]
            and phrases.bar[row] == phrases.bar[run[-1]] + BARS_PER_PHRASE
        )
        run = [*run, row] if follows else [row]
        if len(run) == PHRASES_PER_PIECE:
            found.append(run)
            run = []
    return np.array(found, np.int64).reshape(-1, PHRASES_PER_PIECE)
