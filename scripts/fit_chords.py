"""Fit the recogniser of chords to the labels of POP909-CL: ``python -m scripts.fit_chords FOLDER``.

FOLDER has POP909 and POP909-CL, as `musegen.datasets.pop909` finds them. The songs for training and
no others are used; ``python -m benchmarks.chords FOLDER`` measures the result on those for test.
It takes some ten minutes on two cores, and writes ``musegen/music/harmony/recognizer.npz``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from musegen.datasets.chord_labels import LabelledSong, read_labelled_songs
from musegen.music.harmony import Chords, recognition
from musegen.music.harmony.hearing import INPUTS, KINDS, NEAR, beat_chroma, describe_beats
from musegen.music.harmony.qualities import quality_intervals
from musegen.music.harmony.recognition import QUALITIES
from musegen.music.notes import PARTS

UNITS = 64
EPOCHS = 5
BATCH = 256  # beats
RATE = 1.5e-3  # falls to 0 like a cosine
WEIGHT_DECAY = 0.01
DROPOUT = 0.2
# Shares of the beats that are heard as if nobody knew which part is the melody, and without it: so
# that the recogniser does not need it.
UNKNOWN_PARTS, NO_MELODY = 0.25, 0.15
# How much the sequence of chords counts beside what sounds. The network hears four beats on either
# side, so it knows much of it; with 1, a hundredth of the beats more is wrong.
SEQUENCE = 0.25
ROOTS = 12
OTHER = -1  # a label that is none of the qualities, or none at all


def states_of(chords: Chords) -> np.ndarray:
    """Return the number of each beat's chord, as the recogniser counts them, or `OTHER`."""
    known = {quality_intervals(name): i for i, name in enumerate(QUALITIES)}
    return np.array(
        [
            chord.root * len(QUALITIES) + known[chord.intervals]
            if chord.intervals in known
            else OTHER
            for chord in chords
        ]
    )


def hear(
    songs: Sequence[LabelledSong], parts: Sequence[str] = PARTS
) -> tuple[np.ndarray, np.ndarray]:
    """Return what describes some parts, from the root C, at each beat with a label, and the labels.

    Descriptions are float16.
    """
    described: list[np.ndarray] = []
    states: list[np.ndarray] = []
    for song in tqdm(songs, unit=" songs"):
        own = states_of(song.chords)
        chroma = beat_chroma(song.piece.only(parts).notes, len(own))
        seen = describe_beats(chroma, 0, len(own))[:, 0]
        described.append(seen[own != OTHER].astype(np.float16))
        states.append(own[own != OTHER])
    return np.concatenate(described), np.concatenate(states)


def forget_parts(described: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return descriptions in which some beats have no melody, or one among the other notes."""
    described = described.copy()
    count = len(described)
    near = described[:, : NEAR * KINDS * ROOTS].reshape(count, NEAR, KINDS, ROOTS)
    around = described[:, NEAR * KINDS * ROOTS :][:, : 2 * ROOTS].reshape(count, 2, ROOTS)
    chance = rng.random(count)
    unknown, gone = chance < UNKNOWN_PARTS, chance < UNKNOWN_PARTS + NO_MELODY
    for melody, others in ((1, 0), (4, 3)):
        near[unknown, :, others] = np.maximum(near[unknown, :, others], near[unknown, :, melody])
        near[gone, :, melody] = 0
    around[unknown, 0] = np.minimum(1, around[unknown, 0] + around[unknown, 1])
    around[gone, 1] = 0
    return described


def turn(described: tf.Tensor) -> tf.Tensor:
    """Turn descriptions from the root C to those from each root, ``(beats, 12, INPUTS)``."""
    kinds = INPUTS // ROOTS
    classes = tf.reshape(described[:, : kinds * ROOTS], (-1, kinds, ROOTS))
    order = (np.arange(ROOTS)[:, None] + np.arange(ROOTS)) % ROOTS
    turned = tf.reshape(tf.gather(classes, order.ravel(), axis=2), (-1, kinds, ROOTS, ROOTS))
    turned = tf.reshape(tf.transpose(turned, (0, 2, 1, 3)), (-1, ROOTS, kinds * ROOTS))
    place = tf.repeat(described[:, None, kinds * ROOTS :], ROOTS, axis=1)
    return tf.concat([turned, place], axis=2)


class Network:
    """The recogniser's network as TensorFlow trains it."""

    def __init__(self) -> None:
        self.hidden = tf.keras.layers.Dense(UNITS, "relu")
        self.dropout = tf.keras.layers.Dropout(DROPOUT)
        self.output = tf.keras.layers.Dense(len(QUALITIES))
        self.hidden.build((None, INPUTS))
        self.output.build((None, UNITS))
        self.optimizer: Any = tf.keras.optimizers.AdamW(RATE, weight_decay=WEIGHT_DECAY)

    @property
    def weights(self) -> list[Any]:
        """All that is trained."""
        return [*self.hidden.trainable_weights, *self.output.trainable_weights]

    @tf.function
    def train(self, described: tf.Tensor, states: tf.Tensor) -> tf.Tensor:
        """Train with a batch and return its loss."""
        with tf.GradientTape() as tape:
            hidden = self.dropout(self.hidden(turn(described)), training=True)
            found = self.output(hidden)
            scores = tf.reshape(found, (-1, ROOTS * len(QUALITIES)))
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(states, scores)
            loss = tf.reduce_mean(losses)
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, self.weights), self.weights, strict=True)
        )
        return loss


def fit_network(
    described: np.ndarray,
    states: np.ndarray,
    epochs: int = EPOCHS,
    prepare: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Train the network and return its weights by their names in `ChordNetwork`.

    Parameters
    ----------
    described, states : numpy.ndarray
        As `hear` returns them.
    epochs : int
    prepare : callable, optional
        Called with the descriptions of each batch and a random generator; returns those to train
        with.
    """
    tf.keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    network = Network()
    steps = len(states) // BATCH
    bar = tqdm(total=epochs * steps, unit=" batches")
    for epoch in range(epochs):
        order = rng.permutation(len(states))
        for step in range(steps):
            done = (epoch * steps + step) / (epochs * steps)
            network.optimizer.learning_rate.assign(RATE * (1 + np.cos(np.pi * done)) / 2)
            rows = order[step * BATCH : (step + 1) * BATCH]
            seen = described[rows].astype(np.float32)
            seen = seen if prepare is None else prepare(seen, rng)
            loss = network.train(tf.constant(seen), tf.constant(states[rows]))
            bar.update()
            if step % 50 == 0:
                bar.set_postfix(loss=f"{float(loss):.3f}")
    names = ("hidden", "hidden_bias", "output", "output_bias")
    return {name: weight.numpy() for name, weight in zip(names, network.weights, strict=True)}


def count_changes(songs: Sequence[LabelledSong]) -> dict[str, np.ndarray]:
    """Return how often chords change and follow one another, as in `ChordNetwork`, unweighted."""
    kinds = len(QUALITIES)
    changes = np.ones((4, 2))
    moves = np.full((kinds, ROOTS, kinds), 0.5)
    for song in songs:
        states = states_of(song.chords)
        for beat in np.flatnonzero((states[1:] != OTHER) & (states[:-1] != OTHER)) + 1:
            before, after = int(states[beat - 1]), int(states[beat])
            changes[beat % 4, int(before == after)] += 1
            if before != after:
                semitones = (after // kinds - before // kinds) % ROOTS
                moves[before % kinds, semitones, after % kinds] += 1
    return {
        "changes": np.log(changes / changes.sum(axis=1, keepdims=True)),
        "moves": np.log(moves / moves.sum(axis=(1, 2), keepdims=True)),
    }


def main() -> None:
    """Fit the recogniser and write its file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    songs = read_labelled_songs([parser.parse_args().folder], splits=("train",))
    sequence = {name: SEQUENCE * logs for name, logs in count_changes(songs).items()}
    fitted = fit_network(*hear(songs), prepare=forget_parts) | sequence
    halves: dict[str, Any] = {name: v.astype(np.float16) for name, v in fitted.items()}
    np.savez_compressed(Path(recognition.__file__).with_name("recognizer.npz"), **halves)


if __name__ == "__main__":
    main()
