"""Converts phrases of the drums to arrays, and the network's outputs to phrases.

Each step has for each of the nine drum classes a hit, a velocity and a timing offset, as in GrooVAE
(Gillick et al. 2019, section 3), and the same for a second hit of that drum on the step: in flams,
drags and rolls drummers hit a drum twice within a sixteenth, in more than half of their phrases.
"""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from musegen.model.codecs.contrast import RANKED_TRAITS, deviations, scale_deviations
from musegen.model.codecs.tables import Shapes, Tables, no_tables, uncertainty
from musegen.model.config import InferenceConfig
from musegen.model.tensors import Arrays, Tensor, ops
from musegen.music.instruments import DRUM_PITCHES, nearest_drum_classes
from musegen.music.notes import (
    BEATS_PER_PHRASE,
    DRUMS,
    MAX_OFFSET,
    NOTE,
    OFFSETS_PER_STEP,
    STEPS_PER_BAR,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    sort_notes,
)
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["DrumsCodec"]

_CLASSES = len(DRUM_PITCHES)
_HITS = 2  # of a drum on a step: of drummers' hits 9 in 1,000 are third ones and later
_COLUMNS = _HITS * _CLASSES  # all first hits, the loudest, then all second ones
# Steps between the two hits of a drum in draws, at least: nineteen in twenty of drummers' are. The
# likeliest second hit lies between one before the first and one after it.
_APART = 0.1
# The same in all decoded phrases: as far as it takes to be two hits also when they are swung and
# rounded to the ticks of a file (`musegen.music.notes.SAME_TIME`).
_APART_IN_FILES = 0.04
# Standard deviations of the Gaussians that turn squared errors into nats: a tenth of the full
# velocity; a tenth of a step, 12 ms at 120 beats a minute.
_VELOCITY_SD = 0.1
_OFFSET_SD = 0.1


class DrumsCodec:
    """Nine drums, each hit at most twice on a step, with velocities and timing offsets."""

    parts: tuple[str, ...] = ("drums",)
    cells = 1
    voice_count = _CLASSES
    loss_names = ("hits", "velocities", "offsets")
    beats = BEATS_PER_PHRASE
    feature_count = STEPS_PER_BEAT * _COLUMNS * 3
    output_count = STEPS_PER_BEAT * _COLUMNS * 3
    tail_count = 0
    # odds       by the step of the bar and the column: what is added to the log odds of hits
    # dynamics   by the trait of the phrase: the standard deviation of its velocities
    # looseness  the same of its offsets, in steps
    table_shapes: ClassVar[Shapes] = {
        "odds": (STEPS_PER_BAR, _COLUMNS),
        "dynamics": RANKED_TRAITS.shape,
        "looseness": RANKED_TRAITS.shape,
    }
    traits = 2
    chances = 0
    # Tables of deviations, and the trait by which each is read.
    ranked: ClassVar[Mapping[str, int]] = {"dynamics": 0, "looseness": 1}

    def to_arrays(self, phrases: PhraseSet) -> dict[str, np.ndarray]:
        """Convert phrases to the network's inputs and targets.

        Notes of other parts are ignored. A pitch that is none of `DRUM_PITCHES` counts as the class
        that sounds most like it.

        Returns
        -------
        dict of str to numpy.ndarray
            ``hit``, uint8; ``velocity``, 0 to 1, and ``offset``, -0.5 to 0.5, float32; each
            ``(n, 32, 18)``, 0 where there is no hit: the loudest hits of the nine classes, then
            the second loudest. Third hits are left out.
        """
        n = len(phrases)
        mine = phrases.notes["part"] == DRUMS
        row = phrases.rows[mine]
        notes = phrases.notes[mine]
        step = row * STEPS_PER_PHRASE + notes["onset"]
        place = step * _CLASSES + nearest_drum_classes(notes["pitch"])
        order = np.lexsort((notes["offset"], -notes["velocity"].astype(int), place))
        place, notes = place[order], notes[order]
        later = np.arange(len(place)) - np.searchsorted(place, place)  # hits that are louder
        kept = later < _HITS
        place, notes, later = place[kept], notes[kept], later[kept]
        column = later * _CLASSES + place % _CLASSES
        at = (*np.divmod(place // _CLASSES, STEPS_PER_PHRASE), column)
        hit = np.zeros((n, STEPS_PER_PHRASE, _COLUMNS), np.uint8)
        velocity = np.zeros(hit.shape, np.float32)
        offset = np.zeros(hit.shape, np.float32)
        hit[at] = 1
        velocity[at] = notes["velocity"] / 127
        offset[at] = notes["offset"]
        return {"hit": hit, "velocity": velocity, "offset": offset}

    def voice_of(self, notes: np.ndarray) -> np.ndarray:
        """The voice that plays each note, 0 to ``voice_count - 1``: the drum class."""
        return nearest_drum_classes(notes["pitch"])

    def beat_features(self, arrays: Arrays) -> Tensor:
        """Concatenate arrays to one vector for each beat: float32 ``(n, 8, feature_count)``."""
        shape = (-1, self.beats, STEPS_PER_BEAT * _COLUMNS)
        columns = (ops.cast(arrays["hit"], "float32"), arrays["velocity"], arrays["offset"])
        return ops.concatenate([ops.reshape(column, shape) for column in columns], axis=-1)

    def split_outputs(self, outputs: Tensor) -> dict[str, Tensor]:
        """Split the network's outputs by meaning, ``(n, 32, 18)`` each.

        Returns
        -------
        dict
            ``hit``, logits; ``velocity``, 0 to 1; ``offset``, -0.5 to 0.5.
        """
        steps = ops.reshape(outputs, (-1, STEPS_PER_PHRASE, 3 * _COLUMNS))
        hit, velocity, offset = ops.split(steps, 3, axis=-1)
        return {"hit": hit, "velocity": ops.sigmoid(velocity), "offset": ops.tanh(offset) / 2}

    def losses(self, arrays: Arrays, outputs: Tensor) -> dict[str, Tensor]:
        """Cross-entropies in nats of each phrase: ``(n, 1)`` for each of `loss_names`."""
        predicted = self.split_outputs(outputs)
        hit = ops.cast(arrays["hit"], "float32")
        velocity = hit * (predicted["velocity"] - arrays["velocity"]) / _VELOCITY_SD
        offset = hit * (predicted["offset"] - arrays["offset"]) / _OFFSET_SD
        by_hit = {
            "hits": ops.softplus(predicted["hit"]) - hit * predicted["hit"],
            "velocities": velocity * velocity / 2,
            "offsets": offset * offset / 2,
        }
        return {name: ops.sum(values, axis=(1, 2))[:, None] for name, values in by_hit.items()}

    def count(self, phrases: Sequence[Phrase]) -> Tables:
        """Count in phrases what the table of odds is about."""
        hit = self.to_arrays(PhraseSet.from_phrases(phrases))["hit"]
        by_bar = hit.reshape(-1, STEPS_PER_BAR, _COLUMNS)
        return {"odds": by_bar.sum(0, dtype=np.float64)}

    def measure_traits(self, phrases: Sequence[Phrase]) -> np.ndarray:
        """Measure how phrases differ, ``(n, traits)``; NaN where there are too few hits."""
        arrays = self.to_arrays(PhraseSet.from_phrases(phrases))
        place = np.nonzero(arrays["hit"])
        return np.stack(
            [
                deviations(array[place].astype(np.float64), place[0], len(phrases))
                for array in (127 * arrays["velocity"], arrays["offset"])
            ],
            axis=1,
        )

    def to_phrases(
        self,
        outputs: np.ndarray,
        settings: InferenceConfig,
        tables: Tables | None = None,
        traits: np.ndarray | None = None,
        chances: np.ndarray | None = None,
    ) -> list[Phrase]:
        """Convert outputs to the most likely phrases.

        Parameters
        ----------
        outputs : numpy.ndarray
            Float32 ``(n, 1, 8 * output_count)``, as the decoder returns them.
        settings : InferenceConfig
        tables : dict of str to numpy.ndarray, optional
            Of `table_shapes`. If not given, velocities and timing are the likeliest.
        traits : numpy.ndarray, optional
            How far each phrase lies from the average of draws, ``(n, traits)``.
        chances : numpy.ndarray, optional
            Not used: nothing is left to chance.
        """
        n = len(outputs)
        tables = no_tables(self.table_shapes) if tables is None else tables
        traits = np.zeros((n, self.traits)) if traits is None else traits
        split = self.split_outputs(outputs)
        predicted = {name: ops.convert_to_numpy(value) for name, value in split.items()}
        # Encoded phrases are certain.
        uncertain = uncertainty(predicted["hit"][..., :_CLASSES], (1, 2))
        doubt = np.clip(uncertain / settings.drawn_from - 1, 0, 1)
        odds = np.tile(tables["odds"], (STEPS_PER_PHRASE // STEPS_PER_BAR, 1))
        hit = predicted["hit"] + doubt[:, None, None] * odds > settings.onset_threshold
        hit[..., _CLASSES:] &= hit[..., :_CLASSES]  # a second hit has a first
        row, step, column = np.nonzero(hit)
        doubt = doubt[row]
        # In double precision, so that an offset is the same number as when read from a recipe.
        found = {
            "dynamics": predicted["velocity"][row, step, column].astype(np.float64) * 127,
            "looseness": predicted["offset"][row, step, column].astype(np.float64),
        }
        velocity, offset = (
            scale_deviations(value, row, doubt, traits[:, self.ranked[name]], tables[name])
            for name, value in found.items()
        )
        offset = offset.clip(-MAX_OFFSET, MAX_OFFSET)
        offset = _move_apart(offset, doubt, (row, step, column), hit.shape)
        notes = np.zeros(len(row), NOTE)
        notes["onset"], notes["part"], notes["duration"] = step, DRUMS, 1
        notes["pitch"] = np.array(DRUM_PITCHES)[column % _CLASSES]
        notes["velocity"] = np.clip(np.rint(velocity), 1, 127)
        whole = np.rint(offset * OFFSETS_PER_STEP)
        notes["offset"] = whole / OFFSETS_PER_STEP + 0.0  # no negative zeros
        ends = np.searchsorted(row, np.arange(len(outputs) + 1))
        return [Phrase(sort_notes(notes[a:b])) for a, b in itertools.pairwise(ends)]


def _move_apart(
    offset: np.ndarray,
    doubt: np.ndarray,
    place: tuple[np.ndarray, np.ndarray, np.ndarray],
    shape: tuple[int, ...],
) -> np.ndarray:
    """Move second hits away from the first ones: far enough to be heard; in draws, by doubt.

    Parameters
    ----------
    offset, doubt : numpy.ndarray
        Of each hit, ``(hits,)``.
    place : tuple of numpy.ndarray
        The phrase, the step and the column of each hit.
    shape : tuple of int
        Of all phrases, steps and columns.
    """
    row, step, column = place
    by_place = np.zeros(shape)
    by_place[place] = offset
    second = column >= _CLASSES
    first = by_place[row, step, column % _CLASSES]
    gap = offset - first
    least = np.copysign(np.maximum(_APART * doubt, _APART_IN_FILES), gap)
    # Where a step ends, the other side is free.
    least = np.where(np.abs(first + least) > MAX_OFFSET, -least, least)
    too_close = second & (np.abs(gap) < np.abs(least))
    return np.where(too_close, first + least, offset)
