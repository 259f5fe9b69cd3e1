"""Converts phrases of the band to arrays, and the network's outputs to phrases.

Lead and bass are single voices: each step is one of `VOICE_CLASSES` (rest, hold, or the onset of
a pitch), so that their pitches exclude each other. Counter melody and chords are layers, in which
several pitches sound at once: each pitch has an onset bit and a sounding bit.
"""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportMissingTypeStubs=false

from __future__ import annotations

import itertools

import numpy as np

from musegen.model.config import InferenceConfig
from musegen.model.tensors import Arrays, Tensor, ops
from musegen.music.notes import NOTE, SONG_PARTS, STEPS_PER_BEAT, STEPS_PER_PHRASE, sort_notes
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet

__all__ = ["HIGHEST", "LOWEST", "VOICE_CLASSES", "SongCodec"]

LOWEST, HIGHEST = 28, 103  # MIDI numbers; 99.9 % of the notes of POP909 in C lie between
_PITCHES = HIGHEST - LOWEST + 1
_REST, _HOLD, _FIRST_ONSET = 0, 1, 2
VOICE_CLASSES = _PITCHES + _FIRST_ONSET
_PARTS = len(SONG_PARTS)
_VOICES = (SONG_PARTS.index("lead"), SONG_PARTS.index("bass"))
_LAYERS = (SONG_PARTS.index("counter"), SONG_PARTS.index("chords"))
# Standard deviation of the Gaussian that turns the squared error of a velocity (0 to 1) into nats.
_VELOCITY_SD = 10 / 127


class SongCodec:
    """Lead, counter, chords and bass in C major / A minor."""

    parts: tuple[str, ...] = SONG_PARTS
    voice_count = _PARTS
    loss_names = ("voices", "onsets", "durations", "velocities")
    beats = STEPS_PER_PHRASE // STEPS_PER_BEAT
    feature_count = STEPS_PER_BEAT * (_PARTS * _PITCHES * 2 + _PARTS)
    output_count = STEPS_PER_BEAT * (
        len(_VOICES) * VOICE_CLASSES + len(_LAYERS) * _PITCHES * 2 + _PARTS
    )

    def to_arrays(
        self, phrases: PhraseSet, shift: np.ndarray | None = None
    ) -> dict[str, np.ndarray]:
        """Convert phrases to the network's inputs and targets.

        Parameters
        ----------
        phrases : PhraseSet
            Notes of other parts are ignored; pitches outside `LOWEST` to `HIGHEST` move by octaves
            into this range.
        shift : numpy.ndarray, optional
            Shape ``(n,)``: semitones by which each phrase is transposed after it is moved to C.

        Returns
        -------
        dict of str to numpy.ndarray
            ``onset`` and ``sounding``, uint8 ``(n, 32, 4, 76)``; ``velocity`` of the onsets, 0 to
            1, float32 ``(n, 32, 4)``; ``voice``, the classes of lead and bass, int32
            ``(n, 32, 2)``.
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
        # Several notes of a pitch may start on one step, so the changes are added up.
        np.add.at(change, (row, step, part, pitch), 1)
        np.subtract.at(change, (row, end, part, pitch), 1)
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

    def voice_of(self, notes: np.ndarray) -> np.ndarray:
        """The voice that plays each note, 0 to ``voice_count - 1``: the part."""
        return notes["part"]

    def beat_features(self, arrays: Arrays) -> Tensor:
        """Concatenate arrays to one vector for each beat: float32 ``(n, 8, feature_count)``."""
        shape = (-1, self.beats, STEPS_PER_BEAT * _PARTS * _PITCHES)
        return ops.concatenate(
            [
                ops.reshape(ops.cast(arrays["onset"], "float32"), shape),
                ops.reshape(ops.cast(arrays["sounding"], "float32"), shape),
                ops.reshape(arrays["velocity"], (-1, self.beats, STEPS_PER_BEAT * _PARTS)),
            ],
            axis=-1,
        )

    def split_outputs(self, outputs: Tensor) -> dict[str, Tensor]:
        """Split the network's outputs, ``(n, 8, output_count)``, by meaning.

        Returns
        -------
        dict
            ``voice``, logits ``(n, 32, 2, 78)``; ``onset`` and ``sounding``, logits
            ``(n, 32, 2, 76)`` of counter and chords; ``velocity``, ``(n, 32, 4)``, 0 to 1.
        """
        steps = ops.reshape(outputs, (-1, STEPS_PER_PHRASE, self.output_count // STEPS_PER_BEAT))
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

    def losses(self, arrays: Arrays, outputs: Tensor) -> dict[str, Tensor]:
        """Cross-entropies in nats, summed over a phrase: ``(n,)`` for each of `loss_names`."""
        predicted = self.split_outputs(outputs)
        log_voice = ops.log_softmax(predicted["voice"], axis=-1)
        picked = ops.take_along_axis(log_voice, ops.expand_dims(arrays["voice"], -1), axis=-1)
        layers = slice(_LAYERS[0], _LAYERS[-1] + 1)
        onset = ops.cast(arrays["onset"][:, :, layers], "float32")
        sounding = ops.cast(arrays["sounding"][:, :, layers], "float32")
        begins = ops.cast(arrays["velocity"] > 0, "float32")
        error = (predicted["velocity"] - arrays["velocity"]) / _VELOCITY_SD
        return {
            "voices": -ops.sum(picked, axis=(1, 2, 3)),
            "onsets": ops.sum(_bit_losses(onset, predicted["onset"]), axis=(1, 2, 3)),
            # A pitch that begins also sounds: only its other steps count.
            "durations": ops.sum(
                (1 - onset) * _bit_losses(sounding, predicted["sounding"]), axis=(1, 2, 3)
            ),
            "velocities": ops.sum(begins * error * error, axis=(1, 2)) / 2,
        }

    def to_phrases(self, outputs: np.ndarray, settings: InferenceConfig) -> list[Phrase]:
        """Convert outputs to the most likely phrases, in C, at the default tempo.

        Parameters
        ----------
        outputs : numpy.ndarray
            Float32 ``(n, 8, output_count)``.
        settings : InferenceConfig
        """
        split = self.split_outputs(outputs)
        predicted = {name: ops.convert_to_numpy(value) for name, value in split.items()}
        n = len(outputs)
        begins = np.zeros((n, STEPS_PER_PHRASE, _PARTS, _PITCHES), bool)
        goes_on = np.zeros(begins.shape, np.float32)  # log odds that a sounding pitch goes on
        begins[:, :, _LAYERS] = predicted["onset"] > settings.onset_threshold
        excess = _entropy_per_note(predicted["onset"]) - settings.sustain_from
        sustain = np.clip(settings.sustain_gain * excess, 0, settings.sustain_limit)
        goes_on[:, :, _LAYERS] = predicted["sounding"] + sustain[:, None, None, None]
        choice = predicted["voice"].argmax(-1)
        held = predicted["voice"][..., _HOLD] - predicted["voice"][..., _REST]
        held = held + settings.sustain_voices * sustain[:, None, None]
        for i, part in enumerate(_VOICES):
            row, step = np.nonzero(choice[:, :, i] >= _FIRST_ONSET)
            begins[row, step, part, choice[row, step, i] - _FIRST_ONSET] = True
            stops = choice[:, :, i] >= _FIRST_ONSET  # the voice begins another note
            goes_on[:, :, part] = np.where(stops, -np.inf, held[:, :, i])[:, :, None]

        run = _most_likely_runs(begins, goes_on)
        row, step, part, pitch = np.nonzero(begins)
        notes = np.zeros(len(row), NOTE)
        notes["onset"], notes["part"], notes["pitch"] = step, part, pitch + LOWEST
        notes["duration"] = 1 + run[row, step + 1, part, pitch]
        notes["velocity"] = np.clip(np.rint(predicted["velocity"][row, step, part] * 127), 1, 127)
        ends = np.searchsorted(row, np.arange(n + 1))
        return [Phrase(sort_notes(notes[a:b])) for a, b in itertools.pairwise(ends)]


def _entropy_per_note(logits: np.ndarray) -> np.ndarray:
    """Uncertainty of a phrase's onsets: nats for each expected note, ``(n,)``.

    About 0.4 for encoded phrases and 0.8 for draws. Logits: ``(n, 32, layers, pitches)``.
    """
    probability = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    entropy = np.logaddexp(0, logits) - probability * logits
    return entropy.sum((1, 2, 3)) / np.maximum(probability.sum((1, 2, 3)), 1)


def _most_likely_runs(begins: np.ndarray, goes_on: np.ndarray) -> np.ndarray:
    """For how many steps a pitch goes on from each step, if it sounded before.

    The most likely run of steps that all go on, followed by steps that all do not, if steps are
    independent. It bridges an unlikely step if later ones make up for it. A run ends where the
    pitch begins again.

    Parameters
    ----------
    begins, goes_on : numpy.ndarray
        Onsets, bool, and log odds of going on, float32; both ``(n, 32, parts, pitches)``.

    Returns
    -------
    numpy.ndarray
        Int8 ``(n, 33, parts, pitches)``.
    """
    n, steps, *rest = begins.shape
    run = np.zeros((n, steps + 1, *rest), np.int8)
    gain = np.zeros((n, *rest), np.float32)  # log odds of the best run that starts at the next step
    for step in reversed(range(steps)):
        gain = np.where(begins[:, step], 0, np.maximum(goes_on[:, step] + gain, 0))
        run[:, step] = np.where(gain > 0, run[:, step + 1] + 1, 0)
    return run


def _bit_losses(target: Tensor, logits: Tensor) -> Tensor:
    """Cross-entropy of independent bits, in nats."""
    return ops.softplus(logits) - target * logits
