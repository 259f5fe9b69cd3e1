"""What a draw is asked for, phrase by phrase, as numbers that a prior reads.

A prior's condition vector of a phrase has, as far as its configuration names them,

- for each of the eight beats the 12 pitch classes of the chord, the 12 of its bass, and whether
  the chord is known;
- how far the phrase is from the piece's beginning and end, and whether that is known;
- which kind of section it is in, and where in it, and whether that is known;
- the share of each style, and whether the style is known;
- the latents of the model that plays along, and whether they are known.

What is not known is zero. The vector of a draw that is asked for nothing is zero throughout.
"""

# Results of NumPy have partly unknown types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from musegen.errors import MusicError
from musegen.model.config import PriorConfig
from musegen.music.harmony import Chords
from musegen.music.notes import BARS_PER_PHRASE, BEATS_PER_PHRASE

__all__ = [
    "CHORD_FEATURES",
    "PLACE_FEATURES",
    "SECTION_FEATURES",
    "Conditions",
    "chord_features",
    "chords_of_piece",
    "condition_dim",
    "place_features",
    "places_in_song",
    "section_features",
    "style_shares",
]

CHORD_FEATURES = 24  # pitch classes of the chord, then those of its bass
PLACE_FEATURES = 4
SECTION_FEATURES = 9
_FAR_PHRASES = 16  # farther from an end of the piece, a phrase does not know of it
_LONG_SECTION = 8  # phrases
_SHORTEST_SONG = 16  # phrases


@dataclass(frozen=True, eq=False)
class Conditions:
    """What the phrases of one or more pieces are asked to be. None: nothing of that kind.

    Attributes
    ----------
    chords : numpy.ndarray, optional
        ``(..., 8, 24)``, 0 or 1: for each beat the pitch classes of the chord and of its bass, in
        C; NaN for a beat of which nothing is asked.
    places : numpy.ndarray, optional
        ``(..., PLACE_FEATURES)`` as `place_features` gives them; NaN where nothing is known.
    sections : numpy.ndarray, optional
        ``(..., SECTION_FEATURES)`` as `section_features` gives them; NaN where nothing is known.
    styles : numpy.ndarray, optional
        ``(..., styles)``: shares that sum to 1; NaN where none is asked.
    partner : numpy.ndarray, optional
        ``(..., partner_dim)``: latents of the model that plays along; NaN where it is silent or
        not known.
    opposite : numpy.ndarray, optional
        Latents of music that is as unlike the partner's as can be, in the same shape: see
        `musegen.model.latent_space.LatentSpace.opposite_of`. Not None if `partner` is not.
    """

    chords: np.ndarray | None = None
    places: np.ndarray | None = None
    sections: np.ndarray | None = None
    styles: np.ndarray | None = None
    partner: np.ndarray | None = None
    opposite: np.ndarray | None = None

    def of_piece(self, index: int) -> Conditions:
        """The conditions of one of several pieces: only the partner differs between them."""
        if self.partner is None or self.opposite is None:
            return self
        one = slice(index, index + 1)
        return replace(self, partner=self.partner[one], opposite=self.opposite[one])

    @property
    def alone(self) -> Conditions:
        """The same without the partner."""
        return replace(self, partner=None, opposite=None)

    @property
    def with_opposite(self) -> Conditions:
        """The same with the opposite as the partner."""
        return replace(self, partner=self.opposite)

    def vectors(self, config: PriorConfig, shape: tuple[int, ...]) -> np.ndarray:
        """Join the conditions that a prior knows to its condition vectors.

        Parameters
        ----------
        config : PriorConfig
        shape : tuple of int
            Of the phrases, such as ``(n, phrases)``: the leading axes, to which all is broadcast.

        Returns
        -------
        numpy.ndarray
            Float32 ``(*shape, condition_dim)``.
        """
        given = {
            "chords": self.chords,
            "places": self.places,
            "sections": self.sections,
            "styles": self.styles,
            "partner": self.partner,
        }
        columns = [np.zeros((*shape, 0), np.float32)]
        for name, (count, size) in _layout(config).items():
            values = given[name]
            if values is None:
                columns.append(np.zeros((*shape, count * (size + 1)), np.float32))
                continue
            values = values.reshape(*values.shape[: values.ndim - 1 - (count > 1)], count, size)
            known = ~np.isnan(values[..., :1])
            both = np.concatenate([np.where(known, values, 0), known], axis=-1)
            both = both.reshape(*both.shape[:-2], -1).astype(np.float32)
            columns.append(np.broadcast_to(both, (*shape, both.shape[-1])))
        return np.concatenate(columns, axis=-1)


def chord_features(chords: Chords, keys: Sequence[int]) -> np.ndarray:
    """Write chords as numbers, in C.

    Parameters
    ----------
    chords : Chords
        Eight beats for each phrase.
    keys : sequence of int
        The key of each phrase, as in `musegen.music.Phrase.key`.

    Returns
    -------
    numpy.ndarray
        Float32 ``(phrases, 8, CHORD_FEATURES)``.
    """
    by_phrase = (len(keys), BEATS_PER_PHRASE)
    key = np.asarray(keys)[:, None, None]
    # The pitch class that sounds where a pitch class of C is asked for.
    heard = (np.arange(12) + key) % 12
    pitch_classes = chords.pitch_classes.reshape(*by_phrase, 12)
    basses = chords.basses.reshape(*by_phrase, 1) == np.arange(12)
    return np.concatenate(
        [
            np.take_along_axis(found, np.broadcast_to(heard, found.shape), axis=2)
            for found in (pitch_classes, basses)
        ],
        axis=2,
    ).astype(np.float32)


def chords_of_piece(chords: Chords, bars: int, keys: Sequence[int]) -> np.ndarray:
    """Write chords for a piece, repeated to its end, as `chord_features` does.

    Parameters
    ----------
    chords : Chords
        From the first beat of the piece on.
    bars : int
        Length of the piece.
    keys : sequence of int
        The key of each phrase.

    Raises
    ------
    MusicError
        If there are chords for more bars than the piece has.
    """
    given = -(-len(chords) * BARS_PER_PHRASE // BEATS_PER_PHRASE)
    if given > bars:
        raise MusicError(
            f"there are chords for {given} bars, and the piece has {bars}: make it longer"
        )
    return chord_features(chords.fitted(len(keys) * BEATS_PER_PHRASE), keys)


def style_shares(styles: Sequence[str], asked: Mapping[str, float]) -> np.ndarray | None:
    """Write a mixture of styles as numbers.

    Parameters
    ----------
    styles : sequence of str
        Those that a prior knows.
    asked : mapping of str to float
        Weights of some styles, at least 0.

    Returns
    -------
    numpy.ndarray or None
        Float32 ``(styles,)`` that sums to 1; None if the prior knows none of the styles.
    """
    weights = np.array([asked.get(style, 0.0) for style in styles], np.float32)
    total = float(weights.sum())
    return weights / total if total > 0 else None


def place_features(index: np.ndarray, phrases: float) -> np.ndarray:
    """Say how far phrases are from the beginning and the end of their piece.

    Parameters
    ----------
    index : numpy.ndarray
        Shape ``(n,)``: where in the piece each phrase begins, in phrases; may be fractions.
    phrases : float
        Length of the piece.

    Returns
    -------
    numpy.ndarray
        Float32 ``(n, PLACE_FEATURES)``: phrases from the beginning and to the end, 1 for
        `_FAR_PHRASES` or more; whether it is the first; whether it is the last.
    """
    before, after = index, phrases - 1 - index
    near = [np.clip(distance / _FAR_PHRASES, 0, 1) for distance in (before, after)]
    return np.stack([*near, before < 1, after < 1], axis=-1).astype(np.float32)


def places_in_song(index: np.ndarray, phrases: int) -> np.ndarray | None:
    """Describe places as `place_features` does, in a piece that is as long as a song; else None.

    In the training music, pieces that are shorter are hymns: to be near both ends would mean to be
    one.
    """
    return place_features(index, phrases) if phrases >= _SHORTEST_SONG else None


def section_features(
    kind: str, index: np.ndarray, phrases: float, has_been_heard: bool
) -> np.ndarray:
    """Say of phrases in a section what the section is and where in it they are.

    Parameters
    ----------
    kind : str
        Its letter: ``i`` is an intro, ``o`` an outro, a capital a section with a tune of its own,
        any other letter, such as ``b``, a bridge.
    index : numpy.ndarray
        Shape ``(n,)``: where in the section each phrase begins, in phrases.
    phrases : float
        Length of the section.
    has_been_heard : bool
        Whether an earlier section has the same letter.

    Returns
    -------
    numpy.ndarray
        Float32 ``(n, SECTION_FEATURES)``.
    """
    kinds = [kind == "i", kind == "o", kind.isupper(), not (kind in "io" or kind.isupper())]
    before, after = index, phrases - 1 - index
    near = [np.clip(distance / _LONG_SECTION, 0, 1) for distance in (before, after)]
    steady = np.broadcast_to(np.array([*kinds, has_been_heard]), (len(index), 5))
    moving = np.stack([*near, before < 1, after < 1], axis=-1)
    return np.concatenate([steady, moving], axis=-1).astype(np.float32)


def condition_dim(config: PriorConfig) -> int:
    """How many numbers a prior's condition vector has."""
    return sum(count * (size + 1) for count, size in _layout(config).values())


def _layout(config: PriorConfig) -> dict[str, tuple[int, int]]:
    """Of each condition that a prior knows: how many vectors a phrase has of it, and their size."""
    sizes = {
        "chords": (BEATS_PER_PHRASE, CHORD_FEATURES * config.chords),
        "places": (1, PLACE_FEATURES * config.places),
        "sections": (1, SECTION_FEATURES * config.sections),
        "styles": (1, len(config.styles)),
        "partner": (1, config.partner_dim),
    }
    return {name: (count, size) for name, (count, size) in sizes.items() if size}
