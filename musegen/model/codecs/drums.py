"""Phrases of the drummer ↔ arrays ↔ the network's numbers.

Each step says of each of the nine classes whether it is hit, how hard, and how early or late
(Gillick et al. 2019, section 3).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from keras import ops

from musegen.music.instruments import DRUM_PITCHES
from musegen.music.notes import (
    DRUMS,
    NOTE,
    OFFSETS_PER_STEP,
    STEPS_PER_BEAT,
    STEPS_PER_PHRASE,
    sort_notes,
)
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["DrumsCodec"]

_CLASSES = len(DRUM_PITCHES)
_CLASS = np.full(128, -1)
_CLASS[list(DRUM_PITCHES)] = np.arange(_CLASSES)
# The logit over which a hit is more often there than not: most steps come back exact (validation).
_THRESHOLD = -0.3
# Gaussians of these widths make the squared errors cross-entropies: a tenth of full velocity, and
# a tenth of a step, 12 ms at 120 beats a minute.
_VELOCITY_WIDTH = 0.1
_OFFSET_WIDTH = 0.1


class DrumsCodec:
    """Nine drums with velocities and timing offsets."""

    parts = ("drums",)
    voices = _CLASSES
    loss_names = ("hits", "velocities", "offsets")
    beats = STEPS_PER_PHRASE // STEPS_PER_BEAT
    features = STEPS_PER_BEAT * _CLASSES * 3
    outputs = STEPS_PER_BEAT * _CLASSES * 3

    def arrays(self, phrases: PhraseSet, shift: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Phrases as the network's input and target.

        Parameters
        ----------
        phrases : PhraseSet
            Notes of other parts are passed over.
        shift : numpy.ndarray, optional
            Passed over: drums have no key.

        Returns
        -------
        dict of str to numpy.ndarray
            ``hit``, uint8; ``velocity``, 0 to 1, and ``offset``, -0.5 to 0.5, float32; each
            ``(n, 32, 9)``, 0 where nothing is hit.
        """
        n = len(phrases)
        mine = phrases.notes["part"] == DRUMS
        row = phrases.rows[mine]
        notes = phrases.notes[mine]
        place = (row, notes["onset"], _CLASS[notes["pitch"]])
        hit = np.zeros((n, STEPS_PER_PHRASE, _CLASSES), np.uint8)
        velocity = np.zeros(hit.shape, np.float32)
        offset = np.zeros(hit.shape, np.float32)
        hit[place] = 1
        velocity[place] = notes["velocity"] / 127
        offset[place] = notes["offset"]
        return {"hit": hit, "velocity": velocity, "offset": offset}

    def voice(self, notes: np.ndarray) -> np.ndarray:
        """Which of its voices plays each note: the drum class."""
        return _CLASS[notes["pitch"]]

    def read(self, arrays: Mapping) -> object:
        """Arrays as one vector a beat: float32 ``(n, 8, features)``."""
        shape = (-1, self.beats, STEPS_PER_BEAT * _CLASSES)
        columns = (ops.cast(arrays["hit"], "float32"), arrays["velocity"], arrays["offset"])
        return ops.concatenate([ops.reshape(column, shape) for column in columns], axis=-1)

    def split(self, outputs: object) -> dict[str, object]:
        """The network's numbers by what they mean, ``(n, 32, 9)`` each.

        Returns
        -------
        dict
            ``hit``, logits; ``velocity``, 0 to 1; ``offset``, -0.5 to 0.5.
        """
        steps = ops.reshape(outputs, (-1, STEPS_PER_PHRASE, 3 * _CLASSES))
        hit, velocity, offset = ops.split(steps, 3, axis=-1)
        return {"hit": hit, "velocity": ops.sigmoid(velocity), "offset": ops.tanh(offset) / 2}

    def losses(self, arrays: Mapping, outputs: object) -> dict[str, object]:
        """Cross-entropy of each kind of number, summed over a phrase: nats, ``(n,)`` each."""
        said = self.split(outputs)
        hit = ops.cast(arrays["hit"], "float32")
        velocity = hit * (said["velocity"] - arrays["velocity"]) / _VELOCITY_WIDTH
        offset = hit * (said["offset"] - arrays["offset"]) / _OFFSET_WIDTH
        return {
            "hits": ops.sum(ops.softplus(said["hit"]) - hit * said["hit"], axis=(1, 2)),
            "velocities": ops.sum(velocity * velocity, axis=(1, 2)) / 2,
            "offsets": ops.sum(offset * offset, axis=(1, 2)) / 2,
        }

    def phrases(self, outputs: np.ndarray, threshold: float = _THRESHOLD) -> list[Phrase]:
        """The likeliest phrases.

        Parameters
        ----------
        outputs : numpy.ndarray
            The network's numbers, float32 ``(n, 8, outputs)``.
        threshold : float
            Logit over which a drum is hit.
        """
        said = {name: ops.convert_to_numpy(value) for name, value in self.split(outputs).items()}
        row, step, kind = np.nonzero(said["hit"] > threshold)
        notes = np.zeros(len(row), NOTE)
        notes["onset"], notes["part"], notes["duration"] = step, DRUMS, 1
        notes["pitch"] = np.array(DRUM_PITCHES)[kind]
        notes["velocity"] = np.clip(np.rint(said["velocity"][row, step, kind] * 127), 1, 127)
        # In double precision, so that an offset is the same number as when read from a recipe.
        whole = np.rint(said["offset"][row, step, kind].astype(np.float64) * OFFSETS_PER_STEP)
        notes["offset"] = whole / OFFSETS_PER_STEP + 0.0  # no negative zeros
        ends = np.searchsorted(row, np.arange(len(outputs) + 1))
        return [Phrase(sort_notes(notes[a:b])) for a, b in itertools.pairwise(ends)]
