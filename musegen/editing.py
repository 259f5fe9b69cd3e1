"""Edits of pieces: some of their cells, the parts of their phrases, are made anew.

These functions are the methods of `musegen.generator.MuseGen` of the same names, which document
their arguments. All but `adjust` draw noise and let the prior turn it into latents, given the
latents of the cells that stay; then only the new cells' notes are replaced.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from musegen.errors import MusicError
from musegen.latent.interpolation import slerp
from musegen.latent.noise import vary_noise
from musegen.latent.paths import MODELS
from musegen.limits import MAX_BARS, TEMPERATURES, check_choice, check_range, choose_seed
from musegen.model.attribute_edits import change_phrase_attributes, follow_density
from musegen.model.conditions import (
    Conditions,
    chords_of_piece,
    places_in_song,
    style_shares,
)
from musegen.model.latent_space import LatentSpace
from musegen.music.arrange import join_with_gaps, repeat
from musegen.music.attributes import ATTRIBUTES, check_attributes
from musegen.music.harmony import Chords, propose_chords, reharmonize
from musegen.music.keys import wrap_key
from musegen.music.notes import (
    BARS_PER_PHRASE,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    part_index,
    transpose_notes,
)
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece

if TYPE_CHECKING:
    from musegen.generator import MuseGen

__all__ = [
    "Asked",
    "Cells",
    "accompany",
    "adjust",
    "bridge",
    "clear",
    "copy_cells",
    "encode_again",
    "extend",
    "fill",
    "path_of",
    "reconstruct",
    "restyle",
    "vary",
]

Path = Mapping[str, np.ndarray]
Cells = Collection[tuple[int, str]]
"""Phrases, counted from 0, each with the name of a part."""

_TUNES, _HARMONY = ("lead", "counter"), ("chords", "bass")
_TEXTURE = ("counter", "chords", "bass")
_PROPOSAL_STREAM = 2**32 + 2  # of a seed: none of those that noise is drawn from
_TAKES_DRUMS = 0.5  # strength from which a restyled piece has the drums of the other one


@dataclass(frozen=True)
class Asked:
    """What cells that are drawn are asked for, beside fitting those that stay.

    Attributes
    ----------
    chords : Chords, optional
        From the first beat of the piece on, repeated to its end.
    styles : mapping of str to float
        Weights.
    guidance : float, optional
        The checkpoint's own if not given.
    """

    chords: Chords | None = None
    styles: Mapping[str, float] = field(default_factory=dict[str, float])
    guidance: float | None = None


# Returns a new path, given the space, the path before, which of its cells are kept, what else is
# known, and fresh noise.
_NewPath = Callable[[LatentSpace, np.ndarray, np.ndarray, Conditions, np.ndarray], np.ndarray]


def path_of(mg: MuseGen, piece: Piece) -> Path:
    """Return the path that a piece was decoded from; encode it if there is none."""
    return piece.path if piece.path else mg.encode(piece)


def paths_with_tunes(mg: MuseGen, first: Piece, second: Piece) -> list[Path]:
    """Return the paths of two pieces, as `path_of` does, if both have more than drums.

    Raises
    ------
    MusicError
        If one has not.
    """
    paths = [path_of(mg, one) for one in (first, second)]
    for name, path in zip(("first", "second"), paths, strict=True):
        if "song" not in path:
            raise MusicError(f"the {name} piece has no notes but drums: choose one with a tune")
    return paths


def reconstruct(mg: MuseGen, piece: Piece) -> Piece:
    """See `MuseGen.reconstruct`."""
    return _decode_like(mg, piece, mg.encode(piece))


def vary(
    mg: MuseGen,
    piece: Piece,
    similarity: float,
    seed: int | None,
    phrases: Sequence[int] | None,
    models: Sequence[str],
    parts: Sequence[str] | None = None,
    keep_chords: bool = False,
    cells: Cells | None = None,
) -> Piece:
    """See `MuseGen.vary`."""
    check_range(similarity, "similarity", 0, 1)
    asked = Asked(piece.chords if keep_chords else None)

    def varied_path(
        space: LatentSpace,
        z: np.ndarray,
        kept: np.ndarray,
        conditions: Conditions,
        fresh: np.ndarray,
    ) -> np.ndarray:
        own = space.to_noise(z[None], kept, conditions)[0]
        u = np.stack([vary_noise(own, similarity, fresh), own])
        u = np.where(space.by_dimension(kept), z, u)
        varied, again = space.to_latents(u, kept, conditions, exact=True)
        # What the way to noise and back loses, where conditions are obeyed strictly.
        return varied + similarity * (z - again)

    path = path_of(mg, piece)
    chosen = _choose_cells(mg, piece, phrases, models, parts, cells)
    _check_models(mg, path, chosen, models)
    varied = _redraw(mg, piece, path, chosen, seed, varied_path, asked)
    if phrases is parts is cells is None and set(models) >= set(path):
        return _decode_like(mg, piece, varied)
    return _replace_cells(mg, piece, varied, chosen)


def fill(
    mg: MuseGen,
    piece: Piece,
    phrases: Sequence[int] | None,
    seed: int | None,
    temperature: float,
    models: Sequence[str],
    parts: Sequence[str] | None = None,
    asked: Asked | None = None,
    cells: Cells | None = None,
) -> Piece:
    """See `MuseGen.fill`."""
    path = path_of(mg, piece)
    chosen = _choose_cells(mg, piece, phrases, models, parts, cells)
    # A model whose parts the piece lacks can be asked for them.
    path = {
        name: path.get(name, np.zeros((len(piece), space.latent_dim), np.float32))
        for name, space in mg.spaces.items()
        if name in path or _cells_of(space, chosen).any()
    }
    _check_models(mg, path, chosen, models)
    return _draw(mg, piece, path, chosen, seed, temperature, asked)


def accompany(
    mg: MuseGen,
    piece: Piece,
    keep: Sequence[str],
    seed: int | None,
    temperature: float,
    asked: Asked,
) -> Piece:
    """See `MuseGen.accompany`."""
    keep = [keep] if isinstance(keep, str) else keep
    for part in keep:
        part_index(part)
    kept = [part for part in piece.parts if part in keep]
    empty = [part for part in keep if part not in kept]
    if empty or not kept:
        raise MusicError(
            f"there are no notes of {' or '.join(empty) or 'a part to keep'} in this piece: keep "
            f"some of {', '.join(piece.parts) or 'the parts of another piece'}"
        )
    if len(kept) == len(PARTS):
        raise MusicError("every part is kept: leave out of keep the parts to be drawn")
    own, seed = piece.only(kept), choose_seed(seed)
    if asked.chords is None and not set(kept).isdisjoint(_TUNES) and set(kept).isdisjoint(_HARMONY):
        rng = np.random.default_rng((seed, _PROPOSAL_STREAM))
        chords = propose_chords(own.notes, own.steps // STEPS_PER_BEAT, rng)
        asked = replace(asked, chords=chords)
    known = path_of(mg, own)
    path = {
        name: known.get(name, np.zeros((len(piece), space.latent_dim), np.float32))
        for name, space in mg.spaces.items()
    }
    chosen = np.tile([part not in kept for part in PARTS], (len(piece), 1))
    return _draw(mg, replace(own, path=path), path, chosen, seed, temperature, asked)


def restyle(
    mg: MuseGen,
    piece: Piece,
    like: Piece,
    strength: float,
    guidance: float | None,
) -> Piece:
    """See `MuseGen.restyle`."""
    check_range(strength, "strength", 0, 1)
    like = repeat(like, piece.bars)
    paths = paths_with_tunes(mg, piece, like)
    texture, taken = _with_texture_of(piece, like)
    kept = np.tile(~taken[:, None], (1, len(PARTS)))
    kept[:, part_index("lead")] = True
    # Sharpened as for draws, the way to noise and back loses what is left of a piece.
    space = mg.spaces["song"]
    space = space.with_settings(replace(space.settings, sharpness=1.0))
    stays = _cells_of(space, kept)
    z = own = paths[0]["song"]
    if taken.any():
        z = np.where(space.by_dimension(stays), own, mg.encode(texture)["song"])
    if strength == 0 and guidance is None:
        z = own
    elif strength < 1 or guidance is not None:
        # Of the two textures, only one was played to the drums of the result: they are left out.
        conditions = _conditions(mg, piece, {"song": own}, "song", Asked(piece.chords))
        noises = [space.to_noise(end[None], stays, conditions, 1.0)[0] for end in (own, z)]
        u = slerp(noises[0], noises[1], strength)
        u = np.where(space.by_dimension(stays), own, u)
        guidance = 1.0 if guidance is None else guidance
        drawn = space.to_latents(u[None], stays, conditions, guidance, exact=True)[0]
        z = np.where(space.by_dimension(stays), own, drawn)
    path = {**paths[0], "song": z}
    chosen = ~kept
    if "drums" in paths[1] and strength >= _TAKES_DRUMS:
        path["drums"] = paths[1]["drums"]
        chosen[:, part_index("drums")] = True
    else:
        chosen[:, part_index("drums")] = False
    return _replace_cells(mg, piece, path, chosen)


def _with_texture_of(piece: Piece, like: Piece) -> tuple[Piece, np.ndarray]:
    """Return the lead of a piece with the other parts of another one, moved to its chords.

    Returns
    -------
    texture : Piece
    taken : numpy.ndarray
        Bool ``(phrases,)``: where the other piece has chords or bass. Elsewhere the texture has all
        of the first piece's own parts.
    """
    moved: list[Phrase] = []
    for ours, theirs in zip(piece.phrases, like.phrases, strict=True):
        shift = wrap_key(ours.key - theirs.key)  # to the nearest octave
        moved.append(replace(theirs, notes=transpose_notes(theirs.notes, shift), key=ours.key))
    like = replace(like, phrases=tuple(moved))
    band = reharmonize(like.only(_TEXTURE).notes, like.chords, piece.chords, piece.keys)
    tempos = [phrase.tempo for phrase in piece.phrases]
    bands = Piece.from_notes(band, piece.keys, tempos, bars=piece.bars).phrases
    taken = np.array([len(phrase.only(_HARMONY)) > 0 for phrase in bands])
    phrases = list(piece.phrases)
    for i in np.flatnonzero(taken):
        notes = [phrases[i].only(["lead"]).notes, bands[i].notes]
        phrases[i] = replace(phrases[i], notes=np.concatenate(notes))
    return replace(piece, phrases=tuple(phrases), path=None), taken


def extend(
    mg: MuseGen, piece: Piece, after: int, before: int, seed: int | None, temperature: float
) -> Piece:
    """See `MuseGen.extend`."""
    check_range(after, "after", 0, MAX_BARS, whole=True)
    check_range(before, "before", 0, MAX_BARS, whole=True)
    if before % BARS_PER_PHRASE:
        raise MusicError(f"before is {before}; make it even, because phrases have two bars")
    return _fill_gaps(mg, [piece], [before, after], seed, temperature)


def bridge(
    mg: MuseGen, a: Piece, b: Piece, bars: int, seed: int | None, temperature: float
) -> Piece:
    """See `MuseGen.bridge`."""
    check_range(bars, "bars", 1, MAX_BARS, whole=True)
    if (a.bars + bars) % BARS_PER_PHRASE:
        raise MusicError(
            f"bars is {bars} and the first piece has {a.bars}; make it {bars + 1}, so that the "
            "second piece begins with a whole phrase of two bars"
        )
    return _fill_gaps(mg, [a, b], [0, bars, 0], seed, temperature)


def adjust(
    mg: MuseGen,
    piece: Piece,
    phrases: Sequence[int] | None,
    models: Sequence[str],
    changes: Mapping[str, float],
    parts: Sequence[str] | None = None,
    cells: Cells | None = None,
) -> Piece:
    """See `MuseGen.adjust`."""
    check_attributes(changes)
    path = dict(path_of(mg, piece))
    chosen = _choose_cells(mg, piece, phrases, models, parts, cells)
    _check_models(mg, path, chosen, models)
    spaces = {
        name: space
        for name, space in mg.spaces.items()
        if name in path and _cells_of(space, chosen).any()
    }
    known = {name for space in spaces.values() for name in space.controls.names}
    for name in changes:
        if name not in known:
            names = ", ".join(name for name in ATTRIBUTES if name in known)
            raise MusicError(f"this piece has no {name}: choose from {names}")
    for name, space in spaces.items():
        z, own = path[name], _cells_of(space, chosen)
        now = [phrase.only(space.parts) for phrase in piece.phrases]
        rows = np.flatnonzero(own.any(1) & np.array([len(phrase) > 0 for phrase in now]))
        if len(rows):
            measured = [part for part in space.parts if part in piece.parts]
            before = [now[i] for i in rows]
            moved = change_phrase_attributes(space, z[rows], before, measured, changes)
            path[name] = np.array(z)
            path[name][rows] = np.where(space.by_dimension(own[rows]), moved, z[rows])
    return _exchange(piece, _decode_like(mg, piece, path), chosen)


def copy_cells(mg: MuseGen, piece: Piece, cells: Cells, shift: int) -> Piece:
    """See `MuseGen.copy_cells`."""
    _mark(piece, cells)
    target = _mark(piece, [(phrase + shift, part) for phrase, part in cells])
    rows = [min(max(i - shift, 0), len(piece) - 1) for i in range(len(piece))]
    phrases = tuple(
        piece.phrases[row].to_key(own.key) for row, own in zip(rows, piece.phrases, strict=True)
    )
    path = piece.path and {
        name: np.where(mg.spaces[name].by_dimension(_cells_of(mg.spaces[name], target)), z[rows], z)
        for name, z in piece.path.items()
    }
    return _exchange(piece, replace(piece, phrases=phrases, path=path), target)


def clear(mg: MuseGen, piece: Piece, cells: Cells) -> Piece:
    """See `MuseGen.clear`."""
    chosen = _mark(piece, cells)
    cleared = _exchange(piece, piece.only(()), chosen)
    if not cleared.parts:
        raise MusicError("no note would be left: clear less, or draw another piece")
    return encode_again(mg, cleared, np.flatnonzero(chosen.any(1)))


def encode_again(mg: MuseGen, piece: Piece, phrases: Sequence[int] | np.ndarray) -> Piece:
    """Return a piece with the latents of some phrases encoded from the notes that they have now.

    Without a path, it stays as it is: whoever needs the path encodes it.
    """
    changed = Piece(tuple(piece.phrases[i] for i in phrases))
    if not piece.path or not changed.parts:  # latents of silent phrases are not used
        return piece
    path = {name: np.array(z) for name, z in piece.path.items()}
    for name, z in mg.encode(changed).items():
        own = path.setdefault(name, np.zeros((len(piece), z.shape[1]), np.float32))
        own[phrases] = z
    return replace(piece, path=path)


def _fill_gaps(
    mg: MuseGen, pieces: Sequence[Piece], gaps: Sequence[int], seed: int | None, temperature: float
) -> Piece:
    """Join pieces, with so many new bars before the first, between them, and after the last."""
    total = sum(gaps) + sum(piece.bars for piece in pieces)
    check_range(total, "bars of the result", 1, MAX_BARS)
    paths = [path_of(mg, piece) for piece in pieces]
    path = {
        name: np.zeros((math.ceil(total / BARS_PER_PHRASE), space.latent_dim), np.float32)
        for name, space in mg.spaces.items()
        if any(name in own for own in paths)
    }
    whole, starts = join_with_gaps(pieces, gaps)
    chosen = np.ones((len(whole), len(PARTS)), bool)
    for piece, own, start in zip(pieces, paths, starts, strict=True):
        for name, z in own.items():
            path[name][start : start + len(z)] = z
        chosen[start : start + piece.bars // BARS_PER_PHRASE] = False
    made = _draw(mg, whole, path, chosen, seed, temperature)
    phrases = list(made.phrases)
    for piece, start in zip(pieces, starts, strict=True):
        if piece.bars % BARS_PER_PHRASE:  # a last phrase of one bar: its second bar is new
            half = start + piece.bars // BARS_PER_PHRASE
            phrases[half] = _with_second_bar_of(whole.phrases[half], phrases[half])
    return replace(made, phrases=tuple(phrases))


def _draw(
    mg: MuseGen,
    piece: Piece,
    path: Path,
    chosen: np.ndarray,
    seed: int | None,
    temperature: float,
    asked: Asked | None = None,
) -> Piece:
    """Return a piece with the chosen cells drawn from the prior."""
    check_range(temperature, "temperature", *TEMPERATURES)
    asked = asked or Asked()

    def drawn_path(
        space: LatentSpace,
        z: np.ndarray,
        kept: np.ndarray,
        conditions: Conditions,
        fresh: np.ndarray,
    ) -> np.ndarray:
        noise = np.multiply(fresh, temperature, dtype=np.float32)
        if conditions.partner is not None:
            (other,) = (one for one in mg.spaces.values() if one is not space)
            noise = follow_density(space, noise, other, conditions.partner)
        u = np.where(space.by_dimension(kept), z, noise)
        return space.to_latents(u[None], kept, conditions, asked.guidance)[0]

    drawn = _redraw(mg, piece, path, chosen, seed, drawn_path, asked)
    return _replace_cells(mg, piece, drawn, chosen)


def _redraw(
    mg: MuseGen,
    piece: Piece,
    path: Path,
    chosen: np.ndarray,
    seed: int | None,
    new_path: _NewPath,
    asked: Asked,
) -> Path:
    """Return a path with the chosen cells' latents drawn anew, given the others."""
    seed = choose_seed(seed)
    drawn = dict(path)
    for stream, (name, space) in enumerate(mg.spaces.items()):
        own = _cells_of(space, chosen)
        if name not in path or not own.any():
            continue
        z = path[name]
        # Silent phrases are not given to the prior: it never saw any in training.
        heard = np.array([len(phrase.only(space.parts)) > 0 for phrase in piece.phrases])
        kept = ~own & heard[:, None]
        fresh = space.draw_noise(seed, len(z), stream)
        conditions = _conditions(mg, piece, drawn, name, asked)
        found = new_path(space, z, kept, conditions, fresh)
        drawn[name] = np.where(space.by_dimension(own), found, z)
    return drawn


def _conditions(mg: MuseGen, piece: Piece, path: Path, name: str, asked: Asked) -> Conditions:
    """Return what a model knows when it draws cells of a piece."""
    (other,) = (model for model in MODELS if model != name)
    partner = opposite = None
    if other in path:
        parts = mg.spaces[other].parts
        heard = np.array([len(phrase.only(parts)) > 0 for phrase in piece.phrases])
        partner = np.where(heard[:, None], path[other], np.nan)
        opposite = mg.spaces[other].opposite_of(partner)
    chords = None
    if asked.chords is not None:
        keys = [phrase.key for phrase in piece.phrases]
        chords = chords_of_piece(asked.chords, piece.bars, keys)
    return Conditions(
        chords=chords,
        places=places_in_song(np.arange(len(piece)), len(piece)),
        styles=style_shares(mg.spaces[name].styles, asked.styles),
        partner=partner,
        opposite=opposite,
    )


def _replace_cells(mg: MuseGen, piece: Piece, path: Path, chosen: np.ndarray) -> Piece:
    """Return a piece with the chosen cells decoded from a path."""
    new = mg.decode(path, programs=piece.programs, bars=piece.bars)
    phrases = tuple(
        ours.to_key(theirs.key) for ours, theirs in zip(new.phrases, piece.phrases, strict=True)
    )
    return _exchange(piece, replace(new, phrases=phrases), chosen)


def _exchange(piece: Piece, new: Piece, chosen: np.ndarray) -> Piece:
    """Return a piece with another's path, and its notes in the chosen cells."""
    phrases: list[Phrase] = []
    for old, fresh, is_new in zip(piece.phrases, new.phrases, chosen, strict=True):
        if is_new.any():
            kept = old.notes[~is_new[old.notes["part"]]]
            old = replace(
                old, notes=np.concatenate([kept, fresh.notes[is_new[fresh.notes["part"]]]])
            )
        phrases.append(old)
    return replace(piece, phrases=tuple(phrases), path=new.path)


def _decode_like(mg: MuseGen, piece: Piece, path: Path) -> Piece:
    """Decode a path with the length, tempo, key, feel, meters, instruments and parts of a piece."""
    decoded = mg.decode(path, programs=piece.programs, bars=piece.bars)
    phrases: list[Phrase] = []
    for ours, theirs in zip(decoded.phrases, piece.phrases, strict=True):
        # Where a model's parts are silent they stay so: it never saw silence in training.
        heard = [
            part
            for space in mg.spaces.values()
            if len(theirs.only(space.parts))
            for part in space.parts
            if part in piece.parts
        ]
        moved = ours.only(heard).to_key(theirs.key)
        phrases.append(replace(theirs, notes=moved.notes))
    return replace(decoded, phrases=tuple(phrases), changes=piece.changes)


def _choose_cells(
    mg: MuseGen,
    piece: Piece,
    phrases: Sequence[int] | None,
    models: Sequence[str],
    parts: Sequence[str] | None,
    cells: Cells | None,
) -> np.ndarray:
    """Return which cells of a piece are named, bool ``(phrases, parts)``.

    Only parts that the piece has, unless `parts` or `cells` name others.
    """
    for name in models:
        check_choice(name, "model", MODELS)
    if cells is not None:
        if phrases is not None or parts is not None:
            raise MusicError("name either cells, or phrases and parts, but not both")
        return _mark(piece, cells)
    if parts is None:
        parts = [part for name in models for part in mg.spaces[name].parts if part in piece.parts]
    rows = np.zeros(len(piece), bool)
    for number in range(len(piece)) if phrases is None else phrases:
        check_range(number, "a phrase's number", 0, len(piece) - 1, whole=True)
        rows[number] = True
    if not rows.any():
        raise MusicError("no phrase was named: name at least one to be made anew")
    columns = np.zeros(len(PARTS), bool)
    columns[[part_index(part) for part in parts]] = True
    return rows[:, None] & columns


def _mark(piece: Piece, cells: Cells) -> np.ndarray:
    """Return which cells of a piece are named, bool ``(phrases, parts)``."""
    chosen = np.zeros((len(piece), len(PARTS)), bool)
    for phrase, part in cells:
        check_range(phrase, "a phrase's number", 0, len(piece) - 1, whole=True)
        chosen[phrase, part_index(part)] = True
    if not chosen.any():
        raise MusicError("no cell was named: name at least one phrase and its part")
    return chosen


def _check_models(mg: MuseGen, path: Path, chosen: np.ndarray, models: Sequence[str]) -> None:
    """Raise a `MusicError` if no model of the path has any of the chosen cells."""
    if not any(_cells_of(mg.spaces[name], chosen).any() for name in path):
        if chosen.any() or not set(models) & set(path):
            raise MusicError(f"this piece has only {' and '.join(path)}: choose that as the model")
        raise MusicError("no part was named: name at least one to be made anew")


def _cells_of(space: LatentSpace, chosen: np.ndarray) -> np.ndarray:
    """Return the columns of a model's parts."""
    return chosen[:, [part_index(part) for part in space.parts]]


def _with_second_bar_of(old: Phrase, new: Phrase) -> Phrase:
    late = new.notes[new.notes["onset"] >= STEPS_PER_BAR]
    return replace(old, notes=np.concatenate([old.notes, late]))
