"""MuseGen: the one object that the Python API, the command line and the page all call."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from musegen.errors import MusicError
from musegen.files import CHECKPOINTS
from musegen.latent.forms import DEFAULT_FORM, FORMS, apply_form, section_order
from musegen.latent.interpolation import CURVES, interpolate_noise
from musegen.latent.noise import draw_noise, vary_noise
from musegen.latent.paths import MODELS
from musegen.model.attribute_edits import change_phrase_attributes, set_piece_attributes
from musegen.model.latent_space import LatentSpace
from musegen.music.arrange import join, key_between, lay_apart, repeat, tempo_between
from musegen.music.attributes import ATTRIBUTES, MAX_ATTRIBUTE_CHANGE
from musegen.music.limits import DEFAULT_TEMPERATURE, DEFAULT_TEMPO
from musegen.music.notes import BARS_PER_PHRASE, PARTS, STEPS_PER_BAR
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece

__all__ = ["FORMS", "MAX_BARS", "MAX_STEPS", "MuseGen", "load"]

MAX_BARS = 256
MAX_STEPS = 64
_SEED_LIMIT = 2**53  # the whole numbers that a web page can hold, too


def load(folder: str | Path = CHECKPOINTS) -> MuseGen:
    """Load the checkpoints.

    Parameters
    ----------
    folder : path
        Holds ``song`` and ``drums``.

    Raises
    ------
    CheckpointError
        If one is missing or damaged.
    """
    return MuseGen({name: LatentSpace(Path(folder) / name) for name in MODELS})


class MuseGen:
    """Music from paths, and paths from music.

    Parameters
    ----------
    spaces : mapping of str to LatentSpace
        The models, ``song`` and ``drums``.
    """

    def __init__(self, spaces: Mapping[str, LatentSpace]) -> None:
        self.spaces = {name: spaces[name] for name in MODELS}

    def random(
        self,
        seed: int | None = None,
        bars: int = 16,
        form: str = DEFAULT_FORM,
        temperature: float = DEFAULT_TEMPERATURE,
        key: int = 0,
        tempo: float = DEFAULT_TEMPO,
        programs: Mapping[str, int] | None = None,
        **attributes: float,
    ) -> Piece:
        """Draw a piece from the prior.

        Parameters
        ----------
        seed : int, optional
            The same seed gives the same piece. Without one, chance chooses.
        bars : int
            Length, 1 to `MAX_BARS`.
        form : str
            One of `FORMS`, or sections as letters.
        temperature : float
            0 to 2. How far from the most typical music: scales the noise.
        key : int
            As in `Phrase.key`.
        tempo : float
            Quarter notes a minute, 20 to 300.
        programs : mapping of str to int, optional
            As in `Piece.programs`.
        **attributes : float
            Of `musegen.music.attributes.ATTRIBUTES`, -3 to 3: where the mean of the piece's
            phrases shall lie, in standard deviations from that of the training phrases. Song and
            drums are each measured alone, drums by density, syncopation and loudness.

        Raises
        ------
        MusicError
            If a figure is out of its range, or there is no such attribute.
        ValueError
            If there is no such form.
        """
        seeds = [_chosen_seed(seed)]
        many = self.random_many(seeds, bars, form, temperature, key, tempo, programs, **attributes)
        return many[0]

    def random_many(
        self,
        seeds: Sequence[int],
        bars: int = 16,
        form: str = DEFAULT_FORM,
        temperature: float = DEFAULT_TEMPERATURE,
        key: int = 0,
        tempo: float = DEFAULT_TEMPO,
        programs: Mapping[str, int] | None = None,
        **attributes: float,
    ) -> list[Piece]:
        """Draw a piece for each seed, all in one batch. Everything else as in `random`."""
        _check(bars, "bars", 1, MAX_BARS)
        _check(temperature, "temperature", 0, 2)
        _check(key, "key", -5, 6)
        _check(tempo, "tempo", 20, 300)
        for seed in seeds:
            _chosen_seed(seed)
        _check_attributes(attributes)
        order = section_order(form, math.ceil(bars / BARS_PER_PHRASE))
        drawn = int(order.max()) + 1
        paths: list[dict[str, np.ndarray]] = [{} for _ in seeds]
        for stream, (name, space) in enumerate(self.spaces.items()):
            u = np.stack(
                [
                    apply_form(form, draw_noise(seed, drawn, space.latent_dim, stream), seed)
                    for seed in seeds
                ]
            )
            z = space.to_latents(np.float32(temperature) * u)
            z = set_piece_attributes(space, z, np.bincount(order), attributes)
            for path, one in zip(paths, z, strict=True):
                path[name] = one[order].astype(np.float32)
        return self._decode_many(paths, key, tempo, programs, bars)

    def encode(self, piece: Piece) -> dict[str, np.ndarray]:
        """The path of a piece: the latents that decode to its phrases, as nearly as can be.

        Returns
        -------
        dict of str to numpy.ndarray
            By model, float32 ``(phrases, latent_dim)``; only models whose parts the piece has.

        Raises
        ------
        MusicError
            If the piece has no notes.
        """
        path = {
            name: space.encode([phrase.only(space.parts) for phrase in piece.phrases])
            for name, space in self.spaces.items()
            if set(space.parts) & set(piece.parts)
        }
        if not path:
            raise MusicError("this piece has no notes: there is nothing to encode")
        return path

    def decode(
        self,
        path: Mapping[str, np.ndarray],
        key: int = 0,
        tempo: float = DEFAULT_TEMPO,
        programs: Mapping[str, int] | None = None,
        bars: int = 0,
    ) -> Piece:
        """The likeliest piece of a path.

        Parameters
        ----------
        path : mapping of str to numpy.ndarray
            By model, ``(phrases, latent_dim)``; all of the same length.
        key, tempo, programs, bars
            As in `Phrase` and `Piece`.

        Raises
        ------
        ValueError
            If the path has no phrases, another shape or an unknown model.
        """
        return self._decode_many([path], key, tempo, programs, bars)[0]

    def _decode_many(
        self,
        paths: Sequence[Mapping[str, np.ndarray]],
        key: int,
        tempo: float,
        programs: Mapping[str, int] | None,
        bars: int,
    ) -> list[Piece]:
        lengths = {len(z) for path in paths for z in path.values()}
        if len(lengths) != 1 or 0 in lengths or not set(paths[0]) <= set(self.spaces):
            raise ValueError("a path has song and drums latents, the same number of phrases each")
        (length,) = lengths
        decoded: list[list[Phrase]] = []
        for name in paths[0]:
            space = self.spaces[name]
            z = np.concatenate([path[name] for path in paths])
            if z.ndim != 2 or z.shape[1] != space.latent_dim:
                raise ValueError(f"a {name} path has the shape (phrases, {space.latent_dim})")
            decoded.append(space.decode(z))
        together = [
            Phrase(np.concatenate([phrase.notes for phrase in voices]), 0, tempo).to_key(key)
            for voices in zip(*decoded, strict=True)
        ]
        return [
            Piece(
                tuple(together[i * length : (i + 1) * length]),
                programs or {},
                bars,
                {name: np.asarray(z, np.float32) for name, z in path.items()},
            )
            for i, path in enumerate(paths)
        ]

    def reconstruct(self, piece: Piece) -> Piece:
        """Encode a piece and decode it again.

        Length, tempo, key and instruments stay, and so do the parts: what was silent is silent.

        Raises
        ------
        MusicError
            If the piece has no notes.
        """
        return self._like(piece, self.encode(piece))

    def vary(
        self,
        piece: Piece,
        similarity: float = 0.8,
        seed: int | None = None,
        phrases: Sequence[int] | None = None,
        models: Sequence[str] = MODELS,
    ) -> Piece:
        """A variation of a piece: another point in the neighbourhood of its noise.

        Parameters
        ----------
        piece : Piece
        similarity : float
            1 gives the piece as it is decoded, 0 something new.
        seed : int, optional
            Which variation.
        phrases : sequence of int, optional
            Vary these alone, counted from 0; the others stay note for note.
        models : sequence of str
            Vary these models' parts alone: ``song``, ``drums`` or both.

        Raises
        ------
        MusicError
            If the similarity is not between 0 and 1, there is no such phrase or model, or the
            piece has no notes.
        """
        _check(similarity, "similarity", 0, 1)

        def nearby(
            space: LatentSpace, z: np.ndarray, kept: np.ndarray, fresh: np.ndarray
        ) -> np.ndarray:
            return vary_noise(space.to_noise(z[None], kept)[0], similarity, fresh)

        path = self._path_of(piece)
        _check_models(models, path)
        if phrases is None and set(models) >= set(path):
            every = np.ones(len(piece), bool)
            return self._like(piece, self._redraw(piece, path, every, models, seed, nearby))
        chosen = _choose(piece, range(len(piece)) if phrases is None else phrases)
        varied = self._redraw(piece, path, chosen, models, seed, nearby)
        return self._put(piece, varied, chosen, models)

    def fill(
        self,
        piece: Piece,
        phrases: Sequence[int],
        seed: int | None = None,
        temperature: float = DEFAULT_TEMPERATURE,
        models: Sequence[str] = MODELS,
    ) -> Piece:
        """Draw some phrases of a piece anew, so that they go with the others.

        Parameters
        ----------
        piece : Piece
        phrases : sequence of int
            Which, counted from 0. The others stay note for note.
        seed : int, optional
            Which draw.
        temperature : float
            As in `random`.
        models : sequence of str
            Draw these models' parts alone: ``song``, ``drums`` or both.

        Raises
        ------
        MusicError
            If there is no such phrase or model, a figure is out of its range, or the piece has no
            notes.
        """
        chosen = _choose(piece, phrases)
        path = self._path_of(piece)
        _check_models(models, path)
        drawn = self._draw(piece, path, chosen, models, seed, temperature)
        return self._put(piece, drawn, chosen, models)

    def extend(
        self,
        piece: Piece,
        after: int = 8,
        before: int = 0,
        seed: int | None = None,
        temperature: float = DEFAULT_TEMPERATURE,
    ) -> Piece:
        """Go on with a piece, or lead into it.

        Parameters
        ----------
        piece : Piece
            Stays note for note, but that a note which sounds past its end now does.
        after : int
            Bars to add at its end.
        before : int
            Bars to add at its beginning, an even number: phrases begin where they did.
        seed, temperature
            As in `fill`.

        Raises
        ------
        MusicError
            If a figure is out of its range, the result is longer than `MAX_BARS`, or the piece has
            no notes.
        """
        _check(after, "after", 0, MAX_BARS)
        _check(before, "before", 0, MAX_BARS)
        if before % BARS_PER_PHRASE:
            raise MusicError(f"before is {before}; it is a number of whole phrases, two bars each")
        return self._spread([piece], [before, after], seed, temperature)

    def bridge(
        self,
        a: Piece,
        b: Piece,
        bars: int = 8,
        seed: int | None = None,
        temperature: float = DEFAULT_TEMPERATURE,
    ) -> Piece:
        """A piece that begins as one and ends as another, with new music between them.

        Parameters
        ----------
        a, b : Piece
            Stay note for note. Key and tempo move from one to the other in between.
        bars : int
            Bars between them, at least 1. After an `a` of an odd length one more than an even
            number, so that phrases of `b` begin where they did.
        seed, temperature
            As in `fill`.

        Returns
        -------
        Piece
            Up to `b` with the instruments of `a`.

        Raises
        ------
        MusicError
            If a figure is out of its range, the result is longer than `MAX_BARS`, or an end has
            no notes.
        """
        _check(bars, "bars", 1, MAX_BARS)
        if (a.bars + bars) % BARS_PER_PHRASE:
            raise MusicError(
                f"bars is {bars} after {a.bars} of the first piece; make it {bars + 1}, so that "
                "the second begins with a whole phrase"
            )
        return self._spread([a, b], [0, bars, 0], seed, temperature)

    def adjust(
        self,
        piece: Piece,
        phrases: Sequence[int] | None = None,
        models: Sequence[str] = MODELS,
        **changes: float,
    ) -> Piece:
        """Turn a piece's attributes, each phrase's by so much, and leave the rest as it is.

        Parameters
        ----------
        piece : Piece
        phrases : sequence of int, optional
            Adjust these alone, counted from 0; the others stay note for note.
        models : sequence of str
            Adjust these models' parts alone: ``song``, ``drums`` or both.
        **changes : float
            Of `musegen.music.attributes.ATTRIBUTES`, -3 to 3: by how many standard deviations of
            the training phrases. Song and drums are each turned by those that they have.

        Raises
        ------
        MusicError
            If there is no such phrase, model or attribute, a figure is out of its range, or the
            piece has no notes.
        """
        _check_attributes(changes)
        chosen = np.ones(len(piece), bool) if phrases is None else _choose(piece, phrases)
        path = dict(self._path_of(piece))
        _check_models(models, path)
        turned = {name: self.spaces[name] for name in path if name in models}
        _check_has(list(turned.values()), changes)
        for name, space in turned.items():
            z = path[name]
            now = [phrase.only(space.parts) for phrase in piece.phrases]
            rows = np.flatnonzero(chosen & [len(phrase) > 0 for phrase in now])
            if len(rows):
                heard = [part for part in space.parts if part in piece.parts]
                path[name] = z.copy()
                before = [now[i] for i in rows]
                path[name][rows] = change_phrase_attributes(space, z[rows], before, heard, changes)
        return self._exchange(piece, self._like(piece, path), chosen, models)

    def interpolate(self, a: Piece, b: Piece, steps: int = 9, curve: str = "even") -> Piece:
        """Morph one piece into another.

        The points between lie on the way in the prior's noise (`way`); tempo and key move along
        with the notes. Halfway the instruments change, and a part that one end does not have
        comes in or leaves.

        Parameters
        ----------
        a, b : Piece
        steps : int
            Sections, 2 to `MAX_STEPS`. Each is as long as the longer end; the shorter repeats.
            The first and the last are `a` and `b`, note for note.
        curve : str
            One of `musegen.latent.interpolation.CURVES`: where on the way the sections lie.

        Returns
        -------
        Piece

        Raises
        ------
        MusicError
            If `steps` is out of its range, there is no such curve, or an end has no notes.
        """
        _check(steps, "steps", 2, MAX_STEPS)
        if curve not in CURVES:
            raise MusicError(f"there is no curve {curve!r}: choose from {', '.join(CURVES)}")
        bars = max(a.bars, b.bars)
        ends = [repeat(end, bars) for end in (a, b)]
        ts = CURVES[curve](np.linspace(0, 1, steps))[1:-1]
        between = [
            self._between(ends, path, np.array([1 - t, t]))
            for t, path in zip(ts, self._way(ends, ts), strict=True)
        ]
        return join([ends[0], *between, ends[1]], bars)

    def blend(self, corners: Sequence[Piece], x: float, y: float) -> Piece:
        """A point of a square between four pieces.

        Parameters
        ----------
        corners : sequence of Piece
            Four: at (0, 0), (1, 0), (0, 1) and (1, 1).
        x, y : float
            0 to 1. In a corner it is that piece, note for note; on an edge it is on the way
            between two, as in `interpolate`.

        Returns
        -------
        Piece
            As long as the longest; the others repeat. Instruments are those of the nearest.

        Raises
        ------
        MusicError
            If `x` or `y` is out of its range, or a corner has no notes.
        """
        _check(x, "x", 0, 1)
        _check(y, "y", 0, 1)
        bars = max(corner.bars for corner in corners)
        ends = [repeat(corner, bars) for corner in corners]
        shares = np.outer([1 - y, y], [1 - x, x]).ravel()
        if shares.max() == 1:
            return ends[int(shares.argmax())]
        path = {}
        for name, u in self._noise(ends).items():
            space = self.spaces[name]
            upper, lower = (interpolate_noise(u[i], u[i + 1], [x])[0] for i in (0, 2))
            path[name] = space.to_latents(interpolate_noise(upper, lower, [y]))[0]
        return self._between(ends, path, shares)

    def _noise(self, ends: Sequence[Piece]) -> dict[str, np.ndarray]:
        """Noise of pieces, by model; where one has none of it, that of another stands in."""
        paths = [self._path_of(end) for end in ends]
        noise = {}
        for name, space in self.spaces.items():
            had = [i for i, path in enumerate(paths) if name in path]
            if had:
                u = space.to_noise(np.stack([paths[i][name] for i in had]))
                nearest = [
                    min(had, key=lambda i, at=at: (i ^ at).bit_count()) for at in range(len(ends))
                ]
                noise[name] = u[[had.index(i) for i in nearest]]
        return noise

    def _way(self, ends: Sequence[Piece], ts: np.ndarray) -> list[dict[str, np.ndarray]]:
        """Paths on the way from one piece to another."""
        if not len(ts):
            return []
        paths: list[dict[str, np.ndarray]] = [{} for _ in ts]
        for name, (a, b) in self._noise(ends).items():
            for path, z in zip(
                paths, self.spaces[name].to_latents(interpolate_noise(a, b, ts)), strict=True
            ):
                path[name] = z
        return paths

    def _between(
        self, ends: Sequence[Piece], path: Mapping[str, np.ndarray], shares: np.ndarray
    ) -> Piece:
        """A path's piece with so much of each end: key, tempo, feel, instruments, parts."""
        # Of equal shares the later counts.
        nearest = ends[len(ends) - 1 - int(shares[::-1].argmax())]
        piece = self.decode(path, bars=nearest.bars).only(nearest.parts)
        moved = []
        for i, phrase in enumerate(piece.phrases):
            theirs = [end.phrases[i] for end in ends]
            key = key_between([other.key for other in theirs], shares)
            tempo = tempo_between([other.tempo for other in theirs], shares)
            feel = nearest.phrases[i].feel
            moved.append(replace(phrase.to_key(key), tempo=tempo, feel=feel))
        return replace(
            piece, phrases=tuple(moved), programs=nearest.programs, changes=nearest.changes
        )

    def _spread(
        self, pieces: Sequence[Piece], gaps: Sequence[int], seed: int | None, temperature: float
    ) -> Piece:
        """Pieces with as many drawn bars before, between and after them as `gaps` says."""
        total = sum(gaps) + sum(piece.bars for piece in pieces)
        _check(total, "bars of the result", 1, MAX_BARS)
        paths = [self._path_of(piece) for piece in pieces]
        path = {
            name: np.zeros((math.ceil(total / BARS_PER_PHRASE), space.latent_dim), np.float32)
            for name, space in self.spaces.items()
            if any(name in own for own in paths)
        }
        whole, starts = lay_apart(pieces, gaps)
        chosen = np.ones(len(whole), bool)
        for piece, own, start in zip(pieces, paths, starts, strict=True):
            for name, z in own.items():
                path[name][start : start + len(z)] = z
            # A last phrase of one bar is drawn, too, for the sake of its other bar.
            chosen[start : start + piece.bars // BARS_PER_PHRASE] = False
        drawn = self._draw(whole, path, chosen, MODELS, seed, temperature)
        made = self._put(whole, drawn, chosen, MODELS)
        begun = [len(phrase) > 0 for phrase in whole.phrases] & chosen
        return replace(
            made,
            phrases=tuple(
                _second_bar_of(ours, theirs) if is_begun else ours
                for ours, theirs, is_begun in zip(made.phrases, whole.phrases, begun, strict=True)
            ),
        )

    def _draw(
        self,
        piece: Piece,
        path: Mapping[str, np.ndarray],
        chosen: np.ndarray,
        models: Sequence[str],
        seed: int | None,
        temperature: float,
    ) -> dict[str, np.ndarray]:
        _check(temperature, "temperature", 0, 2)
        scale = np.float32(temperature)

        def anew(
            space: LatentSpace, z: np.ndarray, kept: np.ndarray, fresh: np.ndarray
        ) -> np.ndarray:
            return scale * fresh

        return self._redraw(piece, path, chosen, models, seed, anew)

    def _redraw(
        self,
        piece: Piece,
        path: Mapping[str, np.ndarray],
        chosen: np.ndarray,
        models: Sequence[str],
        seed: int | None,
        noise: Callable[[LatentSpace, np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    ) -> dict[str, np.ndarray]:
        """A path with some models' chosen phrases drawn anew, the others given.

        `noise` makes it of the space, the path, the phrases that are kept, and fresh noise.
        """
        seed = _chosen_seed(seed)
        drawn = dict(path)
        for stream, (name, space) in enumerate(self.spaces.items()):
            if name not in path or name not in models:
                continue
            z = path[name]
            # Silence says nothing: a model never trained on it would take it for music.
            kept = np.array([len(phrase.only(space.parts)) > 0 for phrase in piece.phrases])
            kept &= ~chosen
            fresh = draw_noise(seed, len(z), space.latent_dim, stream)
            u = np.where(kept[:, None], z, noise(space, z, kept, fresh))
            drawn[name] = np.where(chosen[:, None], space.to_latents(u[None], kept)[0], z)
        return drawn

    def _put(
        self,
        piece: Piece,
        path: Mapping[str, np.ndarray],
        chosen: np.ndarray,
        models: Sequence[str],
    ) -> Piece:
        """A piece with some models' chosen phrases as a path has them."""
        (fresh,) = self._decode_many([path], 0, DEFAULT_TEMPO, piece.programs, piece.bars)
        moved = [
            ours.only(piece.parts).to_key(theirs.key)
            for ours, theirs in zip(fresh.phrases, piece.phrases, strict=True)
        ]
        return self._exchange(piece, replace(fresh, phrases=tuple(moved)), chosen, models)

    def _exchange(
        self, piece: Piece, fresh: Piece, chosen: np.ndarray, models: Sequence[str]
    ) -> Piece:
        """A piece with the notes of some models' chosen phrases, and the path, of another."""
        ours = [part for name in models for part in self.spaces[name].parts]
        theirs = [part for part in PARTS if part not in ours]
        phrases = []
        for old, new, is_new in zip(piece.phrases, fresh.phrases, chosen, strict=True):
            if is_new:
                notes = np.concatenate([old.only(theirs).notes, new.only(ours).notes])
                old = replace(old, notes=notes)
            phrases.append(old)
        return replace(piece, phrases=tuple(phrases), path=fresh.path)

    def _path_of(self, piece: Piece) -> Mapping[str, np.ndarray]:
        return piece.path if piece.path else self.encode(piece)

    def _like(self, piece: Piece, path: Mapping[str, np.ndarray]) -> Piece:
        """Decode a path with the length, tempo, key, instruments and parts of a piece."""
        decoded = self._decode_many([path], 0, DEFAULT_TEMPO, piece.programs, piece.bars)[0]
        phrases = []
        for ours, theirs in zip(decoded.phrases, piece.phrases, strict=True):
            # A model never trained on silence would fill it.
            heard = [
                part
                for space in self.spaces.values()
                if len(theirs.only(space.parts))
                for part in space.parts
                if part in piece.parts
            ]
            ours = ours.only(heard).to_key(theirs.key)
            phrases.append(replace(ours, tempo=theirs.tempo, feel=theirs.feel))
        return replace(decoded, phrases=tuple(phrases), changes=piece.changes)


def _chosen_seed(seed: int | None) -> int:
    """A seed within its limits; one by chance for None."""
    if seed is None:
        return int(np.random.default_rng().integers(2**31))
    _check(seed, "seed", 0, _SEED_LIMIT)
    return seed


def _check(value: float, name: str, low: float, high: float) -> None:
    if not low <= value <= high:
        raise MusicError(f"{name} is {value}; it goes from {low} to {high}")


def _check_attributes(figures: Mapping[str, float]) -> None:
    for name, value in figures.items():
        if name not in ATTRIBUTES:
            raise MusicError(
                f"there is no attribute {name!r}: choose from " + ", ".join(ATTRIBUTES)
            )
        _check(value, name, -MAX_ATTRIBUTE_CHANGE, MAX_ATTRIBUTE_CHANGE)


def _check_has(spaces: Sequence[LatentSpace], changes: Mapping[str, float]) -> None:
    has = [name for name in ATTRIBUTES if any(name in space.controls.names for space in spaces)]
    for name in changes:
        if name not in has:
            raise MusicError(f"this piece has no {name}: choose from {', '.join(has)}")


def _check_models(models: Sequence[str], path: Mapping[str, np.ndarray]) -> None:
    for name in models:
        if name not in MODELS:
            raise MusicError(f"there is no model {name!r}: choose from {', '.join(MODELS)}")
    if not set(models) & set(path):
        raise MusicError(f"this piece has {' and '.join(path)} alone: let that change")


def _choose(piece: Piece, phrases: Sequence[int]) -> np.ndarray:
    """Which phrases are meant, as a mask.

    Raises
    ------
    MusicError
        If the piece has no such phrase, or none is named.
    """
    chosen = np.zeros(len(piece), bool)
    for number in phrases:
        _check(number, "a phrase's number", 0, len(piece) - 1)
        chosen[number] = True
    if not chosen.any():
        raise MusicError("no phrase was named: say which ones are to be made anew")
    return chosen


def _second_bar_of(new: Phrase, old: Phrase) -> Phrase:
    """The first bar of an old phrase, then the second of a new one."""
    late = new.notes[new.notes["onset"] >= STEPS_PER_BAR]
    return replace(old, notes=np.concatenate([old.notes, late]))
