"""MuseGen: the one object that the Python API, the command line and the page all call."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from musegen.latent import DEFAULT_TEMPERATURE, FORMS, bend_noise, draw_noise, lay_out, near, slerp
from musegen.model.space import Space
from musegen.music.errors import MusicError
from musegen.music.notes import BARS_PER_PHRASE, STEPS_PER_BAR
from musegen.music.phrase import DEFAULT_TEMPO, Phrase
from musegen.music.piece import Piece

__all__ = ["CHECKPOINTS", "FORMS", "MAX_BARS", "MAX_STEPS", "MuseGen", "load"]

CHECKPOINTS = Path(__file__).resolve().parent.parent / "checkpoints"
MODELS = ("song", "drums")
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
    return MuseGen({name: Space(Path(folder) / name) for name in MODELS})


class MuseGen:
    """Music from paths, and paths from music.

    Parameters
    ----------
    spaces : mapping of str to Space
        The models, ``song`` and ``drums``.
    """

    def __init__(self, spaces: Mapping[str, Space]) -> None:
        self.spaces = {name: spaces[name] for name in MODELS}

    def random(
        self,
        seed: int | None = None,
        bars: int = 16,
        form: str = "AABA",
        temperature: float = DEFAULT_TEMPERATURE,
        key: int = 0,
        tempo: float = DEFAULT_TEMPO,
        programs: Mapping[str, int] | None = None,
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

        Raises
        ------
        MusicError
            If a figure is out of its range.
        ValueError
            If there is no such form.
        """
        if seed is None:
            seed = int(np.random.default_rng().integers(2**31))
        return self.random_many([seed], bars, form, temperature, key, tempo, programs)[0]

    def random_many(
        self,
        seeds: Sequence[int],
        bars: int = 16,
        form: str = "AABA",
        temperature: float = DEFAULT_TEMPERATURE,
        key: int = 0,
        tempo: float = DEFAULT_TEMPO,
        programs: Mapping[str, int] | None = None,
    ) -> list[Piece]:
        """Draw a piece for each seed, all in one batch. Everything else as in `random`."""
        _check(bars, "bars", 1, MAX_BARS)
        _check(temperature, "temperature", 0, 2)
        _check(key, "key", -5, 6)
        _check(tempo, "tempo", 20, 300)
        for seed in seeds:
            _check(seed, "seed", 0, _SEED_LIMIT)
        order = lay_out(form, math.ceil(bars / BARS_PER_PHRASE))
        drawn = int(order.max()) + 1
        paths: list[dict[str, np.ndarray]] = [{} for _ in seeds]
        for stream, (name, space) in enumerate(self.spaces.items()):
            u = np.stack(
                [
                    bend_noise(form, draw_noise(seed, drawn, space.latent_dim, stream))
                    for seed in seeds
                ]
            )
            z = space.to_latents(np.float32(temperature) * u)
            for path, one in zip(paths, z, strict=True):
                path[name] = one[order].astype(np.float32)
        return self._decode_many(paths, key, tempo, programs, bars)

    def encode(self, piece: Piece) -> dict[str, np.ndarray]:
        """The path of a piece: the mean latents of its phrases.

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
        """Encode a piece (the mean) and decode it again.

        Length, tempo, key and instruments stay, and so do the parts: what was silent is silent.

        Raises
        ------
        MusicError
            If the piece has no notes.
        """
        return self._like(piece, self.encode(piece))

    def vary(self, piece: Piece, similarity: float = 0.8, seed: int | None = None) -> Piece:
        """A variation of a piece: another point in the neighbourhood of its noise.

        Parameters
        ----------
        piece : Piece
        similarity : float
            1 gives the piece as it is decoded, 0 something new.
        seed : int, optional
            Which variation.

        Raises
        ------
        MusicError
            If the similarity is not between 0 and 1, or the piece has no notes.
        """
        _check(similarity, "similarity", 0, 1)
        if seed is None:
            seed = int(np.random.default_rng().integers(2**31))
        _check(seed, "seed", 0, _SEED_LIMIT)
        varied = {}
        for stream, (name, z) in enumerate(self._path_of(piece).items()):
            space = self.spaces[name]
            u = space.to_noise(z[None])[0]
            fresh = draw_noise(seed, len(z), space.latent_dim, stream)
            varied[name] = space.to_latents(near(u, similarity, fresh)[None])[0]
        return self._like(piece, varied)

    def interpolate(self, a: Piece, b: Piece, steps: int = 9) -> Piece:
        """Morph one piece into another.

        The points between are spherical interpolations in the prior's noise; tempo and key move
        along with the notes. A part that one end does not have comes in, or leaves, halfway.

        Parameters
        ----------
        a, b : Piece
        steps : int
            Sections, 2 to `MAX_STEPS`. Each is as long as the longer end; the shorter repeats.
            The first and the last are `a` and `b`, note for note.

        Returns
        -------
        Piece
            With the instruments of `a`.

        Raises
        ------
        MusicError
            If `steps` is out of its range, or an end has no notes.
        """
        _check(steps, "steps", 2, MAX_STEPS)
        bars = max(a.bars, b.bars)
        ends = [_repeat(end, bars) for end in (a, b)]
        between = self._between(ends, np.linspace(0, 1, steps)[1:-1])
        return _join([ends[0], *between, ends[1]], bars)

    def _between(self, ends: list[Piece], ts: np.ndarray) -> list[Piece]:
        if not len(ts):
            return []
        paths = [self._path_of(end) for end in ends]
        phrases = len(ends[0])
        sections: list[dict[str, np.ndarray]] = [{} for _ in ts]
        for name, space in self.spaces.items():
            had = [path[name] for path in paths if name in path]
            if not had:
                continue
            u = space.to_noise(np.stack(had))
            way = np.stack([slerp(u[0], u[-1], t) for t in ts])
            for section, z in zip(sections, space.to_latents(way), strict=True):
                section[name] = z
        keys, tempos = _ways(ends, ts)
        pieces = []
        for i, (t, section) in enumerate(zip(ts, sections, strict=True)):
            piece = self.decode(section, programs=ends[0].programs, bars=ends[0].bars)
            piece = piece.only(ends[round(t)].parts)
            moved = tuple(
                replace(piece.phrases[j].to_key(int(keys[i, j])), tempo=float(tempos[i, j]))
                for j in range(phrases)
            )
            pieces.append(replace(piece, phrases=moved))
        return pieces

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
            phrases.append(replace(ours.only(heard).to_key(theirs.key), tempo=theirs.tempo))
        return replace(decoded, phrases=tuple(phrases))


def _check(value: float, name: str, low: float, high: float) -> None:
    if not low <= value <= high:
        raise MusicError(f"{name} is {value}; it goes from {low} to {high}")


def _repeat(piece: Piece, bars: int) -> Piece:
    """A piece from its start again until it is as long as asked."""
    if piece.bars == bars:
        return piece
    times = math.ceil(bars / piece.bars)
    return _join([piece] * times, piece.bars).first(bars)


def _join(pieces: Sequence[Piece], bars: int) -> Piece:
    """Pieces of `bars` bars one after another, with the instruments of the first."""
    notes = []
    for i, piece in enumerate(pieces):
        own = piece.notes.copy()
        own["onset"] += i * bars * STEPS_PER_BAR
        notes.append(own)
    total = bars * len(pieces)
    at = np.arange(math.ceil(total / BARS_PER_PHRASE)) * BARS_PER_PHRASE
    phrase_at = [pieces[bar // bars].phrases[bar % bars // BARS_PER_PHRASE] for bar in at]
    joined = Piece.from_notes(
        np.concatenate(notes),
        [phrase.key for phrase in phrase_at],
        [phrase.tempo for phrase in phrase_at],
        pieces[0].programs,
        total,
    )
    whole = bars % BARS_PER_PHRASE == 0 and all(piece.path for piece in pieces)
    if not whole or len({frozenset(piece.path) for piece in pieces}) > 1:
        return joined
    names = pieces[0].path
    path = {name: np.concatenate([piece.path[name] for piece in pieces]) for name in names}
    return replace(joined, path=path)


def _ways(ends: Sequence[Piece], ts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Key and tempo of each phrase of each section: the shorter way round, and by ratios."""
    key = np.array([[phrase.key for phrase in end.phrases] for end in ends])
    tempo = np.array([[phrase.tempo for phrase in end.phrases] for end in ends])
    turn = (key[1] - key[0] + 6) % 12 - 6
    keys = (np.rint(key[0] + ts[:, None] * turn).astype(int) + 5) % 12 - 5
    return keys, tempo[0] * (tempo[1] / tempo[0]) ** ts[:, None]
