"""Training a VAE on phrases that are varied anew in each epoch."""

from __future__ import annotations

import math
from pathlib import Path

import keras
import numpy as np

from musegen.model.checkpoint import save_vae
from musegen.model.config import TrainingConfig, VAEConfig
from musegen.model.vae import CODECS, VAE
from musegen.music.phrase_set import PhraseSet
from musegen.music.similarity import note_f1
from musegen.training.distributed import ALONE, Workers, take_part
from musegen.training.loop import Keeper, adam, precision

__all__ = ["PhraseBatches", "train_vae"]

_SCORED = 512  # validation phrases that are decoded after each epoch: a second's work


class PhraseBatches(keras.utils.PyDataset):
    """Batches of a phrase set as arrays, shuffled and varied anew in each epoch.

    What is drawn depends on the seed, the epoch and the batch alone, so that a run that was
    stopped goes on as if it had not been.

    Parameters
    ----------
    phrases : PhraseSet
    codec : SongCodec or DrumsCodec
    config : TrainingConfig
    epoch : int
        The first one to give.
    vary : bool
        Whether phrases are transposed and voices dropped.
    workers : Workers
        Who train together: this one's share of each batch is given.
    """

    def __init__(
        self,
        phrases: PhraseSet,
        codec: object,
        config: TrainingConfig,
        epoch: int,
        vary: bool,
        workers: Workers = ALONE,
    ) -> None:
        super().__init__()
        self.phrases = phrases
        self.codec = codec
        self.config = config
        self.epoch = epoch
        self.vary = vary
        self.share = workers.share

    def __len__(self) -> int:
        return math.ceil(len(self.phrases) / self.config.batch_size)

    def size(self, index: int) -> int:
        """Phrases of a batch, all workers' together."""
        return min(self.config.batch_size, len(self.phrases) - index * self.config.batch_size)

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray]]:
        size, seed = self.config.batch_size, self.config.seed
        order = np.random.default_rng((seed, self.epoch)).permutation(len(self.phrases))
        chosen = self.phrases.take(order[index * size : (index + 1) * size])
        own = self.share(self.size(index))
        if not self.vary:
            return (self.codec.arrays(chosen.take(own)),)
        rng = np.random.default_rng((seed, self.epoch, index))
        moved = rng.random(len(chosen)) < self.config.transpose_share
        shift = np.where(moved, rng.integers(-5, 7, len(chosen)), 0)
        return (self.codec.arrays(self._drop_voices(chosen, rng).take(own), shift[own]),)

    def _drop_voices(self, phrases: PhraseSet, rng: np.random.Generator) -> PhraseSet:
        """Take some voices from some phrases: each with even chance, but never all."""
        n, voices = len(phrases), self.codec.voices
        keep = rng.random((n, voices)) < 0.5
        keep[np.arange(n), rng.integers(0, voices, n)] = True
        keep |= rng.random((n, 1)) >= self.config.drop_voices_share
        return phrases.keep_notes(keep[phrases.rows, self.codec.voice(phrases.notes)])

    def on_epoch_end(self) -> None:
        self.epoch += 1


def train_vae(
    phrases: PhraseSet,
    folder: str | Path,
    model: VAEConfig,
    training: TrainingConfig,
    resume: bool = False,
    workers: Workers = ALONE,
) -> VAE:
    """Train a VAE with Adam.

    Writes into `folder`, after each epoch: ``train.csv`` with every loss; the weights, where the
    validation loss is the best so far; and ``training/``, the state that `resume` goes on from.

    Parameters
    ----------
    phrases : PhraseSet
        With the splits ``train`` and ``validation``.
    folder : path
        The checkpoint.
    model, training : VAEConfig, TrainingConfig
    resume : bool
        Go on from the state in `folder`; it then ends as if it had never been stopped.
    workers : Workers
        Who train together. All must see the same `folder`.

    Returns
    -------
    VAE
        As it was after the last epoch, which need not be the best.

    Raises
    ------
    MusicError
        If the phrases have no such splits.
    CheckpointError
        If there is nothing to go on from.
    """
    folder = Path(folder)
    phrases = phrases.only(CODECS[model.kind].parts)
    train, validation = phrases.where("train"), phrases.where("validation")
    keras.utils.set_random_seed(training.seed)
    with precision(training.precision):
        vae = VAE(model, training.warmup_steps, training.seed)
    vae.build_from(vae.codec.arrays(train.take(np.arange(1))))

    steps = math.ceil(len(train) / training.batch_size) * training.epochs
    optimizer = adam(training.learning_rate, steps, training.warmup_steps, training.clip_norm)
    optimizer.build(vae.trainable_variables)
    # XLA takes longer than plain TensorFlow on a CPU here (.53 s a step, not .29).
    vae.compile(optimizer, jit_compile=keras.backend.backend() == "jax")

    scored = validation.take(slice(0, _SCORED))
    arrays, truth = vae.codec.arrays(scored), [phrase.to_key(0) for phrase in scored]

    def score() -> dict[str, float]:
        outputs = vae.predict_on_batch(arrays)["outputs"]
        return {"val_note_f1": note_f1(vae.codec.phrases(outputs), truth)}

    take_part(vae, workers)
    save, patience = lambda: save_vae(vae, folder), training.patience
    keeper = Keeper(folder, "train", save, patience, score, workers)
    keeper.start(vae, resume)
    if not keeper.waited_enough:
        batches = PhraseBatches(train, vae.codec, training, keeper.epoch, True, workers)
        held = PhraseBatches(validation, vae.codec, training, 0, False, workers)
        keeper.rows = workers.rows(batches), workers.rows(held)
        vae.fit(
            batches,
            validation_data=held,
            initial_epoch=keeper.epoch,
            epochs=training.epochs,
            callbacks=[keeper],
            shuffle=False,  # the batches shuffle themselves
            verbose=2 if workers.is_chief else 0,
        )
    workers.wait()  # until the chief has written
    return vae
