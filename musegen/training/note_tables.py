"""Finds the tables by which the notes of draws agree as people's do.

Iterative scaling (Darroch and Ratcliff 1972, Generalized iterative scaling for log-linear models):
what draws have less often than people's phrases becomes likelier by a part of the logarithm of the
ratio, again and again.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from musegen.model.checkpoint import save_note_tables
from musegen.model.codecs import SongCodec
from musegen.model.codecs.tables import Tables, no_tables
from musegen.model.conditions import Conditions, style_shares
from musegen.model.latent_space import LatentSpace
from musegen.music.notes import BARS_PER_PHRASE
from musegen.music.phrase_set import PhraseSet
from musegen.training.tuning import draw_latents

__all__ = ["fit_note_tables"]

_PHRASES = 4000  # of people
_PIECES = 200  # that are drawn
_FIRST_SEED = 1_000_000  # no seed with which draws are evaluated
_ROUNDS = 8  # the counts of draws change little after six
_RATE = 0.6
_USUAL = 20.0  # added to counts, so that rare things are not made much likelier
_LIMIT = 4.0  # nats
# Tables consist of these, so that sums of them do not depend on their order, nor on the processor.
_UNIT = 1 / 64


def fit_note_tables(folder: str | Path, phrases: PhraseSet, style: str | None = None) -> Tables:
    """Find tables for a checkpoint's weights and settings, and write them into it.

    Parameters
    ----------
    folder : path
        A checkpoint of songs. Tables in it are not used.
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
    space, codec = LatentSpace(folder), SongCodec()
    train = phrases.only(space.parts).where("train")
    train = train.take(train.bar % BARS_PER_PHRASE == 0)
    chosen = np.random.default_rng(0).permutation(len(train))[:_PHRASES]
    people = codec.count([train[int(i)].to_key(0) for i in chosen])
    z = _draw(space, style)
    scale = len(z) / len(chosen)
    tables = no_tables(codec.table_shapes)
    for _ in range(_ROUNDS):
        ours = codec.count(space.with_tables(tables).decode(z))
        tables = {
            name: _scale(table, ours[name], scale * people[name]) for name, table in tables.items()
        }
    save_note_tables(tables, Path(folder))
    return tables


def _scale(table: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    table = table + _RATE * np.log((theirs + _USUAL) / (ours + _USUAL))
    return (np.rint(table.clip(-_LIMIT, _LIMIT) / _UNIT) * _UNIT).astype(np.float32)


def _draw(space: LatentSpace, style: str | None) -> np.ndarray:
    """Latents of random pieces, ``(n, latent_dim)``."""
    conditions = Conditions(styles=style_shares(space.styles, {style: 1.0} if style else {}))
    return draw_latents(space, range(_FIRST_SEED, _FIRST_SEED + _PIECES), conditions)
