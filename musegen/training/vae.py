"""Training of a VAE on phrases that are varied at random in each epoch."""

from __future__ import annotations

import math
from pathlib import Path

import keras
import numpy as np

from musegen.model.checkpoint import save_vae
from musegen.model.codecs import CODECS, Codec
from musegen.model.config import InferenceConfig, TrainingConfig, VAEConfig
from musegen.model.vae import VAE
from musegen.music.phrase_set import PhraseSet
from musegen.music.similarity import note_f1
from musegen.training.cells import CellPool
from musegen.training.distributed import SINGLE_WORKER, WorkerGroup
from musegen.training.loop import Batches, Schedule, TrainingMonitor, fit_model, precision

__all__ = ["PhraseBatches", "train_vae"]

_SCORED_PHRASES = 512  # of validation, decoded after each epoch: takes a second


class CellBatches(Batches):
    """Batches for training in which each phrase is put together from cells of different music."""

    def __init__(
        self,
        phrases: PhraseSet,
        codec: Codec,
        config: TrainingConfig,
        epoch: int | None,
        group: WorkerGroup = SINGLE_WORKER,
    ) -> None:
        super().__init__(epoch, group)
        self.pool = CellPool(phrases, codec.parts, config.bending)
        self.phrase_count = len(phrases)
        self.codec = codec
        self.config = config

    def __len__(self) -> int:
        return math.ceil(self.phrase_count / self.config.batch_size)

    def size(self, index: int) -> int:
        return self.config.batch_size

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray]]:
        rng = np.random.default_rng((self.config.seed, self.epoch, index))
        drawn = self.pool.draw(self.config.batch_size, rng)
        return (self.codec.to_arrays(drawn.take(self.share(self.config.batch_size))),)


class PhraseBatches(Batches):
    """Batches of phrases as arrays: shuffled and with voices dropped for training.

    With `epoch` None, for validation, phrases are as they are and in the same order each time.
    """

    def __init__(
        self,
        phrases: PhraseSet,
        codec: Codec,
        config: TrainingConfig,
        epoch: int | None,
        group: WorkerGroup = SINGLE_WORKER,
    ) -> None:
        super().__init__(epoch, group)
        self.phrases = phrases
        self.codec = codec
        self.config = config

    def __len__(self) -> int:
        return math.ceil(len(self.phrases) / self.config.batch_size)

    def size(self, index: int) -> int:
        return min(self.config.batch_size, len(self.phrases) - index * self.config.batch_size)

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray]]:
        size, seed = self.config.batch_size, self.config.seed
        order = np.random.default_rng((seed, self.epoch)).permutation(len(self.phrases))
        chosen = self.phrases.take(order[index * size : (index + 1) * size])
        own = self.share(self.size(index))
        if self.is_fixed:
            return (self.codec.to_arrays(chosen.take(own)),)
        rng = np.random.default_rng((seed, self.epoch, index))
        return (self.codec.to_arrays(self._drop_voices(chosen, rng).take(own)),)

    def _drop_voices(self, phrases: PhraseSet, rng: np.random.Generator) -> PhraseSet:
        """Remove each voice from some phrases with a probability of one half, but never all."""
        n, voices = len(phrases), self.codec.voice_count
        keep = rng.random((n, voices)) < 0.5
        keep[np.arange(n), rng.integers(0, voices, n)] = True
        keep |= rng.random((n, 1)) >= self.config.drop_voices_share
        return phrases.keep_notes(keep[phrases.rows, self.codec.voice_of(phrases.notes)])


def train_vae(
    phrases: PhraseSet,
    folder: str | Path,
    model: VAEConfig,
    training: TrainingConfig,
    resume: bool = False,
    group: WorkerGroup = SINGLE_WORKER,
) -> VAE:
    """Train a VAE. Parameters and errors are as in `musegen.training.train.train_checkpoint`.

    Returns
    -------
    VAE
        As it is after the last epoch; the checkpoint has the best one.
    """
    folder = Path(folder)
    phrases = phrases.only(CODECS[model.kind].parts)
    train, validation = phrases.where("train"), phrases.where("validation")
    keras.utils.set_random_seed(training.seed)
    with precision(training.precision):
        vae = VAE(model, training.warmup_steps, training.seed)
    codec = vae.codec
    batches = CellBatches if codec.cells > 1 else PhraseBatches
    vae.build_from(codec.to_arrays(train.take(np.arange(1))))

    scored = validation.take(slice(0, _SCORED_PHRASES))
    arrays, truth = codec.to_arrays(scored), [phrase.to_key(0) for phrase in scored]

    def score() -> dict[str, float]:
        outputs = vae.predict_on_batch(arrays)["outputs"]
        return {"val_note_f1": note_f1(codec.to_phrases(outputs, InferenceConfig()), truth)}

    fit_model(
        vae,
        Schedule(
            epochs=training.epochs,
            steps=math.ceil(len(train) / training.batch_size),
            learning_rate=training.learning_rate,
            warmup_steps=training.warmup_steps,
            clip_norm=training.clip_norm,
        ),
        TrainingMonitor(
            folder, "train", lambda: save_vae(vae, folder), training.patience, score, group
        ),
        lambda epoch: batches(train, codec, training, epoch, group),
        PhraseBatches(validation, codec, training, None, group),
        resume=resume,
    )
    return vae
