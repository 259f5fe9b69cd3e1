"""Music that goes on: phrase after phrase is drawn to follow what came before.

Only the last phrases are given to the prior, so each phrase takes the same work however long the
music has lasted. Where attributes are changed, the next phrases follow the latents as they were
drawn, and not as they were changed: otherwise each phrase would be changed further than the last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from musegen.editing import Asked, path_of
from musegen.errors import MusicError
from musegen.latent.forms import apply_form
from musegen.latent.paths import MODELS
from musegen.limits import TEMPERATURES, check_range
from musegen.model.attribute_edits import change_phrase_attributes, follow_density
from musegen.model.conditions import Conditions, chord_features, style_shares
from musegen.model.latent_space import LatentSpace
from musegen.music.arrange import cut
from musegen.music.attributes import check_attributes
from musegen.music.meters import Meter
from musegen.music.notes import BEATS_PER_PHRASE, PARTS
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = ["CONTEXT", "PHRASES_AT_ONCE", "Endless", "context_of", "decode_next", "draw_next"]

CONTEXT = 8
"""Phrases that the next ones are drawn to follow: the sixteen bars of a usual piece."""
PHRASES_AT_ONCE = 4
"""Phrases that are drawn together. That takes hardly longer than to draw one."""

_STRETCH = 64  # phrases that share a seed's noise; within them, phrases return now and then

Path = Mapping[str, np.ndarray]


class Endless(Iterator[Piece]):
    """Draws the next eight bars again and again; `MuseGen.endless` makes it.

    Attributes
    ----------
    piece : Piece
        The bars that were drawn last; at first, what they continue. The next ones have the key,
        tempo, feel, meter and instruments that it ends with: change them by giving another piece
        between two draws. Their parts are those of the first piece.
    temperature : float
        As in `MuseGen.random`; it may be changed between two draws.
    attributes : dict of str to float
        By how many standard deviations the next bars differ from what is drawn, as in
        `MuseGen.adjust`; they may be changed between two draws.
    asked : Asked
        Chords, from the first of the bars that are drawn on, and a style; as above.
    """

    def __init__(
        self,
        mg: MuseGen,
        piece: Piece,
        seed: int,
        temperature: float,
        attributes: Mapping[str, float],
        asked: Asked,
    ) -> None:
        self.piece = piece
        self.temperature = temperature
        self.attributes = dict(attributes)
        self.asked = asked
        self._mg = mg
        self._seed = seed
        self._parts = piece.parts
        self._context: Path = context_of(mg, piece)
        self._drawn = 0  # phrases

    def __next__(self) -> Piece:
        """Draw the next eight bars.

        Raises
        ------
        MusicError
            If temperature or an attribute is out of range, or there is no such attribute.
        """
        mg, last = self._mg, self.piece
        key = last.phrases[-1].key
        path = draw_next(
            mg, self._context, self._seed, self._drawn, self.temperature, self.asked, key
        )
        made = decode_next(mg, path, self._parts, key, self.attributes)
        self._context = {
            name: np.concatenate([self._context[name], z])[-CONTEXT:] for name, z in path.items()
        }
        self._drawn += PHRASES_AT_ONCE
        programs = last.programs_at(len(last) - 1)
        self.piece = replace(made, phrases=_played_like(last, made.phrases), programs=programs)
        return self.piece


def context_of(mg: MuseGen, piece: Piece) -> dict[str, np.ndarray]:
    """Return the latents of a piece's last phrases, for `draw_next`.

    Returns
    -------
    dict of str to numpy.ndarray
        By model, float32 ``(n, latent_dim)`` with at most `CONTEXT` phrases; NaN for a phrase in
        which the model's parts are silent. Only models whose parts the piece has.

    Raises
    ------
    MusicError
        If the piece has no notes.
    """
    first = max(0, len(piece) - CONTEXT)
    end = cut(piece, first, len(piece) - first)
    if not end.parts:
        raise MusicError("the end of this piece has no notes: there is nothing to continue")
    path = path_of(mg, end)
    context: dict[str, np.ndarray] = {}
    for name, space in mg.spaces.items():
        if set(space.parts) & set(piece.parts):
            silent = np.full((len(end), space.latent_dim), np.nan, np.float32)
            heard = np.array([len(phrase.only(space.parts)) > 0 for phrase in end.phrases])
            context[name] = np.where(heard[:, None], path.get(name, silent), silent)
    return context


def draw_next(
    mg: MuseGen,
    context: Path,
    seed: int,
    drawn: int,
    temperature: float,
    asked: Asked | None = None,
    key: int = 0,
    phrases: int = PHRASES_AT_ONCE,
) -> dict[str, np.ndarray]:
    """Draw the latents of the next phrases from the prior.

    Parameters
    ----------
    mg : MuseGen
    context : mapping of str to numpy.ndarray
        As `context_of` returns it, or what was drawn since then.
    seed : int
        Which music.
    drawn : int
        How many phrases were drawn with this seed before.
    temperature : float
        As in `MuseGen.random`.
    asked : Asked, optional
        Chords, from the first phrase on that was drawn with this seed, and a style.
    key : int
        That the chords are heard in, as in `Phrase.key`.
    phrases : int
        How many are drawn.

    Returns
    -------
    dict of str to numpy.ndarray
        By model, float32 ``(phrases, latent_dim)``.
    """
    check_range(temperature, "temperature", *TEMPERATURES)
    asked = asked or Asked()
    # Guidance takes twice the time, and is not needed to follow what is kept.
    is_asked = asked.chords is not None or bool(asked.styles)
    guidance = asked.guidance if is_asked else 1.0
    numbers = range(drawn, drawn + phrases)
    path: dict[str, np.ndarray] = {}
    for stream, (name, space) in enumerate(mg.spaces.items()):
        if name not in context:
            continue
        z = context[name]
        noise = temperature * _noise(seed, numbers, space, stream)
        partner = _partner(name, context, path, phrases)
        opposite = None
        if partner is not None:
            (other,) = (one for model, one in mg.spaces.items() if model != name)
            opposite = other.opposite_of(partner)
            noise = follow_density(space, noise, other, partner[-phrases:])
        u = np.concatenate([np.nan_to_num(z), noise]).astype(np.float32)
        # Silent phrases are not given to the prior: it never saw any in training.
        kept = np.zeros(len(u), bool)
        kept[: len(z)] = ~np.isnan(z).any(axis=1)
        conditions = Conditions(
            chords=_next_chords(asked, key, len(z), numbers),
            styles=style_shares(space.styles, asked.styles),
            partner=partner,
            opposite=opposite,
        )
        path[name] = space.to_latents(u[None], kept, conditions, guidance)[0, len(z) :]
    return path


def _next_chords(asked: Asked, key: int, before: int, numbers: range) -> np.ndarray | None:
    """Write the chords of the next phrases as in `Conditions`; nothing is asked of those before."""
    if asked.chords is None:
        return None
    beats = BEATS_PER_PHRASE * np.array([len(numbers), numbers.start])
    new = chord_features(asked.chords.fitted(*beats.tolist()), [key] * len(numbers))
    return np.concatenate([np.full((before, *new.shape[1:]), np.nan), new])


def _partner(name: str, context: Path, path: Path, phrases: int) -> np.ndarray | None:
    """Return the latents of the other model, NaN where they are not yet drawn."""
    (other,) = (model for model in MODELS if model != name)
    if other not in context:
        return None
    before = context[other]
    unknown = np.full((phrases, before.shape[1]), np.nan, np.float32)
    return np.concatenate([before, path.get(other, unknown)])


def _noise(seed: int, numbers: range, space: LatentSpace, stream: int) -> np.ndarray:
    """Return the noise of phrases, counted from the first that was drawn with a seed.

    It returns now and then, as in a piece that is drawn.
    The noise of a stretch depends on nothing before it, so that it need not be kept.
    """
    noise: list[np.ndarray] = []
    for i in numbers:
        stretch, place = divmod(i, _STRETCH)
        own = seed if stretch == 0 else _seed_of_stretch(seed, stretch)
        noise.append(apply_form("recall", space.draw_noise(own, place + 1, stream), own)[-1])
    return np.stack(noise)


def _seed_of_stretch(seed: int, stretch: int) -> int:
    (state,) = np.random.SeedSequence((seed, stretch)).generate_state(1)
    return int(state)


def decode_next(
    mg: MuseGen,
    path: Path,
    parts: Collection[str],
    key: int,
    attributes: Mapping[str, float],
) -> Piece:
    """Return the piece of latents from `draw_next`, with attributes changed.

    Parameters
    ----------
    mg : MuseGen
    path : mapping of str to numpy.ndarray
    parts : collection of str
        The parts of the result.
    key : int
        As in `Phrase.key`.
    attributes : mapping of str to float
        As in `Endless.attributes`. Each model takes those that it knows.

    Raises
    ------
    MusicError
        If there is no such attribute, or a value is out of range.
    """
    check_attributes(attributes)
    changed: dict[str, np.ndarray] = {}
    for name, z in path.items():
        space = mg.spaces[name]
        own = [part for part in space.parts if part in parts]
        before = space.decode(z) if attributes else []
        changed[name] = np.array(z)
        rows = [i for i, phrase in enumerate(before) if len(phrase.only(own))]
        if rows:
            phrases = [before[i].only(own) for i in rows]
            changed[name][rows] = change_phrase_attributes(space, z[rows], phrases, own, attributes)
    return mg.decode(changed, key).only(parts or PARTS)


def _played_like(piece: Piece, phrases: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
    """Return phrases with the tempo, feel and meter that a piece ends with."""
    last = piece.phrases[-1]
    meters: list[Meter] = [piece.meters[-1]]
    for _ in range(2 * len(phrases)):
        meters.append(meters[-1].following)
    return tuple(
        replace(
            phrase,
            tempo=last.tempo,
            feel=last.feel,
            meters=(meters[2 * i + 1], meters[2 * i + 2]),
        )
        for i, phrase in enumerate(phrases)
    )
