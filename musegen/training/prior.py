"""Training a prior on the latents of a corpus, in the order of its songs."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from musegen.model.checkpoint import save_prior
from musegen.model.config import PriorConfig, TrainingConfig
from musegen.model.prior import Prior
from musegen.model.vae import VAE
from musegen.music.notes import BARS_PER_PHRASE
from musegen.music.phrase_set import PhraseSet
from musegen.training.distributed import ALONE, Workers, take_part
from musegen.training.loop import Keeper, adam, precision

__all__ = ["Latents", "PathBatches", "train_prior"]

# The prior sees that a music is continued and that a phrase stands alone: equal shares of each.
_LENGTHS = (32, 16, 8, 4, 2, 1)
_ENCODED_AT_ONCE = 512


class Latents:
    """What an encoder says of a corpus, and which phrase follows which.

    Parameters
    ----------
    vae : VAE
    phrases : PhraseSet

    Attributes
    ----------
    z_mean, z_log_var : numpy.ndarray
        Float32 ``(n, latent_dim)``.
    after : numpy.ndarray
        Shape ``(n,)``: row of the phrase two bars on in the same song; -1 where there is none.
    run : numpy.ndarray
        Shape ``(n,)``: how many phrases can be followed from here, this one counted.
    """

    def __init__(self, vae: VAE, phrases: PhraseSet) -> None:
        means, log_vars = [], []
        for start in range(0, len(phrases), _ENCODED_AT_ONCE):
            some = phrases.take(slice(start, start + _ENCODED_AT_ONCE))
            z_mean, z_log_var = vae.encoder(vae.codec.arrays(some))
            means.append(keras.ops.convert_to_numpy(z_mean))
            log_vars.append(keras.ops.convert_to_numpy(z_log_var))
        self.z_mean, self.z_log_var = np.concatenate(means), np.concatenate(log_vars)

        row_of = {place: i for i, place in enumerate(zip(phrases.source, phrases.bar, strict=True))}
        self.after = np.array(
            [
                row_of.get((source, bar + BARS_PER_PHRASE), -1)
                for source, bar in zip(phrases.source, phrases.bar, strict=True)
            ]
        )
        self.run = np.ones(len(phrases), np.int64)
        for i in np.argsort(-phrases.bar, kind="stable"):
            if self.after[i] >= 0:
                self.run[i] += self.run[self.after[i]]

    def color(self) -> np.ndarray:
        """A matrix that gives white noise the covariance of sampled latents.

        Float32 ``(latent_dim, latent_dim)``: noise from the right, ``noise @ color``. Its rows lie
        along the principal directions, the widest first.
        """
        covariance = np.cov(self.z_mean.T.astype(float)) + np.diag(np.exp(self.z_log_var).mean(0))
        variance, directions = np.linalg.eigh(covariance)
        return np.float32(np.sqrt(variance)[:, None] * directions.T)[::-1]


class PathBatches(keras.utils.PyDataset):
    """Batches of flow matching: places between noise and real paths, times, and velocities.

    In half of the paths some phrases are kept: they stand at t = 1 and do not count in the loss.
    """

    def __init__(
        self,
        latents: Latents,
        prior: Prior,
        config: TrainingConfig,
        epoch: int,
        steps: int,
        workers: Workers = ALONE,
    ) -> None:
        super().__init__()
        self.latents = latents
        self.center = np.asarray(prior.center.numpy())
        self.white = np.linalg.inv(np.asarray(prior.color.numpy()))
        self.config = config
        self.epoch = epoch
        self.steps = steps
        self.share = workers.share
        longest = max(1, min(latents.run.max(), prior.config.max_phrases))
        self.lengths = [length for length in _LENGTHS if length <= longest]

    def __len__(self) -> int:
        return self.steps

    def size(self, index: int) -> int:
        """Paths of a batch, all workers' together."""
        return max(1, self.config.prior_batch_phrases // self._length(index))

    def _length(self, index: int) -> int:
        return self.lengths[index % len(self.lengths)]

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
        rng = np.random.default_rng((self.config.seed, self.epoch, index))
        length, count = self._length(index), self.size(index)
        rows = [rng.choice(np.flatnonzero(self.latents.run >= length), count)]
        while len(rows) < length:
            rows.append(self.latents.after[rows[-1]])
        row = np.stack(rows, axis=1)
        noise = rng.standard_normal((2, count, length, self.center.size), np.float32)
        z = self.latents.z_mean[row] + np.exp(self.latents.z_log_var[row] / 2) * noise[0]
        z, u = (z - self.center) @ self.white, noise[1]
        # Times near the middle, where there is most to be learnt (Esser et al. 2024, section 3.1).
        t = 1 / (1 + np.exp(-rng.standard_normal((count, 1), np.float32)))
        kept = _kept(rng, count, length)
        t = np.where(kept, np.float32(1), t)
        at = t[..., None]
        own = self.share(count)
        place = (1 - at) * u + at * z
        return {"z": place[own], "t": t[own]}, (z - u)[own], np.float32(~kept)[own]

    def on_epoch_end(self) -> None:
        self.epoch += 1


def _kept(rng: np.random.Generator, count: int, length: int) -> np.ndarray:
    """Which phrases of some paths are kept, bool ``(count, length)``: never all.

    None in half of the paths; in the others a beginning, an end, both, or any.
    """
    place = np.arange(length)
    first, last = np.sort(rng.integers(0, length, (2, count, 1)), axis=0)
    any_of = rng.random((count, length)) < rng.random((count, 1))
    any_of &= place != first
    ways = np.stack([place < first, place > last, (place < first) | (place > last), any_of])
    chosen = ways[rng.integers(0, len(ways), count), np.arange(count)]
    return chosen & (rng.random((count, 1)) < 0.5)


def train_prior(
    vae: VAE,
    phrases: PhraseSet,
    folder: str | Path,
    model: PriorConfig,
    training: TrainingConfig,
    resume: bool = False,
    workers: Workers = ALONE,
) -> Prior:
    """Train a prior with Adam by flow matching.

    Writes ``prior.csv``, the best weights and the state to go on from, as `train_vae` does.

    Parameters
    ----------
    vae : VAE
        Whose latents they are.
    phrases : PhraseSet
        With the splits ``train`` and ``validation``.
    folder : path
        The checkpoint.
    model, training : PriorConfig, TrainingConfig
    resume : bool
        Go on from the state in `folder`.
    workers : Workers
        Who train together. All must see the same `folder`.

    Raises
    ------
    MusicError
        If the phrases have no such splits.
    CheckpointError
        If there is nothing to go on from.
    """
    folder = Path(folder)
    phrases = phrases.only(vae.codec.parts)
    train = Latents(vae, phrases.where("train"))
    validation = Latents(vae, phrases.where("validation"))
    keras.utils.set_random_seed(training.seed)
    with precision(training.precision):
        prior = Prior(model)
    prior.build_from()
    prior.center.assign(train.z_mean.mean(0))
    prior.color.assign(train.color())
    optimizer = adam(
        training.prior_learning_rate,
        training.prior_epochs * training.prior_steps,
        training.warmup_steps,
        training.clip_norm,
    )
    optimizer.build(prior.trainable_variables)
    prior.compile(optimizer, loss="mse", jit_compile=keras.backend.backend() == "jax")
    take_part(prior, workers)
    save, patience = lambda: save_prior(prior, folder), training.patience
    keeper = Keeper(folder, "prior", save, patience, workers=workers)
    keeper.start(prior, resume)
    if not keeper.waited_enough:
        steps = training.prior_steps
        batches = PathBatches(train, prior, training, keeper.epoch, steps, workers)
        # Validation draws the same places and times in each epoch.
        held = PathBatches(validation, prior, training, 0, steps // 10 + 1, workers)
        held.on_epoch_end = lambda: None
        keeper.rows = workers.rows(batches), workers.rows(held)
        prior.fit(
            batches,
            validation_data=held,
            initial_epoch=keeper.epoch,
            epochs=training.prior_epochs,
            callbacks=[keeper],
            shuffle=False,
            verbose=2 if workers.is_chief else 0,
        )
    workers.wait()  # until the chief has written
    return prior
