"""Phrases of the band ↔ arrays ↔ the network's numbers.

Lead and bass are single voices: each step is one of `VOICE_CLASSES` (rest, hold, or the onset of
a pitch), so that their pitches exclude each other. Counter melody and chords may sound several
pitches at once: each has an onset and a sounding bit of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from keras import ops

from musegen.music.notes import NOTE, SONG_PARTS, STEPS_PER_BEAT, STEPS_PER_PHRASE, sort_notes
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["HIGHEST", "LOWEST", "SongCodec"]

LOWEST, HIGHEST = 28, 103  # MIDI numbers; 99.9 % of POP909 in C lies between
_PITCHES = HIGHEST - LOWEST + 1
_REST, _HOLD, _FIRST_ONSET = 0, 1, 2
VOICE_CLASSES = _PITCHES + _FIRST_ONSET
_PARTS = len(SONG_PARTS)
_VOICES = (SONG_PARTS.index("lead"), SONG_PARTS.index("bass"))
_LAYERS = (SONG_PARTS.index("counter"), SONG_PARTS.index("chords"))
# Onset bits of layers are rare, so a mean of many phrases says less than even odds for notes that
# are there: at this logit as many notes come back as went in, and F1 is highest (validation songs).
_THRESHOLD = -0.6
# What a phrase's doubt (see `_doubt`) adds to the log odds that a note goes on: so much a nat, from
# where and up to where. Bits that are each more likely than not are seldom all set, so where the
# network is in doubt notes would end early: in draws from the prior by a quarter. Encoded phrases
# have doubts of 0.4 nats, draws of 0.8. The single voices' choice of three leaves less doubt.
_TENUTO, _TENUTO_FROM, _TENUTO_MOST, _VOICES_TENUTO = 3.0, 0.25, 2.5, 0.5
# A Gaussian of this width (in 1/127 of full velocity) makes the squared error a cross-entropy.
_VELOCITY_WIDTH = 10 / 127


class SongCodec:
    """Lead, counter, chords and bass in C major / A minor."""

    parts = SONG_PARTS
    voices = _PARTS
    loss_names = ("voices", "onsets", "durations", "velocities")
    beats = STEPS_PER_PHRASE // STEPS_PER_BEAT
    features = STEPS_PER_BEAT * (_PARTS * _PITCHES * 2 + _PARTS)
    outputs = STEPS_PER_BEAT * (len(_VOICES) * VOICE_CLASSES + len(_LAYERS) * _PITCHES * 2 + _PARTS)

    def arrays(self, phrases: PhraseSet, shift: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Phrases as the network's input and target.

        Parameters
        ----------
        phrases : PhraseSet
            Notes of other parts are passed over; pitches outside `LOWEST` to `HIGHEST` move by
            octaves into it.
        shift : numpy.ndarray, optional
            Shape ``(n,)``: semitones that each phrase is moved by after it was moved to C.

        Returns
        -------
        dict of str to numpy.ndarray
            ``onset`` and ``sounding``, uint8 ``(n, 32, 4, 76)``; ``velocity``, float32
            ``(n, 32, 4)``, of the onsets, 0 to 1; ``voice``, int32 ``(n, 32, 2)``, classes of
            lead and bass.
        """
        n = len(phrases)
        row = phrases.rows
        move = -phrases.key.astype(np.int64) + (0 if shift is None else shift)
        mine = phrases.notes["part"] < _PARTS
        notes, row = phrases.notes[mine], row[mine]
        step, part = notes["onset"], notes["part"].astype(np.int64)
        pitch = notes["pitch"] + move[row] - LOWEST
        pitch = np.where(pitch < 0, pitch % 12, pitch)
        pitch = np.where(pitch >= _PITCHES, _PITCHES - 12 + (pitch - _PITCHES) % 12, pitch)
        end = np.minimum(step + notes["duration"], STEPS_PER_PHRASE)

        onset = np.zeros((n, STEPS_PER_PHRASE, _PARTS, _PITCHES), np.uint8)
        onset[row, step, part, pitch] = 1
        change = np.zeros((n, STEPS_PER_PHRASE + 1, _PARTS, _PITCHES), np.int8)
        change[row, step, part, pitch] += 1
        change[row, end, part, pitch] -= 1
        sounding = (np.cumsum(change, axis=1, dtype=np.int8)[:, :-1] > 0).astype(np.uint8)
        velocity = np.zeros((n, STEPS_PER_PHRASE, _PARTS), np.float32)
        np.maximum.at(velocity, (row, step, part), notes["velocity"].astype(np.float32) / 127)

        lead, bass = _VOICES
        starts = onset[:, :, _VOICES].any(-1)
        holds = sounding[:, :, _VOICES].any(-1)
        highest = _PITCHES - 1 - onset[:, :, lead, ::-1].argmax(-1)
        lowest = onset[:, :, bass].argmax(-1)
        pitches = np.stack([highest, lowest], axis=-1)
        voice = np.where(starts, _FIRST_ONSET + pitches, np.where(holds, _HOLD, _REST))
        return {
            "onset": onset,
            "sounding": sounding,
            "velocity": velocity,
            "voice": voice.astype(np.int32),
        }

    def voice(self, notes: np.ndarray) -> np.ndarray:
        """Which of its voices plays each note: the part."""
        return notes["part"]

    def read(self, arrays: Mapping) -> object:
        """Arrays as one vector a beat: float32 ``(n, 8, features)``."""
        shape = (-1, self.beats, STEPS_PER_BEAT * _PARTS * _PITCHES)
        return ops.concatenate(
            [
                ops.reshape(ops.cast(arrays["onset"], "float32"), shape),
                ops.reshape(ops.cast(arrays["sounding"], "float32"), shape),
                ops.reshape(arrays["velocity"], (-1, self.beats, STEPS_PER_BEAT * _PARTS)),
            ],
            axis=-1,
        )

    def split(self, outputs: object) -> dict[str, object]:
        """The network's numbers, ``(n, 8, outputs)``, by what they mean.

        Returns
        -------
        dict
            ``voice``, logits ``(n, 32, 2, 78)``; ``onset`` and ``sounding``, logits
            ``(n, 32, 2, 76)`` of counter and chords; ``velocity``, ``(n, 32, 4)``, 0 to 1.
        """
        steps = ops.reshape(outputs, (-1, STEPS_PER_PHRASE, self.outputs // STEPS_PER_BEAT))
        sizes = np.cumsum(
            [len(_VOICES) * VOICE_CLASSES, len(_LAYERS) * _PITCHES, len(_LAYERS) * _PITCHES]
        )
        voice, onset, sounding, velocity = ops.split(steps, sizes.tolist(), axis=-1)
        layers = (-1, STEPS_PER_PHRASE, len(_LAYERS), _PITCHES)
        return {
            "voice": ops.reshape(voice, (-1, STEPS_PER_PHRASE, len(_VOICES), VOICE_CLASSES)),
            "onset": ops.reshape(onset, layers),
            "sounding": ops.reshape(sounding, layers),
            "velocity": ops.sigmoid(velocity),
        }

    def losses(self, arrays: Mapping, outputs: object) -> dict[str, object]:
        """Cross-entropy of each kind of number, summed over a phrase: nats, ``(n,)`` each."""
        said = self.split(outputs)
        log_voice = ops.log_softmax(said["voice"], axis=-1)
        picked = ops.take_along_axis(log_voice, ops.expand_dims(arrays["voice"], -1), axis=-1)
        layers = slice(_LAYERS[0], _LAYERS[-1] + 1)
        onset = ops.cast(arrays["onset"][:, :, layers], "float32")
        sounding = ops.cast(arrays["sounding"][:, :, layers], "float32")
        begins = ops.cast(arrays["velocity"] > 0, "float32")
        error = (said["velocity"] - arrays["velocity"]) / _VELOCITY_WIDTH
        return {
            "voices": -ops.sum(picked, axis=(1, 2, 3)),
            "onsets": ops.sum(_bits(onset, said["onset"]), axis=(1, 2, 3)),
            # What an onset already says of its step is not said twice.
            "durations": ops.sum((1 - onset) * _bits(sounding, said["sounding"]), axis=(1, 2, 3)),
            "velocities": ops.sum(begins * error * error, axis=(1, 2)) / 2,
        }

    def phrases(self, outputs: np.ndarray, threshold: float = _THRESHOLD) -> list[Phrase]:
        """The likeliest phrases.

        Parameters
        ----------
        outputs : numpy.ndarray
            The network's numbers, float32 ``(n, 8, outputs)``.
        threshold : float
            Logit over which a pitch of counter or chords begins.

        Returns
        -------
        list of Phrase
            In C, at the default tempo.
        """
        said = {name: ops.convert_to_numpy(value) for name, value in self.split(outputs).items()}
        n = len(outputs)
        begins = np.zeros((n, STEPS_PER_PHRASE, _PARTS, _PITCHES), bool)
        goes_on = np.zeros(begins.shape, np.float32)  # log odds that a pitch which sounds does
        begins[:, :, _LAYERS] = said["onset"] > threshold
        doubt = _doubt(said["onset"])
        tenuto = np.clip(_TENUTO * (doubt - _TENUTO_FROM), 0, _TENUTO_MOST)
        goes_on[:, :, _LAYERS] = said["sounding"] + tenuto[:, None, None, None]
        choice = said["voice"].argmax(-1)
        held = said["voice"][..., _HOLD] - said["voice"][..., _REST]
        held = held + _VOICES_TENUTO * tenuto[:, None, None]
        for i, part in enumerate(_VOICES):
            row, step = np.nonzero(choice[:, :, i] >= _FIRST_ONSET)
            begins[row, step, part, choice[row, step, i] - _FIRST_ONSET] = True
            stops = choice[:, :, i] >= _FIRST_ONSET  # another note of the voice
            goes_on[:, :, part] = np.where(stops, -np.inf, held[:, :, i])[:, :, None]

        run = _likeliest_runs(begins, goes_on)
        row, step, part, pitch = np.nonzero(begins)
        notes = np.zeros(len(row), NOTE)
        notes["onset"], notes["part"], notes["pitch"] = step, part, pitch + LOWEST
        notes["duration"] = 1 + run[row, step + 1, part, pitch]
        notes["velocity"] = np.clip(np.rint(said["velocity"][row, step, part] * 127), 1, 127)
        ends = np.searchsorted(row, np.arange(n + 1))
        return [Phrase(sort_notes(notes[a:b])) for a, b in itertools.pairwise(ends)]


def _doubt(onset: np.ndarray) -> np.ndarray:
    """How unsure a phrase's layers are: nats of entropy for each note that is to be expected.

    Parameters
    ----------
    onset : numpy.ndarray
        Logits, float32 ``(n, 32, layers, pitches)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``.
    """
    likely = 1 / (1 + np.exp(-np.clip(onset, -30, 30)))
    entropy = np.logaddexp(0, onset) - likely * onset
    return entropy.sum((1, 2, 3)) / np.maximum(likely.sum((1, 2, 3)), 1)


def _likeliest_runs(begins: np.ndarray, goes_on: np.ndarray) -> np.ndarray:
    """For how many steps from each on a pitch goes on, if it sounded before.

    The likeliest run of independent steps that all go on, then all do not: it bridges a doubtful
    step if what follows makes up for it. A run ends where the pitch begins again.

    Parameters
    ----------
    begins, goes_on : numpy.ndarray
        Onsets, bool, and log odds, float32; both ``(n, 32, parts, pitches)``.

    Returns
    -------
    numpy.ndarray
        Int8 ``(n, 33, parts, pitches)``.
    """
    n, steps, *rest = begins.shape
    run = np.zeros((n, steps + 1, *rest), np.int8)
    gain = np.zeros((n, *rest), np.float32)  # of the best run from the next step on
    for step in reversed(range(steps)):
        gain = np.where(begins[:, step], 0, np.maximum(goes_on[:, step] + gain, 0))
        run[:, step] = np.where(gain > 0, run[:, step + 1] + 1, 0)
    return run


def _bits(target: object, logits: object) -> object:
    """Cross-entropy of independent bits, in nats."""
    return ops.softplus(logits) - target * logits
