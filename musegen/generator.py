"""MuseGen: draws, encodes, decodes and interpolates pieces.

The Python API, the command line and the page all call this one object; its edits of pieces are in
`musegen.editing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from musegen import editing
from musegen.drawing import Request, draw_paths, end_piece, length_of
from musegen.editing import Cells
from musegen.endless import Endless
from musegen.errors import MusicError
from musegen.files import CHECKPOINTS
from musegen.latent.forms import DEFAULT_FORM
from musegen.latent.interpolation import CURVES, interpolate_noise
from musegen.latent.paths import MODELS
from musegen.limits import (
    DEFAULT_BARS,
    DEFAULT_SIMILARITY,
    DEFAULT_STEPS,
    DEFAULT_TEMPERATURE,
    DEFAULT_TEMPO,
    GUIDANCES,
    KEYS,
    MAX_MORPH_BARS,
    MAX_STEPS,
    MAX_STYLE_WEIGHT,
    TEMPERATURES,
    TEMPOS,
    check_choice,
    check_range,
    choose_seed,
)
from musegen.model.conditions import Conditions, chords_of_piece
from musegen.model.latent_space import LatentSpace
from musegen.music.arrange import join, mix_keys, mix_tempos, repeat
from musegen.music.attributes import check_attributes
from musegen.music.harmony import Chords
from musegen.music.keys import key_named
from musegen.music.notes import BARS_PER_PHRASE, tidy_notes
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece

__all__ = ["MuseGen", "load"]

_CORNERS = 4  # of a square


def load(folder: str | Path = CHECKPOINTS) -> MuseGen:
    """Load the checkpoints ``song`` and ``drums`` from a folder.

    Raises
    ------
    CheckpointError
        If one is missing or damaged.
    """
    return MuseGen({name: LatentSpace(Path(folder) / name) for name in MODELS})


class MuseGen:
    """Makes music from latents, and latents from music.

    Parameters
    ----------
    spaces : mapping of str to LatentSpace
        The models ``song`` and ``drums``.
    """

    def __init__(self, spaces: Mapping[str, LatentSpace]) -> None:
        self.spaces = {name: spaces[name] for name in MODELS}

    # Pieces from noise ----------------------------------------------------------------------------

    def random(
        self,
        seed: int | None = None,
        bars: int | None = None,
        form: str = DEFAULT_FORM,
        temperature: float = DEFAULT_TEMPERATURE,
        key: int | str | None = None,
        tempo: float = DEFAULT_TEMPO,
        programs: Mapping[str, int] | None = None,
        chords: Chords | str | None = None,
        style: str | Mapping[str, float] | None = None,
        guidance: float | None = None,
        **attributes: float,
    ) -> Piece:
        """Draw a piece from the prior.

        A piece of more than two bars ends on its tonic, or on the last of the chords that are asked
        for, which rings to the end.

        Parameters
        ----------
        seed : int, optional
            The same seed gives the same piece; without one, every call gives another.
        bars : int, optional
            Length, 1 to `MAX_BARS`. If not given, that of a plan, or 16.
        form : str
            One of `musegen.latent.forms.FORMS`, a letter for each section, such as ``AABA``, or a
            plan: letters and bars, such as ``i4 A8 A8 B8 o4``. In a plan ``i`` is an intro, ``o``
            an outro, ``b`` a bridge; equal letters are varied as songs vary them.
        temperature : float
            0 to 2: scales the noise. 0 gives the most typical music.
        key : int or str, optional
            As in `Phrase.key`, or the name of a major or minor key, such as ``Eb`` or ``Am``. If
            not given, the key that the chords are in (`Chords.key_of_text`), or C.
        tempo : float
            Quarter notes a minute, 20 to 300.
        programs : mapping of str to int, optional
            As in `Piece.programs`.
        chords : Chords or str, optional
            What the band is to play: chords for each beat, or bars of them as text, such as
            ``| C G | Am F |`` or ``I V vi IV``. They are repeated to the end of the piece.
        style : str or mapping of str to float, optional
            One of `styles`, or weights of some.
        guidance : float, optional
            How strictly chords and style are obeyed, 1 to 5: 1 as in the training songs.
        **attributes : float
            Values from -3 to 3 for some of `musegen.music.attributes.ATTRIBUTES`: the mean of the
            piece's phrases, in standard deviations from the mean of the training phrases. They are
            reached by song and by drums each; drums have density, syncopation and loudness alone.

        Raises
        ------
        MusicError
            If a value is out of range, there is no such form, attribute or style, or something in
            the text is no chord.
        """
        made = self.random_many(
            [choose_seed(seed)],
            bars,
            form,
            temperature,
            key,
            tempo,
            programs,
            chords,
            style,
            guidance,
            **attributes,
        )
        return made[0]

    def random_many(
        self,
        seeds: Sequence[int],
        bars: int | None = None,
        form: str = DEFAULT_FORM,
        temperature: float = DEFAULT_TEMPERATURE,
        key: int | str | None = None,
        tempo: float = DEFAULT_TEMPO,
        programs: Mapping[str, int] | None = None,
        chords: Chords | str | None = None,
        style: str | Mapping[str, float] | None = None,
        guidance: float | None = None,
        **attributes: float,
    ) -> list[Piece]:
        """Draw a piece for each seed, all in one batch; otherwise as `random`."""
        check_range(temperature, "temperature", *TEMPERATURES)
        if key is None and chords is not None:
            is_text = isinstance(chords, str)
            key = Chords.key_of_text(chords) if is_text else chords.likeliest_key()
        key = key or 0
        if isinstance(chords, str):
            chords = Chords.from_text(chords, key)
        if isinstance(key, str):
            key = key_named(key)
        check_range(key, "key", *KEYS, whole=True)
        check_range(tempo, "tempo", *TEMPOS)
        if not seeds:
            return []
        for seed in seeds:
            choose_seed(seed)
        check_attributes(attributes)
        self._check_guidance(guidance)
        bars = length_of(form, bars)
        request = Request(
            bars=bars,
            form=form,
            temperature=temperature,
            chords=chords,
            key=key,
            styles=self._check_style(style),
            guidance=guidance,
            attributes=attributes,
        )
        paths = draw_paths(self.spaces, seeds, request)
        pieces = self._decode_many(paths, key, tempo, programs, bars)
        return [end_piece(piece, request) for piece in pieces]

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles that a draw can be asked for."""
        return tuple(sorted({style for space in self.spaces.values() for style in space.styles}))

    def _check_guidance(self, guidance: float | None) -> None:
        if guidance is not None:
            check_range(guidance, "guidance", *GUIDANCES)

    def _check_style(self, style: str | Mapping[str, float] | None) -> Mapping[str, float]:
        weights = {style: 1.0} if isinstance(style, str) else dict(style or {})
        for name, weight in weights.items():
            check_choice(name, "style", self.styles)
            check_range(weight, f"the weight of {name}", 0, MAX_STYLE_WEIGHT)
        if weights and not any(weights.values()):
            raise MusicError("all styles weigh 0: give one of them more")
        return weights

    def _asked(
        self,
        piece: Piece,
        chords: Chords | str | None,
        style: str | Mapping[str, float] | None,
        guidance: float | None,
    ) -> editing.Asked:
        """Check what is asked of cells of a piece."""
        self._check_guidance(guidance)
        return editing.Asked(
            Chords.from_text(chords, piece.key) if isinstance(chords, str) else chords,
            self._check_style(style),
            guidance,
        )

    # Latents --------------------------------------------------------------------------------------

    def encode(self, piece: Piece) -> dict[str, np.ndarray]:
        """Return the path of a piece: latents that decode to its phrases as closely as possible.

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
        """Return the most likely piece of a path.

        Parameters
        ----------
        path : mapping of str to numpy.ndarray
            By model, ``(phrases, latent_dim)``; all with the same number of phrases.
        key, tempo, programs, bars
            As in `Phrase` and `Piece`.

        Raises
        ------
        ValueError
            If the path has no phrases, another shape or an unknown model.
        MusicError
            If the key, the tempo or a program is out of range.
        """
        check_range(key, "key", *KEYS, whole=True)
        check_range(tempo, "tempo", *TEMPOS)
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
        phrases = [
            Phrase(np.concatenate([voice.notes for voice in voices]), 0, tempo).to_key(key)
            for voices in zip(*decoded, strict=True)
        ]
        # Nothing sounds before a piece: of two hits of a drum that would, one is heard.
        for i in range(0, len(phrases), length):
            phrases[i] = replace(phrases[i], notes=tidy_notes(phrases[i].notes))
        return [
            Piece(
                tuple(phrases[i * length : (i + 1) * length]),
                programs or {},
                bars,
                {name: np.asarray(z, np.float32) for name, z in path.items()},
            )
            for i, path in enumerate(paths)
        ]

    # Between pieces -------------------------------------------------------------------------------

    def interpolate(
        self,
        a: Piece,
        b: Piece,
        steps: int = DEFAULT_STEPS,
        curve: str = "even",
        chords: Chords | str | None = None,
    ) -> Piece:
        """Morph one piece into another.

        The sections between the ends are interpolated in the prior's noise; key and tempo move
        along. Instruments change halfway, where parts that only one end has come in or leave.

        Parameters
        ----------
        a, b : Piece
        steps : int
            Sections, 2 to `MAX_STEPS`, each as long as the longer end; the shorter end repeats. The
            first and the last section are `a` and `b`, note for note.
        curve : str
            One of `musegen.latent.interpolation.CURVES`: how the sections are spaced.
        chords : Chords or str, optional
            What each section between the ends plays from its first beat on, as in `random`; in
            `a`'s key. Then what is interpolated is all but the harmony.

        Raises
        ------
        MusicError
            If `steps` is out of range, there is no such curve, an end has no notes, or `random`
            would not take the chords.
        """
        check_range(steps, "steps", 2, MAX_STEPS, whole=True)
        check_choice(curve, "curve", CURVES)
        bars = max(a.bars, b.bars)
        check_range(steps * bars, "bars of the result", 2, MAX_MORPH_BARS)
        ends = [repeat(end, bars) for end in (a, b)]
        ts = CURVES[curve](np.linspace(0, 1, steps))[1:-1]
        if isinstance(chords, str):
            chords = Chords.from_text(chords, a.key)
        return join([ends[0], *self._pieces_between(ends, ts, chords), ends[1]], bars)

    def blend(self, corners: Sequence[Piece], x: float, y: float) -> Piece:
        """Return the piece at a point of a square with a piece in each corner.

        Parameters
        ----------
        corners : sequence of Piece
            Four: at (0, 0), (1, 0), (0, 1) and (1, 1).
        x, y : float
            0 to 1. A corner gives its piece, note for note; an edge gives what `interpolate` does.

        Returns
        -------
        Piece
            As long as the longest corner; the others repeat. Its instruments are the nearest one's.

        Raises
        ------
        MusicError
            If there are not four corners, `x` or `y` is out of range, or a corner has no notes.
        """
        if len(corners) != _CORNERS:
            raise MusicError(
                f"a square has {_CORNERS} corners, not {len(corners)}: give a piece each"
            )
        check_range(x, "x", 0, 1)
        check_range(y, "y", 0, 1)
        bars = max(corner.bars for corner in corners)
        ends = [repeat(corner, bars) for corner in corners]
        shares = np.outer([1 - y, y], [1 - x, x]).ravel()
        if shares.max() == 1:
            return ends[int(shares.argmax())]
        path: dict[str, np.ndarray] = {}
        for name, u in self._noise_of(ends).items():
            space, at_x, at_y = self.spaces[name], np.array([x]), np.array([y])
            shrink = space.settings.interpolation_shrink
            upper, lower = (interpolate_noise(u[i], u[i + 1], at_x, shrink)[0] for i in (0, 2))
            middle = interpolate_noise(upper, lower, at_y, shrink)
            path[name] = space.to_latents(middle, exact=True)[0]
        return self._decode_between(ends, path, shares)

    def mix(self, a: Piece, b: Piece, harmony: float, texture: float) -> Piece:
        """Mix two pieces, their harmony and their texture apart.

        Parameters
        ----------
        a, b : Piece
        harmony : float
            How much of the chords and the lead of `b`, 0 to 1.
        texture : float
            How much of the figuration, rhythm, register and drums of `b`, 0 to 1; so 0 and 1 give
            the chords and the lead of `a` played like `b`, as `restyle` does.

        Returns
        -------
        Piece
            As long as the longer piece; the other repeats. Where both shares are 0, `a` note for
            note, and `b` where both are 1.

        Raises
        ------
        MusicError
            If a piece has no notes but drums, or a share is out of range.
        """
        check_range(harmony, "harmony", 0, 1)
        check_range(texture, "texture", 0, 1)
        bars = max(a.bars, b.bars)
        a, b = repeat(a, bars), repeat(b, bars)
        if harmony == texture and harmony in (0, 1):
            return b if harmony else a
        paths = editing.paths_with_tunes(self, a, b)
        a, b = (replace(one, path=path) for one, path in zip((a, b), paths, strict=True))
        if harmony == 0:
            return self.restyle(a, b, texture)
        like_a = self.restyle(b, a, 1 - texture)
        if harmony == 1:
            return like_a
        (mixed,) = self._pieces_between(
            [self.restyle(a, b, texture), like_a], np.array([harmony]), None
        )
        return mixed

    def _noise_of(
        self, ends: Sequence[Piece], without_chords: bool = False
    ) -> dict[str, np.ndarray]:
        """Return by model the noise of two or four pieces.

        A piece without a model's parts gets the noise of another one, of a neighbouring corner if
        possible. Without chords, it is what is left of a piece when its chords are known.
        """
        paths = [editing.path_of(self, end) for end in ends]
        noise: dict[str, np.ndarray] = {}
        for name, space in self.spaces.items():
            known = [i for i, path in enumerate(paths) if name in path]
            if known:
                conditions = None
                if without_chords:
                    chords = [
                        chords_of_piece(ends[i].chords, ends[i].bars, ends[i].keys) for i in known
                    ]
                    conditions = Conditions(chords=np.stack(chords))
                z = np.stack([paths[i][name] for i in known])
                u = space.to_noise(z, conditions=conditions, guidance=1.0)
                # Numbers of neighbouring corners differ in one bit.
                nearest = [
                    min(known, key=lambda i, corner=corner: (i ^ corner).bit_count())
                    for corner in range(len(ends))
                ]
                noise[name] = u[[known.index(i) for i in nearest]]
        return noise

    def _pieces_between(
        self, ends: Sequence[Piece], ts: np.ndarray, chords: Chords | None
    ) -> list[Piece]:
        """Interpolate two pieces of one length at some shares of the second."""
        return [
            self._decode_between(ends, path, np.array([1 - t, t]))
            for t, path in zip(ts, self._paths_between(ends, ts, chords), strict=True)
        ]

    def _paths_between(
        self, ends: Sequence[Piece], ts: np.ndarray, chords: Chords | None
    ) -> list[dict[str, np.ndarray]]:
        paths: list[dict[str, np.ndarray]] = [{} for _ in ts]
        if not len(ts):
            return paths
        conditions = None
        if chords is not None:
            keys = [_keys_between(ends, np.array([1 - t, t])) for t in ts]
            asked = [chords_of_piece(chords, ends[0].bars, own) for own in keys]
            conditions = Conditions(chords=np.stack(asked))
        for name, (a, b) in self._noise_of(ends, chords is not None).items():
            space = self.spaces[name]
            u = interpolate_noise(a, b, ts, space.settings.interpolation_shrink)
            between = space.to_latents(u, None, conditions, exact=True)
            for path, z in zip(paths, between, strict=True):
                path[name] = z
        return paths

    def _decode_between(
        self, ends: Sequence[Piece], path: Mapping[str, np.ndarray], shares: np.ndarray
    ) -> Piece:
        """Decode a path; key and tempo lie between the ends', the rest is the nearest end's."""
        nearest = ends[len(ends) - 1 - int(shares[::-1].argmax())]  # of equal shares the last
        piece = self.decode(path, bars=nearest.bars).only(nearest.parts)
        phrases: list[Phrase] = []
        keys = _keys_between(ends, shares)
        for i, (phrase, key) in enumerate(zip(piece.phrases, keys, strict=True)):
            theirs = [end.phrases[i] for end in ends]
            tempo = mix_tempos([other.tempo for other in theirs], shares.tolist())
            near = nearest.phrases[i]
            moved = phrase.to_key(key)
            phrases.append(replace(moved, tempo=tempo, feel=near.feel, meters=near.meters))
        return replace(
            piece, phrases=tuple(phrases), programs=nearest.programs, changes=nearest.changes
        )

    # Edits ----------------------------------------------------------------------------------------

    def reconstruct(self, piece: Piece) -> Piece:
        """Encode a piece and decode it again.

        Length, tempo, key, instruments and parts stay, and phrases that are silent stay silent.

        Raises
        ------
        MusicError
            If the piece has no notes.
        """
        return editing.reconstruct(self, piece)

    def vary(
        self,
        piece: Piece,
        similarity: float = DEFAULT_SIMILARITY,
        seed: int | None = None,
        phrases: Sequence[int] | None = None,
        models: Sequence[str] = MODELS,
        parts: Sequence[str] | None = None,
        keep_chords: bool = False,
        cells: Cells | None = None,
    ) -> Piece:
        """Make a variation of a piece, from noise near its own.

        Parameters
        ----------
        piece : Piece
        similarity : float
            1 gives the piece as it is decoded, 0 new music.
        seed : int, optional
            Which variation.
        phrases : sequence of int, optional
            The phrases to vary, counted from 0; the others stay note for note. All if not given.
        models : sequence of str
            Whose parts to vary: ``song``, ``drums`` or both.
        parts : sequence of str, optional
            Which parts to vary, instead of those of `models`; the others stay note for note.
        keep_chords : bool
            Whether the harmony stays: what is varied plays the chords of the piece.
        cells : collection of (int, str), optional
            The phrases and parts to vary, instead of `phrases`, `models` and `parts`, such as
            ``[(0, "bass"), (3, "lead")]``.

        Raises
        ------
        MusicError
            If `similarity` is not between 0 and 1, there is no such phrase or model, or the piece
            has no notes.
        """
        return editing.vary(
            self, piece, similarity, seed, phrases, models, parts, keep_chords, cells
        )

    def fill(
        self,
        piece: Piece,
        phrases: Sequence[int] | None = None,
        seed: int | None = None,
        temperature: float = DEFAULT_TEMPERATURE,
        models: Sequence[str] = MODELS,
        parts: Sequence[str] | None = None,
        chords: Chords | str | None = None,
        style: str | Mapping[str, float] | None = None,
        guidance: float | None = None,
        cells: Cells | None = None,
    ) -> Piece:
        """Draw some phrases of a piece anew, so that they fit the others.

        Parameters
        ----------
        piece : Piece
        phrases : sequence of int, optional
            Which, counted from 0. The others stay note for note. All if not given.
        seed : int, optional
            Which draw.
        temperature : float
            As in `random`.
        models : sequence of str
            Whose parts to draw: ``song``, ``drums`` or both.
        parts : sequence of str, optional
            Which parts to draw, instead of those of `models`; the others stay note for note, and
            what is drawn fits them.
        chords : Chords or str, optional
            What is drawn plays them: chords for each beat from the beginning of the piece on, or
            bars of them as text, as in `random`. They are repeated to the end of the piece.
        style, guidance
            As in `random`.
        cells : collection of (int, str), optional
            The phrases and parts to draw, instead of `phrases`, `models` and `parts`, such as
            ``[(0, "bass"), (3, "lead")]``.

        Raises
        ------
        MusicError
            If there is no such phrase or model, a value is out of range, the piece has no notes, or
            `random` would not take chords or style.
        """
        asked = self._asked(piece, chords, style, guidance)
        return editing.fill(self, piece, phrases, seed, temperature, models, parts, asked, cells)

    def accompany(
        self,
        piece: Piece,
        keep: Sequence[str] = ("lead",),
        seed: int | None = None,
        temperature: float = DEFAULT_TEMPERATURE,
        chords: Chords | str | None = None,
        style: str | Mapping[str, float] | None = None,
        guidance: float | None = None,
    ) -> Piece:
        """Draw the parts that a piece lacks, to fit the parts that are kept.

        Parameters
        ----------
        piece : Piece
        keep : sequence of str
            Parts that stay note for note. All others are drawn anew.
        seed, temperature
            As in `fill`.
        chords, style, guidance
            As in `random`. Where a melody is kept, and nothing that has its harmony, chords that
            suit it are drawn if none are given.

        Raises
        ------
        MusicError
            If the piece has none of the parts to keep, every part is kept, a value is out of range,
            or `random` would not take chords or style.
        """
        asked = self._asked(piece, chords, style, guidance)
        return editing.accompany(self, piece, keep, seed, temperature, asked)

    def restyle(
        self, piece: Piece, like: Piece, strength: float = 1.0, guidance: float | None = None
    ) -> Piece:
        """Give a piece the figuration, rhythm, register and drums of another one.

        Its chords and its lead stay. The other parts are those of `like`, moved to these chords as
        `musegen.music.harmony.reharmonize` moves notes, and decoded from their latents. Parts that
        `like` lacks are silent; where it has neither chords nor bass, the piece's own parts stay.

        Parameters
        ----------
        piece : Piece
        like : Piece
            Repeated, or cut, to the length of `piece`.
        strength : float
            How much of `like`: 0 gives the piece as it is decoded; from one half on, its drums.
            Between 0 and 1 the noise of both is mixed, as it is found when the piece's chords and
            lead are known.
        guidance : float, optional
            How strictly the chords are obeyed, as in `random`. If given, the other parts are drawn
            from that noise at any strength: more than 1 makes them less like those of `like`.

        Raises
        ------
        MusicError
            If a piece has no notes but drums, or a value is out of range.
        """
        self._check_guidance(guidance)
        return editing.restyle(self, piece, like, strength, guidance)

    def extend(
        self,
        piece: Piece,
        after: int = 8,
        before: int = 0,
        seed: int | None = None,
        temperature: float = DEFAULT_TEMPERATURE,
    ) -> Piece:
        """Add new bars at the end of a piece, at its beginning, or both.

        Parameters
        ----------
        piece : Piece
            Its notes stay, but those cut off at its end may now sound on.
        after : int
            Bars to add at the end.
        before : int
            Bars to add at the beginning, an even number: the phrases of `piece` stay whole.
        seed, temperature
            As in `fill`.

        Raises
        ------
        MusicError
            If a value is out of range, the result is longer than `MAX_BARS`, or the piece has no
            notes.
        """
        return editing.extend(self, piece, after, before, seed, temperature)

    def endless(
        self,
        piece: Piece | None = None,
        seed: int | None = None,
        temperature: float = DEFAULT_TEMPERATURE,
        chords: Chords | str | None = None,
        style: str | Mapping[str, float] | None = None,
        guidance: float | None = None,
        **attributes: float,
    ) -> Endless:
        """Draw music that goes on: an iterator over pieces of eight bars, each following the last.

        Parameters
        ----------
        piece : Piece, optional
            What is continued; a piece of the seed if not given. It is not part of what is drawn.
        seed : int, optional
            Which music.
        temperature : float
            As in `random`.
        chords : Chords or str, optional
            What the bars play from the first one on, again and again, as in `random`; in the key
            that `piece` begins in.
        style, guidance
            As in `random`.
        **attributes : float
            As in `adjust`: by how much the bars differ from what is drawn.

        Returns
        -------
        Endless
            Its `temperature`, `attributes`, `asked` and `piece` may be changed between two draws.

        Raises
        ------
        MusicError
            If a value is out of range, there is no such attribute, the piece has no notes, or
            `random` would not take chords or style.

        Examples
        --------
        >>> bars = mg.endless(seed=1)  # doctest: +SKIP
        >>> first = next(bars)  # doctest: +SKIP
        >>> bars.attributes["density"] = 1.0  # the next ones are denser  # doctest: +SKIP
        """
        seed = choose_seed(seed)
        check_range(temperature, "temperature", *TEMPERATURES)
        check_attributes(attributes)
        if piece is None:
            # Without the end that a piece has.
            piece = self.random(seed, DEFAULT_BARS + BARS_PER_PHRASE, temperature=temperature)
            piece = piece.first(DEFAULT_BARS)
        asked = self._asked(piece, chords, style, guidance)
        return Endless(self, piece, seed, temperature, attributes, asked)

    def bridge(
        self,
        a: Piece,
        b: Piece,
        bars: int = 8,
        seed: int | None = None,
        temperature: float = DEFAULT_TEMPERATURE,
    ) -> Piece:
        """Join two pieces with new bars between them, in which key and tempo move along.

        Parameters
        ----------
        a, b : Piece
            Both stay note for note. The new bars have the instruments of `a`.
        bars : int
            New bars, at least 1; an odd number after an `a` of odd length, else an even one, so
            that the phrases of `b` stay whole.
        seed, temperature
            As in `fill`.

        Raises
        ------
        MusicError
            If a value is out of range, the result is longer than `MAX_BARS`, or an end has no
            notes.
        """
        return editing.bridge(self, a, b, bars, seed, temperature)

    def adjust(
        self,
        piece: Piece,
        phrases: Sequence[int] | None = None,
        models: Sequence[str] = MODELS,
        parts: Sequence[str] | None = None,
        cells: Cells | None = None,
        **changes: float,
    ) -> Piece:
        """Change attributes of a piece, and nothing else about it.

        Parameters
        ----------
        piece : Piece
        phrases : sequence of int, optional
            The phrases to change, counted from 0; the others stay note for note. All if not given.
        models : sequence of str
            Whose parts to change: ``song``, ``drums`` or both.
        parts : sequence of str, optional
            Which parts to change, instead of those of `models`; the others stay note for note.
        cells : collection of (int, str), optional
            The phrases and parts to change, instead of `phrases`, `models` and `parts`, such as
            ``[(0, "bass"), (3, "lead")]``.
        **changes : float
            Values from -3 to 3 for some of `musegen.music.attributes.ATTRIBUTES`: by how many
            standard deviations of the training phrases each phrase changes. Each model takes those
            that it knows.

        Raises
        ------
        MusicError
            If there is no such phrase, model or attribute, a value is out of range, or the piece
            has no notes.
        """
        return editing.adjust(self, piece, phrases, models, changes, parts, cells)

    def copy_cells(self, piece: Piece, cells: Cells, shift: int) -> Piece:
        """Copy some cells of a piece to other phrases, in the key of each.

        Parameters
        ----------
        piece : Piece
        cells : collection of (int, str)
            What to copy: phrases, counted from 0, and parts, such as ``[(0, "bass")]``.
        shift : int
            How many phrases later the copies are; earlier if it is negative.

        Raises
        ------
        MusicError
            If there is no such phrase or part, also where a copy should go.
        """
        return editing.copy_cells(self, piece, cells, shift)

    def clear(self, piece: Piece, cells: Cells) -> Piece:
        """Take the notes out of some cells of a piece.

        Parameters
        ----------
        piece : Piece
        cells : collection of (int, str)
            As in `copy_cells`.

        Raises
        ------
        MusicError
            If there is no such phrase or part, or no note would be left.
        """
        return editing.clear(self, piece, cells)


def _keys_between(ends: Sequence[Piece], shares: np.ndarray) -> list[int]:
    """Return the key of each phrase of a piece between some pieces of the same length."""
    keys = zip(*(end.keys for end in ends), strict=True)
    return [mix_keys(own, shares.tolist()) for own in keys]
