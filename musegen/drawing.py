"""Draws the paths of new pieces from the prior: forms, plans of sections, chords and styles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from musegen.errors import MusicError
from musegen.latent.forms import DEFAULT_FORM, apply_form, recalled_cells, section_order
from musegen.latent.noise import vary_noise
from musegen.latent.plans import (
    Section,
    choose_copies,
    first_heard,
    read_plan,
    section_of_phrases,
)
from musegen.limits import DEFAULT_BARS, DEFAULT_TEMPERATURE, MAX_BARS, check_range
from musegen.model.attribute_edits import follow_density, set_piece_attributes
from musegen.model.conditions import (
    CHORD_FEATURES,
    Conditions,
    chord_features,
    chords_of_piece,
    places_in_song,
    section_features,
    style_shares,
)
from musegen.model.latent_space import LatentSpace
from musegen.music.harmony import Chord, Chords, ring_out
from musegen.music.notes import (
    BARS_PER_PHRASE,
    BEATS_PER_PHRASE,
    PARTS,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
)
from musegen.music.piece import Piece

__all__ = ["Request", "draw_paths", "end_piece", "length_of"]

# Where a section of a plan returns, its noise has this correlation with that of the first time.
_RETURN_SIMILARITY = 0.95
# Styles of draws that are asked for none that the model knows. Most songs that `song` has heard are
# pop, and the others differ too much to be mixed. Drums play to the song.
_DEFAULT_STYLES = {"song": {"pop": 1.0}, "drums": {}}
_TONIC = Chord.from_name("C")
# Of a seed: not that of a model, nor of `apply_form`. NumPy reads it as the numbers 1 and 1, by
# which drums draw what their phrases have in common; what is drawn here is used otherwise.
_COPIES_STREAM = 2**32 + 1


@dataclass(frozen=True)
class Request:
    """What the pieces of some seeds are to be. All values are in range.

    Attributes
    ----------
    bars : int
    form : str
        A form of `musegen.latent.forms`, or a plan of so many bars.
    temperature : float
    chords : Chords, optional
        From the first beat of the piece on, repeated to its end, in `key`.
    key : int
        As in `Phrase.key`.
    styles : mapping of str to float
        Weights.
    guidance : float, optional
        The checkpoint's own if not given.
    attributes : mapping of str to float

    A piece of more than one phrase ends: with the last chord that is asked for, or on its tonic.
    """

    bars: int = DEFAULT_BARS
    form: str = DEFAULT_FORM
    temperature: float = DEFAULT_TEMPERATURE
    chords: Chords | None = None
    key: int = 0
    styles: Mapping[str, float] = field(default_factory=dict[str, float])
    guidance: float | None = None
    attributes: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def phrases(self) -> int:
        """How many phrases a piece has."""
        return math.ceil(self.bars / BARS_PER_PHRASE)

    @property
    def ends(self) -> bool:
        """Whether its pieces end. A single phrase is a phrase of some piece, such as on the map."""
        return self.phrases > 1


def length_of(form: str, bars: int | None) -> int:
    """Return how many bars a piece has: those of the plan, those that are asked for, or 16.

    Raises
    ------
    MusicError
        If a plan and `bars` say different lengths, or one is out of range.
    """
    plan = read_plan(form)
    if plan is None:
        bars = DEFAULT_BARS if bars is None else bars
        check_range(bars, "bars", 1, MAX_BARS, whole=True)
        return bars
    total = sum(section.bars for section in plan)
    if bars is not None and bars != total:
        raise MusicError(f"the plan {form.strip()[:60]} has {total} bars: set bars to {total}")
    return total


def draw_paths(
    spaces: Mapping[str, LatentSpace], seeds: Sequence[int], request: Request
) -> list[dict[str, np.ndarray]]:
    """Draw the path of a piece for each seed, all in one batch.

    Returns
    -------
    list of dict of str to numpy.ndarray
        By model, float32 ``(phrases, latent_dim)``.
    """
    plan = read_plan(request.form)
    chords = _asked_chords(request)
    if plan is None:
        order, noise_row = _plan_draws(section_order(request.form, request.phrases), chords)
    else:
        order = noise_row = np.arange(request.phrases)
    place = np.unique(order, return_index=True)[1]  # of each drawn phrase
    paths: list[dict[str, np.ndarray]] = [{} for _ in seeds]
    partner = opposite = other = None
    for stream, (name, space) in enumerate(spaces.items()):
        conditions = Conditions(
            chords=None if chords is None else chords[place],
            places=places_in_song(place, request.phrases),
            sections=None if plan is None else _describe(plan),
            styles=_styles_of(name, space, request),
            partner=partner,
            opposite=opposite,
        )
        guidance = request.guidance
        if guidance is None and partner is None and not _is_asked(name, space, request):
            guidance = 1.0
        count = int(noise_row.max()) + 1
        fresh = [space.draw_noise(seed, count, stream) for seed in seeds]
        if plan is None:
            u = [
                apply_form(request.form, one, seed)[noise_row]
                for one, seed in zip(fresh, seeds, strict=True)
            ]
        else:
            u = [_repeat_noise(plan, one) for one in fresh]
        noise = np.multiply(np.stack(u), request.temperature, dtype=np.float32)
        if partner is not None and other is not None:
            noise = follow_density(space, noise, other, partner)
        z = space.to_latents(noise, None, conditions, guidance)
        if plan is not None:
            z = _copy_returns(space, plan, seeds, noise, z, conditions, guidance)
        elif request.form == "recall":
            z = _copy_recalled(space, seeds, z, chords)
        # Drums play to the song as it was drawn: what is asked of the song leaves them alone.
        partner, opposite, other = z, space.opposite_of(z), space
        z = set_piece_attributes(space, z, np.bincount(order), request.attributes)
        for path, one in zip(paths, z, strict=True):
            path[name] = one[order].astype(np.float32)
    return paths


def _styles_of(name: str, space: LatentSpace, request: Request) -> np.ndarray | None:
    """Mix the styles that a model is asked for, or its default."""
    asked = style_shares(space.styles, request.styles)
    return style_shares(space.styles, _DEFAULT_STYLES[name]) if asked is None else asked


def _is_asked(name: str, space: LatentSpace, request: Request) -> bool:
    """Whether a model is asked for something that it would not play by itself.

    If not, nothing has to be obeyed more strictly than the prior learnt to, which would call it
    twice as often: draws are told from songs in .76 of cases with and without.
    """
    asked = style_shares(space.styles, request.styles)
    own = style_shares(space.styles, _DEFAULT_STYLES[name])
    has_style = asked is not None and not np.array_equal(asked, own if own is not None else [])
    return has_style or request.chords is not None or read_plan(request.form) is not None


def end_piece(piece: Piece, request: Request) -> Piece:
    """Let the last chord of a piece that was drawn ring."""
    if not request.ends:
        return piece
    before = (len(piece) - 1) * STEPS_PER_PHRASE
    end = piece.steps - before
    if request.chords is None:
        chord, start = _TONIC.transposed(request.key), end - STEPS_PER_BAR
    else:
        beat, chord = request.chords.fitted(piece.steps // STEPS_PER_BEAT).changes()[-1]
        start = max(beat * STEPS_PER_BEAT - before, end - STEPS_PER_BAR)
    last, notes = piece.phrases[-1], piece.notes
    earlier = notes[notes["onset"] < before]
    last = replace(last, notes=ring_out(last.notes, chord, start, end, earlier))
    return replace(piece, phrases=(*piece.phrases[:-1], last))


def _asked_chords(request: Request) -> np.ndarray | None:
    """Write what each beat is asked for, as in `Conditions`: chords, or the tonic at the end."""
    if request.chords is not None:
        return chords_of_piece(request.chords, request.bars, [request.key] * request.phrases)
    if not request.ends:
        return None
    tonic = chord_features(Chords.from_chords([_TONIC] * BEATS_PER_PHRASE), [0])
    asked = np.full((request.phrases, BEATS_PER_PHRASE, CHORD_FEATURES), np.nan, np.float32)
    bar = np.arange(BEATS_PER_PHRASE) * BARS_PER_PHRASE // BEATS_PER_PHRASE  # of each beat
    in_last_bar = bar == (request.bars - 1) % BARS_PER_PHRASE
    asked[-1, in_last_bar] = tonic[0, in_last_bar]
    return asked


def _plan_draws(order: np.ndarray, chords: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Draw phrases that a form makes equal, but whose chords differ, one by one.

    Returns
    -------
    order, noise_row : numpy.ndarray
        Which drawn phrase is at each place, as `section_order` says it, and for each drawn phrase
        the row of its noise: phrases that a form makes equal have the same.
    """
    if chords is None:
        return order, np.arange(int(order.max()) + 1)
    numbers: dict[tuple[int, bytes], int] = {}
    numbered = [
        numbers.setdefault((row, asked.tobytes()), len(numbers))
        for row, asked in zip(order.tolist(), chords, strict=True)
    ]
    return np.array(numbered), np.array([row for row, _ in numbers])


def _describe(plan: Sequence[Section]) -> np.ndarray:
    """Describe the section of each phrase as a prior reads it."""
    section, bar = section_of_phrases(plan)
    letters = [one.letter for one in plan]
    rows = [
        section_features(
            plan[i].letter,
            np.array([b / BARS_PER_PHRASE]),
            plan[i].bars / BARS_PER_PHRASE,
            has_been_heard=plan[i].letter in letters[:i],
        )
        for i, b in zip(section.tolist(), bar.tolist(), strict=True)
    ]
    return np.concatenate(rows)


def _repeat_noise(plan: Sequence[Section], fresh: np.ndarray) -> np.ndarray:
    """Make the noise of sections that return like that of the first time."""
    source = first_heard(plan)
    again = vary_noise(fresh[source], _RETURN_SIMILARITY, fresh)
    returns = source != np.arange(len(source))
    return np.where(returns[:, None], again, fresh)


def _copy_recalled(
    space: LatentSpace, seeds: Sequence[int], z: np.ndarray, chords: np.ndarray | None
) -> np.ndarray:
    """Copy cells that return note for note, unless the chords that were asked for differ."""
    columns = [PARTS.index(part) for part in space.parts]
    z = z.copy()
    for path, seed in zip(z, seeds, strict=True):
        source, exact = recalled_cells(len(path), seed)
        for i in np.flatnonzero(exact.any(1)).tolist():
            same = chords is None or np.array_equal(chords[i], chords[source[i]], equal_nan=True)
            copied = space.by_dimension(exact[i, columns] & same)
            path[i] = np.where(copied, path[source[i]], path[i])
    return z


def _copy_returns(
    space: LatentSpace,
    plan: Sequence[Section],
    seeds: Sequence[int],
    noise: np.ndarray,
    z: np.ndarray,
    conditions: Conditions,
    guidance: float | None,
) -> np.ndarray:
    """Copy cells of sections that return from the first time, and draw the others to fit them."""
    source = first_heard(plan)
    returns = source != np.arange(len(source))
    if not returns.any():
        return z
    columns = [PARTS.index(part) for part in space.parts]
    drawn: list[np.ndarray] = []
    for i, seed in enumerate(seeds):
        rng = np.random.default_rng((seed, _COPIES_STREAM))
        copied = choose_copies(plan, rng)[:, columns]
        copied[-1] = False  # the last phrase ends the piece; the first time, it did not
        known = np.where(space.by_dimension(copied), z[i][source], z[i])
        kept = copied | ~returns[:, None]
        u = np.where(space.by_dimension(kept), known, noise[i])
        drawn.append(space.to_latents(u[None], kept, conditions.of_piece(i), guidance)[0])
    return np.stack(drawn)
