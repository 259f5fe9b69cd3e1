"""A trained checkpoint in use: phrases ↔ latents ↔ noise. All that the rest of MuseGen needs."""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from musegen.latent.noise import draw_noise
from musegen.model.checkpoint import (
    load_attribute_controls,
    load_inference_config,
    load_note_tables,
    load_prior,
    load_vae,
)
from musegen.model.codecs.tables import Shapes, Tables
from musegen.model.conditions import Conditions, condition_dim
from musegen.model.config import InferenceConfig, PriorConfig
from musegen.model.inference import make_refined_encoder
from musegen.model.prior import draw_by_flow, follow_flow, gaussian_velocity
from musegen.model.tensors import Arrays, compiled, to_numpy
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["LatentSpace"]

# What fits a partner is decided early. If it counted up to the end of the flow, draws would meet it
# no better and be told from people's music more often: songs given drums in .78 of cases, not .75.
_PARTNER_UNTIL = 0.6
_DECODED_AT_ONCE = 512  # about 60 MB of logits
# Phrases are encoded in batches of one of these sizes, filled up with silence: the last bits of a
# latent depend on the size, and that on the number of phrases alone. A piece of 16 bars has 8
# phrases, one of 64 bars has 32; a dataset has thousands.
_SMALL_BATCH, _MIDDLE_BATCH, _LARGE_BATCH = 8, 32, 256


class LatentSpace:
    """The latent space of one model.

    Parameters
    ----------
    folder : path
        A checkpoint.

    Attributes
    ----------
    codec : Codec
        Converts phrases to what the network reads, and what it writes to phrases.
    parts : tuple of str
        The parts of the band that the model writes.
    latent_dim : int
    prior_config : PriorConfig
        Says what the prior can be asked for.
    styles : tuple of str
        Those that the prior knows.
    controls : AttributeControls
        The model's attributes.
    settings : InferenceConfig
        The checkpoint's own.
    tables : dict of str to numpy.ndarray
        The checkpoint's own.

    Raises
    ------
    CheckpointError
        If the checkpoint is missing or damaged.
    """

    def __init__(self, folder: str | Path) -> None:
        folder = Path(folder)
        self._vae = load_vae(folder)
        self._prior = load_prior(folder)
        self.controls = load_attribute_controls(folder)
        self.settings = load_inference_config(folder)
        self.codec = self._vae.codec
        self.parts = self.codec.parts
        self.latent_dim = self._vae.config.latent_dim
        self.tables = load_note_tables(folder, self.table_shapes)
        self.prior_config = self._prior.config
        self.styles = self.prior_config.styles
        self._center = to_numpy(self._prior.center)
        self._coloring = to_numpy(self._prior.coloring)
        self._whitening = np.linalg.inv(self._coloring)
        self._chance_directions = self._draw_directions()
        self._encoder: Callable[[Arrays], np.ndarray] | None = None
        config = self._prior.config
        cells = (None, None, config.cells)
        self._decoder = compiled(self._vae.decoder, shapes=[(None, self.latent_dim)])
        self._velocity = compiled(
            lambda z, t, conditions: self._prior({"z": z, "t": t, "conditions": conditions}),
            shapes=[
                (*cells, self.latent_dim // config.cells),
                cells,
                (None, None, condition_dim(config)),
            ],
        )

    @property
    def table_shapes(self) -> Shapes:
        """Of the codec's tables and of two that belong to the latents.

        ``traits``, ``(latent_dim + 1, codec.traits)``: the map from latents to the traits of
        phrases, slopes and in the last row constants. ``density``, ``(latent_dim,)``, of drums:
        where in noise draws become denser, a vector of length 1.
        """
        shapes = {
            **self.codec.table_shapes,
            "traits": (self.latent_dim + 1, self.codec.traits),
        }
        return {**shapes, "density": (self.latent_dim,)} if "drums" in self.parts else shapes

    def by_dimension(self, cells: np.ndarray) -> np.ndarray:
        """Repeat what is said of cells, ``(..., cells)``, for each of their latent's dimensions."""
        return np.repeat(cells, self.latent_dim // cells.shape[-1], axis=-1)

    def opposite_of(self, z: np.ndarray) -> np.ndarray:
        """Latents as far from the average of music as others are, on the other side."""
        return 2 * self._center - z

    def with_settings(self, settings: InferenceConfig) -> LatentSpace:
        """The same model with other settings."""
        other = copy.copy(self)
        other.settings = settings
        other._encoder = None  # it has the settings of the encoding
        return other

    def with_tables(self, tables: Tables) -> LatentSpace:
        """The same model with other tables of notes."""
        other = copy.copy(self)
        other.tables = tables
        return other

    def draw_noise(self, seed: int, phrases: int, stream: int = 0) -> np.ndarray:
        """Draw the noise of a piece, ``(phrases, latent_dim)``; see `musegen.latent.noise`."""
        return draw_noise(seed, phrases, self.latent_dim, stream, self.settings.common_noise)

    def encode(self, phrases: Sequence[Phrase]) -> np.ndarray:
        """Find latents that decode to given phrases, as nearly as possible, moved to C.

        Returns
        -------
        numpy.ndarray
            Float32 ``(n, latent_dim)``.
        """
        if self._encoder is None:
            self._encoder = make_refined_encoder(self._vae, self.settings)
        size = _LARGE_BATCH if len(phrases) > _LARGE_BATCH // 2 else _MIDDLE_BATCH
        size = _SMALL_BATCH if len(phrases) <= _SMALL_BATCH else size
        found: list[np.ndarray] = []
        for start in range(0, len(phrases), size):
            batch = list(phrases[start : start + size])
            filled = batch + [Phrase()] * (size - len(batch))
            arrays = self.codec.to_arrays(PhraseSet.from_phrases(filled))
            found.append(self._encoder(arrays)[: len(batch)])
        return np.concatenate(found)

    def decode(self, z: np.ndarray) -> list[Phrase]:
        """A likely phrase of each latent, in C.

        Equal latents give equal phrases: each different latent is decoded once. On many processors
        the last bits of a result depend on its row in the batch.

        Parameters
        ----------
        z : numpy.ndarray
            Latents, ``(n, latent_dim)``.
        """
        z = np.asarray(z, np.float32)
        _, first, place = np.unique(z, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(first)  # of first appearance
        different = z[first[order]]
        phrases: list[Phrase] = []
        for start in range(0, len(different), _DECODED_AT_ONCE):
            batch = different[start : start + _DECODED_AT_ONCE]
            outputs = to_numpy(self._decoder(batch))
            traits, chances = self.read_traits(batch), self._read_chances(batch)
            phrases += self.codec.to_phrases(outputs, self.settings, self.tables, traits, chances)
        return [phrases[i] for i in np.argsort(order)[place.ravel()]]

    def read_traits(self, z: np.ndarray) -> np.ndarray:
        """How far phrases lie from the average of draws, ``(n, codec.traits)``, by their latents.

        In standard deviations; see `musegen.model.codecs.contrast`.
        """
        return z @ self.tables["traits"][:-1] + self.tables["traits"][-1]

    def _read_chances(self, z: np.ndarray) -> np.ndarray:
        """Numbers from 0 to 1 that depend on the latents of a cell, ``(n, cells, codec.chances)``.

        Over draws each is evenly distributed and independent of the others, and latents that are
        near each other have nearly equal ones. So what is left to chance is the same for equal
        cells, and changes little by little on a path.
        """
        directions = self._chance_directions
        cells = (z - self._center).reshape(len(z), len(directions), -1).swapaxes(0, 1)
        turns = (cells @ directions).swapaxes(0, 1) % 2
        return np.minimum(turns, 2 - turns)

    def _draw_directions(self) -> np.ndarray:
        """Random directions in each cell, in which draws deviate by 1.

        Float32, ``(cells, latent_dim / cells, codec.chances)``.
        """
        cells = self._prior.config.cells
        cell_dim = self.latent_dim // cells
        random = np.random.RandomState(0).standard_normal((cells, cell_dim, self.codec.chances))
        # Latents are noise of deviation 1 times this matrix, which has a block for each cell.
        each = np.arange(cells)
        blocks = self._coloring.reshape(cells, cell_dim, cells, cell_dim)[each, :, each]
        return (random / np.linalg.norm(blocks @ random, axis=1, keepdims=True)).astype(np.float32)

    def to_latents(
        self,
        u: np.ndarray,
        kept: np.ndarray | None = None,
        conditions: Conditions | None = None,
        guidance: float | None = None,
        exact: bool = False,
    ) -> np.ndarray:
        """Turn noise into paths of latents, by the prior.

        Parameters
        ----------
        u : numpy.ndarray
            Noise, ``(n, phrases, latent_dim)``; at kept cells, their latents instead.
        kept : numpy.ndarray, optional
            Shape ``(phrases,)`` or ``(phrases, cells)``, bool: what is given. The rest is drawn to
            fit it.
        conditions : Conditions, optional
            What else is asked for.
        guidance : float, optional
            How strictly conditions, and cells kept in phrases of which others are drawn, are
            obeyed: 1 as the prior learnt it, more is stricter. The checkpoint's own if not given.
        exact : bool
            As the inverse of `to_noise`, for noise that it found. Takes twice the time.

        Returns
        -------
        numpy.ndarray
            In the same shape.
        """
        return self._follow(u, kept, conditions, guidance, exact)

    def to_noise(
        self,
        z: np.ndarray,
        kept: np.ndarray | None = None,
        conditions: Conditions | None = None,
        guidance: float | None = None,
    ) -> np.ndarray:
        """Find the noise that `to_latents`, if exact, turns into given paths: its inverse."""
        return self._follow(z, kept, conditions, guidance, exact=True, backwards=True)

    def _follow(
        self,
        x: np.ndarray,
        kept: np.ndarray | None,
        conditions: Conditions | None,
        guidance: float | None,
        exact: bool,
        backwards: bool = False,
    ) -> np.ndarray:
        """Follow the flow in overlapping stretches of as many phrases as the prior was trained for.

        Each stretch keeps the last half of the one before.
        """
        config = self._prior.config
        phrases, cells = x.shape[1], config.cells
        kept = np.zeros((phrases, cells), bool) if kept is None else kept
        kept = np.broadcast_to(kept.reshape(phrases, -1), (phrases, cells))
        guidance = self.settings.guidance if guidance is None else guidance
        is_given_parts = bool(_given_parts(kept).any())
        terms = _guided_by(
            conditions or Conditions(),
            config,
            x.shape[:2],
            is_given_parts,
            guidance,
            self.settings.partner_weight,
        )
        if exact:  # more of what is known of a piece: its variations are nearer to it
            terms = [replace(term, until=math.inf) for term in terms]
        steps = self.settings.flow_steps
        follow_stretch = partial(follow_flow, backwards=backwards) if exact else draw_by_flow
        cell_shape = (*x.shape[:2], cells, -1)
        whitened = ((x - self._center) @ self._whitening).reshape(cell_shape)
        latents = kept[..., None] | backwards
        x = np.where(latents, whitened, x.reshape(cell_shape)).astype(np.float32)

        def follow(part: np.ndarray, kept: np.ndarray, places: slice) -> np.ndarray:
            here = [term.at(places) for term in terms]
            velocity = _Guided(self._velocity_at, part, kept, here)
            return follow_stretch(velocity, part, steps, kept=kept)

        longest = config.max_phrases
        ends = follow(x[:, :longest], kept[:longest], slice(longest))
        half = longest // 2
        for start in range(longest, phrases, half):
            new = slice(start, start + half)
            before = (x if backwards else ends)[:, start - half : start]
            found = follow(
                np.concatenate([before, x[:, new]], axis=1),
                np.concatenate([np.ones((half, cells), bool), kept[new]]),
                slice(start - half, start + half),
            )
            ends = np.concatenate([ends, found[:, half:]], axis=1)
        latents = kept[..., None] | (not backwards)
        joined = ends.reshape(*ends.shape[:2], -1)
        colored = (joined @ self._coloring + self._center).reshape(ends.shape)
        return np.where(latents, colored, ends).reshape(joined.shape).astype(np.float32)

    def _velocity_at(self, x: np.ndarray, t: np.ndarray, conditions: np.ndarray) -> np.ndarray:
        velocity = to_numpy(self._velocity(x, t, conditions))
        gaussian = gaussian_velocity(t[..., None])[0] * x
        return gaussian + self.settings.sharpness * (velocity - gaussian)


@dataclass(frozen=True, eq=False)
class _Term:
    """One of the velocities of which a weighted sum is followed.

    Attributes
    ----------
    weight : float
    asked : numpy.ndarray
        Condition vectors, ``(n, phrases, condition_dim)``.
    knows_parts : bool
        Whether it is given the kept cells of phrases of which others are drawn.
    until : float
        The time from which on it does not count: 0 is noise, 1 is music.
    """

    weight: float
    asked: np.ndarray
    knows_parts: bool = True
    until: float = math.inf

    def at(self, places: slice) -> _Term:
        """The same for some of the phrases."""
        return replace(self, asked=self.asked[:, places])


def _guided_by(
    conditions: Conditions,
    config: PriorConfig,
    shape: tuple[int, ...],
    is_given_parts: bool,
    guidance: float,
    partner_weight: float,
) -> list[_Term]:
    """Say how conditions are obeyed more strictly than the prior learnt to.

    ``v(nothing) + g (v(asked) - v(nothing))``: classifier-free guidance (Ho and Salimans 2022,
    equation 6). To this a partner adds ``w g (v(asked, partner) - v(asked, its opposite))``: what
    differs from partner to partner, and not what every partner changes. In training only bands had
    partners: by the usual guidance, all music with a partner would be like those bands'. What fits
    the partner is decided early (Kynkäänniemi et al. 2024, Applying guidance in a limited
    interval).
    """
    alone = conditions.alone.vectors(config, shape)
    if guidance != 1 and (is_given_parts or alone.any()):
        terms = [
            _Term(guidance, alone),
            _Term(1 - guidance, np.zeros_like(alone), knows_parts=False),
        ]
    else:
        terms = [_Term(1, alone)]
    if conditions.partner is not None and config.partner_dim:
        both = (conditions, conditions.with_opposite)
        known, opposite = (one.vectors(config, shape) for one in both)
        weight = partner_weight * guidance
        terms += [
            _Term(weight, known, until=_PARTNER_UNTIL),
            _Term(-weight, opposite, until=_PARTNER_UNTIL),
        ]
    return terms


def _given_parts(kept: np.ndarray) -> np.ndarray:
    """Which cells are kept in phrases of which others are drawn, ``(phrases, cells)``."""
    return kept & ~kept.all(1, keepdims=True)


class _Guided:
    """The sum of the velocities of some terms.

    For a term that is not given some cells, they stand at t = 0 as noise.
    """

    def __init__(
        self,
        velocity: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
        start: np.ndarray,
        kept: np.ndarray,
        terms: Sequence[_Term],
    ) -> None:
        self._velocity, self._terms = velocity, terms
        self._given_parts = _given_parts(kept)
        self._noise = np.random.default_rng(0).standard_normal(start.shape, np.float32)

    def __call__(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        now = t.min()  # kept cells stand at 1
        terms = [term for term in self._terms if now < term.until]
        if len(terms) == 1:
            return self._velocity(x, t, terms[0].asked)
        points = (x, np.where(self._given_parts[..., None], self._noise, x))
        times = (t, np.where(self._given_parts, np.float32(0), t))
        found = self._velocity(
            np.concatenate([points[not term.knows_parts] for term in terms]),
            np.concatenate([times[not term.knows_parts] for term in terms]),
            np.concatenate([term.asked for term in terms]),
        )
        weights = np.array([term.weight for term in terms], np.float32)
        return np.tensordot(weights, found.reshape(len(terms), *x.shape), 1)
