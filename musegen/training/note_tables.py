"""Finds the tables by which the notes of draws agree as people's do.

Iterative scaling (Darroch and Ratcliff 1972, Generalized iterative scaling for log-linear models):
what draws have less often than people's phrases becomes likelier by a part of the logarithm of the
ratio, again and again. In the same rounds the tables of contrast are scaled until phrases of draws
differ from each other as people's do.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from musegen.latent.noise import draw_noise
from musegen.model.checkpoint import save_note_tables
from musegen.model.codecs import SongCodec
from musegen.model.codecs.contrast import RANKED_TRAITS
from musegen.model.codecs.note_lengths import LENGTH_TABLES
from musegen.model.codecs.tables import Tables, no_tables
from musegen.model.conditions import Conditions, style_shares
from musegen.model.latent_space import LatentSpace
from musegen.music.notes import BARS_PER_PHRASE, STEPS_PER_PHRASE
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet
from musegen.training.tuning import draw_latents

__all__ = ["fit_note_tables"]

_PHRASES = 4000  # of people
_PIECES = 600  # that are drawn: from 200, draws of other seeds were told more often by .01
_FIRST_SEED = 1_000_000  # no seed with which draws are evaluated
_ROUNDS = 20  # with 8, phrases of draws differed less from each other; 32 changed nothing more
_RATE = 0.6
# For a logarithm of 1: a unit of the tables makes draws differ by a twentieth to a sixth more.
_CONTRAST_RATE = 3.0
_USUAL = 20.0  # added to counts, so that rare things are not made much likelier
_LIMIT = 6.0  # nats
# The same for lengths: the log odds of all steps on which a note goes on add up, and tables that
# outweigh them reach 13 nats.
_LENGTH_LIMIT = 16.0
_RIDGE = 1000.0  # phrases: more made the phrases of a piece differ less than people's
_NOISE_RIDGE = 100.0  # phrases: ten times as many give the same direction
# Tables that are added to log odds consist of these, so that sums of them do not depend on their
# order, nor on the processor.
_UNIT = 1 / 64


def fit_note_tables(folder: str | Path, phrases: PhraseSet, style: str | None = None) -> Tables:
    """Find tables for a checkpoint's weights and settings, and write them into it.

    Parameters
    ----------
    folder : path
        Tables in it are not used.
    phrases : PhraseSet
        With the split ``train``.
    style : str, optional
        What is drawn; if given, the phrases should be of this style.

    Raises
    ------
    CheckpointError
        If the checkpoint is missing or damaged.
    MusicError
        If the phrases have no such split.
    """
    space = LatentSpace(folder)
    codec = space.codec
    train = phrases.only(space.parts).where("train")
    train = train.take(train.bar % BARS_PER_PHRASE == 0)
    chosen = np.random.default_rng(0).permutation(len(train))[:_PHRASES]
    people = [train[int(i)].to_key(0) for i in chosen]
    z = _draw(space, style)
    tables = no_tables(space.table_shapes)
    likeliest = space.with_tables(tables).decode(z)
    tables["traits"] = _map_to_traits(space, z, codec.measure_traits(likeliest))
    if "density" in tables:
        tables["density"] = _density_direction(space, z)
    theirs = codec.measure_traits(people)
    tables = _agree(space, tables, z, people, _spread(theirs))
    # What sounds when does not depend on velocities and offsets.
    traits = space.with_tables(tables).read_traits(z)
    for name, column in codec.ranked.items():
        tables[name] = _match_ranks(traits[:, column], theirs[:, column])
    save_note_tables(tables, Path(folder))
    return tables


def _agree(
    space: LatentSpace, tables: Tables, z: np.ndarray, people: list[Phrase], spread: np.ndarray
) -> Tables:
    """Find the tables by which notes are as frequent as people's and songs differ as much."""
    codec = space.codec
    theirs = codec.count(people)
    scale, parts = len(z) / len(people), len(space.parts)
    for number in range(_ROUNDS):
        draws = space.with_tables(tables).decode(z)
        ours = codec.count(draws)
        if number == _ROUNDS // 2 and isinstance(codec, SongCodec):
            fewest = _match_silence(codec.onset_steps(draws), codec.onset_steps(people))
            tables = {**tables, "fewest": fewest}
        for name in theirs:
            limit = _LENGTH_LIMIT if name in LENGTH_TABLES else _LIMIT
            table = _scale(tables[name], ours[name], scale * theirs[name], limit)
            tables = {**tables, name: table}
        if isinstance(codec, SongCodec):
            our_spread = _spread(codec.measure_traits(draws))
            more = _CONTRAST_RATE * _log_ratio(our_spread, spread)
            for name, change in (("fullness", more[:parts]), ("sustain", more[parts : 2 * parts])):
                tables[name] = _whole_units((tables[name] + change).clip(0, _LIMIT))
    return tables


def _map_to_traits(space: LatentSpace, z: np.ndarray, traits: np.ndarray) -> np.ndarray:
    """Find the linear map from latents to what the phrases of their piece have in common.

    Parameters
    ----------
    z, traits : numpy.ndarray
        Of drawn pieces, ``(pieces * phrases, …)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(latent_dim + 1, traits)``: slopes and constants, so that the traits of these
        pieces have the mean 0 and the deviation 1.
    """
    by_piece = traits.reshape(_PIECES, -1, traits.shape[1])
    known = np.isfinite(by_piece)
    of_piece = np.where(known, by_piece, 0).sum(1) / np.maximum(known.sum(1), 1)
    common = np.repeat(of_piece, by_piece.shape[1], axis=0)
    x = (z - space.controls.center) @ space.controls.whitening
    x = x - x.mean(0)
    slopes = np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1]), x.T @ common)
    slopes = space.controls.whitening @ slopes
    found = z @ slopes
    slopes /= np.maximum(found.std(0), 1e-9)
    return np.concatenate([slopes, -(z @ slopes).mean(0, keepdims=True)]).astype(np.float32)


def _density_direction(space: LatentSpace, z: np.ndarray) -> np.ndarray:
    """Find the direction in noise in which draws become denser, a vector of length 1.

    Parameters
    ----------
    z : numpy.ndarray
        Drawn latents, as `_draw` returns them.
    """
    length = len(z) // _PIECES
    u = np.concatenate([draw_noise(seed, length, space.latent_dim) for seed in _seeds()])
    density = space.controls.predict("density", z)
    ridge = _NOISE_RIDGE * np.eye(space.latent_dim)
    slopes = np.linalg.solve(u.T @ u + ridge, u.T @ (density - density.mean()))
    return (slopes / np.linalg.norm(slopes)).astype(np.float32)


def _spread(traits: np.ndarray) -> np.ndarray:
    """The standard deviation of each trait over the phrases that have it; 0 where none has."""
    known = np.isfinite(traits)
    count = np.maximum(known.sum(0), 1)
    mean = np.where(known, traits, 0).sum(0) / count
    return np.sqrt((np.where(known, traits - mean, 0) ** 2).sum(0) / count)


def _log_ratio(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """The logarithms of how much larger theirs are; 0 where one is nothing."""
    known = (ours > 0) & (theirs > 0)
    return np.log(np.where(known, theirs, 1) / np.where(known, ours, 1))


def _match_ranks(traits: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """For each trait in the tables, the deviation that has the same rank among people's."""
    ranks = np.searchsorted(np.sort(traits), RANKED_TRAITS) / len(traits)
    return np.nanquantile(theirs, ranks).astype(np.float32)


def _match_silence(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """The fewest onsets with which parts of draws are as often silent as people's, ``(parts,)``.

    Parameters
    ----------
    ours, theirs : numpy.ndarray
        On how many steps each part begins notes, ``(n, parts)``.
    """
    silent = np.array([(ours < fewest).mean(0) for fewest in range(1, STEPS_PER_PHRASE + 1)])
    return 1 + np.abs(silent - (theirs == 0).mean(0)).argmin(0).astype(np.float32)


def _scale(table: np.ndarray, ours: np.ndarray, theirs: np.ndarray, limit: float) -> np.ndarray:
    more = _RATE * np.log((theirs + _USUAL) / (ours + _USUAL))
    return _whole_units((table + more).clip(-limit, limit))


def _whole_units(values: np.ndarray) -> np.ndarray:
    return (np.rint(values / _UNIT) * _UNIT).astype(np.float32)


def _seeds() -> range:
    return range(_FIRST_SEED, _FIRST_SEED + _PIECES)


def _draw(space: LatentSpace, style: str | None) -> np.ndarray:
    """Latents of random pieces, ``(n, latent_dim)``."""
    conditions = Conditions(styles=style_shares(space.styles, {style: 1.0} if style else {}))
    return draw_latents(space, _seeds(), conditions)
