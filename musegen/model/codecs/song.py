"""Converts phrases of the band to arrays, and the network's outputs to phrases.

The network reads and writes each cell, a part in a phrase, by itself. In a cell each of the piano's
88 pitches has for each step: whether a note begins, whether it sounds, and the velocity and the
timing offset of a note that begins. For the end of the phrase it has also how long the pitch sounds
on.
"""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from musegen.model.codecs.agreement import (
    ONSET_TABLES,
    PITCHES,
    choose_onsets,
    count_onsets,
)
from musegen.model.codecs.contrast import (
    SONG_CONTRAST,
    SONG_TRAITS,
    measure_song_traits,
    scale_deviations,
)
from musegen.model.codecs.note_lengths import (
    LENGTH_CHANCES,
    LENGTH_TABLES,
    choose_lengths,
    count_lengths,
)
from musegen.model.codecs.tables import Shapes, Tables, no_tables, uncertainty
from musegen.model.config import InferenceConfig
from musegen.model.tensors import Arrays, Tensor, ops
from musegen.music.notes import (
    BEATS_PER_PHRASE,
    NOTE,
    OFFSETS_PER_STEP,
    SONG_PARTS,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    sort_notes,
    timed_offsets,
)
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["HIGHEST", "LOWEST", "OVERHANGS", "SongCodec"]

LOWEST = 21  # MIDI number of a piano's lowest key
HIGHEST = LOWEST + PITCHES - 1
_PARTS = len(SONG_PARTS)
# For how many steps a note sounds on after its phrase, at least: one bit for each.
OVERHANGS = np.array([*range(1, 9), 10, 12, 14, 16, 20, 24, 28, 32])
# Velocities become numbers of mean 0 and deviation 1 or less.
_VELOCITY_CENTER, _VELOCITY_SCALE = 76, 32
_OFFSET_UNITS = 200  # a step in the array of offsets: 0.6 ms at 120 beats a minute
# Standard deviations of the Gaussians that turn squared errors into nats.
_VELOCITY_SD = 5.0
_ON_STEPS = 0.02  # of a step: cells whose notes are less than this off are not timed by a player
_OFFSET_SD = 0.06  # of a step: 8 ms at 120 beats a minute


class SongCodec:
    """Lead, counter, chords and bass in C major / A minor."""

    parts: tuple[str, ...] = SONG_PARTS
    cells = _PARTS
    voice_count = _PARTS
    loss_names = ("onsets", "durations", "overhangs", "velocities", "offsets")
    beats = BEATS_PER_PHRASE
    feature_count = STEPS_PER_BEAT * PITCHES * 4 + PITCHES
    output_count = STEPS_PER_BEAT * PITCHES * 4
    tail_count = PITCHES * len(OVERHANGS)
    # fewest   by part: with fewer onsets in a phrase, the part is silent
    table_shapes: ClassVar[Shapes] = {
        **ONSET_TABLES,
        **LENGTH_TABLES,
        **SONG_CONTRAST,
        "fewest": (_PARTS,),
    }
    traits = SONG_TRAITS
    chances = LENGTH_CHANCES
    # Tables of deviations, and the trait by which each is read.
    ranked: ClassVar[Mapping[str, int]] = {"dynamics": SONG_TRAITS - 1}

    def to_arrays(self, phrases: PhraseSet) -> dict[str, np.ndarray]:
        """Convert phrases to the network's inputs and targets.

        Parameters
        ----------
        phrases : PhraseSet
            Notes of other parts are ignored; pitches outside `LOWEST` to `HIGHEST` move by octaves
            into this range. All are moved to C.

        Returns
        -------
        dict of str to numpy.ndarray
            ``velocity``, uint8 ``(n, 4, 32, 88)``: of notes that begin, 0 where none does;
            ``sounding``, uint8, and ``offset``, int8 in 200ths of a step, in the same shape;
            ``overhang``, uint8 ``(n, 4, 88)``: steps that a pitch sounds on after the phrase.
        """
        n = len(phrases)
        row = phrases.rows
        mine = phrases.notes["part"] < _PARTS
        notes, row = phrases.notes[mine], row[mine]
        step, part = notes["onset"], notes["part"].astype(np.int64)
        pitch = notes["pitch"] - phrases.key.astype(np.int64)[row] - LOWEST
        pitch = np.where(pitch < 0, pitch % 12, pitch)
        pitch = np.where(pitch >= PITCHES, PITCHES - 12 + (pitch - PITCHES) % 12, pitch)
        end = step + notes["duration"]
        place = (row, part, step, pitch)

        shape = (n, _PARTS, STEPS_PER_PHRASE, PITCHES)
        velocity = np.zeros(shape, np.uint8)
        np.maximum.at(velocity, place, np.clip(notes["velocity"], 1, 127).astype(np.uint8))
        offset = np.zeros(shape, np.int8)
        offset[place] = np.clip(np.rint(notes["offset"] * _OFFSET_UNITS), -100, 100)
        change = np.zeros((n, _PARTS, STEPS_PER_PHRASE + 1, PITCHES), np.int8)
        np.add.at(change, place, 1)
        np.add.at(change, (row, part, np.minimum(end, STEPS_PER_PHRASE), pitch), -1)
        sounding = (np.cumsum(change, axis=2, dtype=np.int8)[:, :, :-1] > 0).astype(np.uint8)
        overhang = np.zeros((n, _PARTS, PITCHES), np.uint8)
        beyond = np.clip(end - STEPS_PER_PHRASE, 0, OVERHANGS[-1]).astype(np.uint8)
        np.maximum.at(overhang, (row, part, pitch), beyond)
        return {
            "velocity": velocity,
            "sounding": sounding,
            "offset": offset,
            "overhang": overhang,
        }

    def count(self, phrases: Sequence[Phrase]) -> Tables:
        """Count in phrases in C what the tables are about."""
        arrays = self.to_arrays(PhraseSet.from_phrases(phrases))
        notes = arrays["velocity"] > 0, arrays["sounding"] > 0
        return count_onsets(*notes) | count_lengths(*notes)

    def onset_steps(self, phrases: Sequence[Phrase]) -> np.ndarray:
        """On how many steps each part begins notes, ``(n, 4)``."""
        return _onset_steps(self.to_arrays(PhraseSet.from_phrases(phrases))["velocity"] > 0)

    def measure_traits(self, phrases: Sequence[Phrase]) -> np.ndarray:
        """Measure how phrases differ, ``(n, traits)``; NaN where there are too few notes."""
        return measure_song_traits(PhraseSet.from_phrases(phrases))

    def voice_of(self, notes: np.ndarray) -> np.ndarray:
        """The voice that plays each note, 0 to ``voice_count - 1``: the part."""
        return notes["part"]

    def beat_features(self, arrays: Arrays) -> Tensor:
        """Concatenate arrays to one vector for each beat of each cell.

        Returns
        -------
        tensor
            Float32 ``(n * 4, 8, feature_count)``.
        """
        shape = (-1, self.beats, STEPS_PER_BEAT * PITCHES)
        velocity = ops.reshape(arrays["velocity"], shape)
        begins = ops.cast(velocity > 0, "float32")
        overhang = ops.cast(ops.reshape(arrays["overhang"], (-1, 1, PITCHES)), "float32")
        return ops.concatenate(
            [
                begins,
                ops.cast(ops.reshape(arrays["sounding"], shape), "float32"),
                begins * _scaled_velocity(velocity),
                ops.cast(ops.reshape(arrays["offset"], shape), "float32") * (4 / _OFFSET_UNITS),
                ops.pad(overhang / float(OVERHANGS[-1]), ((0, 0), (self.beats - 1, 0), (0, 0))),
            ],
            axis=-1,
        )

    def split_outputs(self, outputs: Tensor) -> dict[str, Tensor]:
        """Split the network's outputs, ``(n, 4, 8 * output_count + tail_count)``, by meaning.

        Returns
        -------
        dict
            ``onset`` and ``sounding``, logits; ``velocity``, in units of the network;
            ``offset``, in steps; each ``(n, 4, 32, 88)``. ``overhang``, logits of lasting at
            least as long as each of `OVERHANGS`, ``(n, 4, 88, 16)``.
        """
        beats, tail = ops.split(outputs, [self.beats * self.output_count], axis=-1)
        steps = ops.reshape(beats, (-1, _PARTS, STEPS_PER_PHRASE, 4, PITCHES))
        onset, sounding, velocity, offset = ops.unstack(steps, 4, axis=-2)
        return {
            "onset": onset,
            "sounding": sounding,
            "velocity": velocity,
            "offset": ops.tanh(offset) / 2,
            "overhang": ops.reshape(tail, (-1, _PARTS, PITCHES, len(OVERHANGS))),
        }

    def losses(self, arrays: Arrays, outputs: Tensor) -> dict[str, Tensor]:
        """Cross-entropies in nats of each cell: ``(n, 4)`` for each of `loss_names`."""
        predicted = self.split_outputs(outputs)
        begins = ops.cast(arrays["velocity"] > 0, "float32")
        sounding = ops.cast(arrays["sounding"], "float32")
        velocity = predicted["velocity"] - _scaled_velocity(arrays["velocity"])
        velocity = velocity * (_VELOCITY_SCALE / _VELOCITY_SD)
        offset = predicted["offset"] - ops.cast(arrays["offset"], "float32") / _OFFSET_UNITS
        offset = offset / _OFFSET_SD
        lasts = ops.cast(
            ops.expand_dims(arrays["overhang"], -1) >= OVERHANGS.astype(np.uint8), "float32"
        )
        at_end = ops.expand_dims(sounding[:, :, -1], -1)  # of others the overhang is not asked
        every = (2, 3)
        return {
            "onsets": ops.sum(_bit_losses(begins, predicted["onset"]), axis=every),
            # A pitch that begins also sounds: only its other steps count.
            "durations": ops.sum(
                (1 - begins) * _bit_losses(sounding, predicted["sounding"]), axis=every
            ),
            "overhangs": ops.sum(at_end * _bit_losses(lasts, predicted["overhang"]), axis=every)
            / 2,
            "velocities": ops.sum(begins * velocity * velocity, axis=every) / 2,
            "offsets": ops.sum(begins * offset * offset, axis=every) / 2,
        }

    def to_phrases(
        self,
        outputs: np.ndarray,
        settings: InferenceConfig,
        tables: Tables | None = None,
        traits: np.ndarray | None = None,
        chances: np.ndarray | None = None,
    ) -> list[Phrase]:
        """Convert outputs to likely phrases whose notes agree, in C, at the default tempo.

        Parameters
        ----------
        outputs : numpy.ndarray
            Float32 ``(n, 4, 8 * output_count + tail_count)``.
        settings : InferenceConfig
        tables : dict of str to numpy.ndarray, optional
            Of `table_shapes`. If not given, each note is chosen by itself.
        traits : numpy.ndarray, optional
            How far each phrase lies from the average of draws, ``(n, traits)``.
        chances : numpy.ndarray, optional
            Numbers from 0 to 1 that choose among likely lengths of notes, ``(n, 4, chances)``.
        """
        tables = no_tables(self.table_shapes) if tables is None else tables
        traits = np.zeros((len(outputs), SONG_TRAITS)) if traits is None else traits
        chances = np.full((len(outputs), _PARTS, self.chances), 0.5) if chances is None else chances
        full, sustained, dynamics = np.split(traits, [_PARTS, 2 * _PARTS], axis=1)
        split = self.split_outputs(outputs)
        predicted = {name: ops.convert_to_numpy(value) for name, value in split.items()}
        n = len(outputs)
        onset = predicted["onset"]
        cells = uncertainty(onset, (2, 3))
        # Encoded phrases have at least two cells that are certain, if only because they are silent.
        drawn = np.clip(np.sort(cells, axis=1)[:, 1] / settings.drawn_from - 1, 0, 1)
        doubt = drawn[:, None] * np.clip(cells / settings.doubt_from - 1, 0, 1)
        excess = drawn * (uncertainty(onset, (1, 2, 3)) - settings.doubt_from)
        sustain = np.clip(settings.sustain_gain * excess, 0, settings.sustain_limit)
        goes_on = predicted["sounding"] + sustain[:, None, None, None]
        full = doubt * tables["fullness"] * full
        begins = choose_onsets(onset, goes_on > 0, doubt, settings.onset_threshold, tables, full)
        begins &= (_onset_steps(begins) >= doubt * tables["fewest"])[..., None, None]
        row, part, step, pitch = np.nonzero(begins)
        notes = np.zeros(len(row), NOTE)
        notes["onset"], notes["part"], notes["pitch"] = step, part, pitch + LOWEST
        longer = doubt * tables["sustain"] * sustained
        duration = choose_lengths(begins, goes_on, longer, doubt, tables, chances)
        # The overhang is the longest that this and all shorter ones are likely.
        likely = np.cumprod(predicted["overhang"] > 0, axis=-1).sum(-1)
        overhang = np.concatenate([[0], OVERHANGS])[likely]
        to_end = step + duration == STEPS_PER_PHRASE
        notes["duration"] = duration + np.where(to_end, overhang[row, part, pitch], 0)
        cell = row * _PARTS + part
        velocity = predicted["velocity"][row, part, step, pitch] * _VELOCITY_SCALE
        if settings.chord_spread:
            residuals = _chord_residuals(cell, step, pitch)
            velocity += settings.chord_spread * doubt[row, part] * residuals
        velocity = scale_deviations(
            velocity, row, doubt[row, part], dynamics[:, 0], tables["dynamics"]
        )
        notes["velocity"] = np.clip(np.rint(velocity + _VELOCITY_CENTER), 1, 127)
        notes["offset"] = _round_offsets(
            predicted["offset"][row, part, step, pitch], cell, n * _PARTS
        )
        ends = np.searchsorted(row, np.arange(n + 1))
        return [Phrase(sort_notes(notes[a:b])) for a, b in itertools.pairwise(ends)]


def _onset_steps(begins: np.ndarray) -> np.ndarray:
    """On how many steps each part begins notes, ``(n, parts)``."""
    return begins.any(3).sum(2)


def _round_offsets(offset: np.ndarray, cell: np.ndarray, cells: int) -> np.ndarray:
    """Round timing offsets; where a whole cell is on its steps, its timing is not known: 0."""
    # In double precision, so that an offset is the same number as when read from a recipe.
    offset = offset.astype(np.float64)
    square = np.bincount(cell, offset**2, cells) / np.maximum(np.bincount(cell, minlength=cells), 1)
    whole = np.rint(offset * OFFSETS_PER_STEP) / OFFSETS_PER_STEP
    return np.where(np.sqrt(square[cell]) < _ON_STEPS, 0.0, timed_offsets(whole))


def _scaled_velocity(velocity: Tensor) -> Tensor:
    return (ops.cast(velocity, "float32") - _VELOCITY_CENTER) / _VELOCITY_SCALE


def _chord_residuals(cell: np.ndarray, step: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """Numbers of deviation 1 for the notes of chords, of mean 0 in each chord; else 0.

    They are computed from the notes of the cell alone, in whole numbers: equal cells get equal
    numbers, on every processor.
    """
    place = _mix((step * PITCHES + pitch).astype(np.uint64))
    of_cell = np.zeros(cell.max(initial=-1) + 1, np.uint64)
    np.add.at(of_cell, cell, place)
    mixed = _mix(place + of_cell[cell])
    # The sum of four uniform numbers, 16 bits each, is nearly Gaussian, with a variance of 1/3.
    lanes = (mixed[:, None] >> np.arange(0, 64, 16, dtype=np.uint64)) & np.uint64(0xFFFF)
    residual = (lanes.astype(float).sum(1) / 2**16 - 2) * 3**0.5
    _, chord, count = np.unique(
        cell * STEPS_PER_PHRASE + step, return_inverse=True, return_counts=True
    )
    mean = np.bincount(chord, residual, len(count)) / count
    return np.where(count[chord] > 1, residual - mean[chord], 0.0)


def _mix(x: np.ndarray) -> np.ndarray:
    """Hash whole numbers: the last steps of SplitMix64 (Steele et al. 2014, section 4)."""
    x = (x + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _bit_losses(target: Tensor, logits: Tensor) -> Tensor:
    """Cross-entropy of independent bits, in nats."""
    return ops.softplus(logits) - target * logits
