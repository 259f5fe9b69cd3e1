"""Training of a prior on the latents of a dataset, in the order of its songs."""

# Keras has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from musegen.model.checkpoint import save_prior
from musegen.model.conditions import Conditions, condition_dim
from musegen.model.config import PriorConfig, TrainingConfig
from musegen.model.prior import Prior
from musegen.model.tensors import Tensor, ops, to_numpy
from musegen.model.vae import VAE
from musegen.music.phrase_set import PhraseSet
from musegen.training.distributed import SINGLE_WORKER, WorkerGroup
from musegen.training.encoded_phrases import EncodedPhrases
from musegen.training.labels import label_phrases
from musegen.training.loop import Batches, Schedule, TrainingMonitor, fit_model, precision

__all__ = ["PathBatches", "train_prior"]

# Phrases in a path: equal shares of each, so that the prior learns both how music goes on and how a
# phrase is by itself.
_LENGTHS = (32, 16, 8, 4, 2, 1)


class PathBatches(Batches):
    """Batches for flow matching: points between noise and paths, times, velocities and weights.

    Some cells are kept: they stand at t = 1; of some, nothing is known: they stand at t = 0. Both
    have no weight in the loss. Conditions are left out at random, so that draws without them stay
    as good.

    Parameters
    ----------
    encoded : EncodedPhrases
    labels : Conditions
        Of each phrase of `encoded`.
    prior : Prior
        With its whitening set.
    config : TrainingConfig
    epoch : int, optional
    steps : int
        Batches of an epoch.
    group : WorkerGroup
    """

    def __init__(
        self,
        encoded: EncodedPhrases,
        labels: Conditions,
        prior: Prior,
        config: TrainingConfig,
        epoch: int | None,
        steps: int,
        group: WorkerGroup = SINGLE_WORKER,
    ) -> None:
        super().__init__(epoch, group)
        self.encoded = encoded
        self.labels = labels
        self.prior_config = prior.config
        self.center = to_numpy(prior.center)
        self.whitening = np.linalg.inv(to_numpy(prior.coloring))
        self.config = config
        self.steps = steps
        longest = max(1, min(encoded.run_length.max(), prior.config.max_phrases))
        self.lengths = [length for length in _LENGTHS if length <= longest]

    def __len__(self) -> int:
        return self.steps

    def size(self, index: int) -> int:
        return max(1, self.config.prior_batch_phrases // self._length(index))

    def _length(self, index: int) -> int:
        return self.lengths[index % len(self.lengths)]

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
        rng = np.random.default_rng((self.config.seed, self.epoch, index))
        length, count = self._length(index), self.size(index)
        rows = [rng.choice(np.flatnonzero(self.encoded.run_length >= length), count)]
        while len(rows) < length:
            rows.append(self.encoded.next_row[rows[-1]])
        row = np.stack(rows, axis=1)
        cells = self.prior_config.cells
        noise = rng.standard_normal((2, count, length, self.center.size), np.float32)
        deviation = self.config.prior_noise * np.exp(self.encoded.z_log_var[row] / 2)
        z = self.encoded.z_mean[row] + deviation * noise[0]
        z, u = (
            x.reshape(count, length, cells, -1)
            for x in ((z - self.center) @ self.whitening, noise[1])
        )
        # More times near the middle, where most is to be learnt (Esser et al. 2024, section 3.1).
        t = 1 / (1 + np.exp(-rng.standard_normal((count, 1, 1), np.float32)))
        kept, unknown = _draw_kept(rng, count, length, cells)
        t = np.where(kept, np.float32(1), np.where(unknown, np.float32(0), t))
        share = t[..., None]
        point = (1 - share) * u + share * z
        own = self.share(count)
        inputs = {"z": point[own], "t": t[own]}
        if condition_dim(self.prior_config):
            given = _leave_out(self.labels, row, rng)
            inputs["conditions"] = given.vectors(self.prior_config, row.shape)[own]
        return inputs, (z - u)[own], (~kept & ~unknown)[own].astype(np.float32)


def _draw_kept(
    rng: np.random.Generator, count: int, length: int, cells: int
) -> tuple[np.ndarray, np.ndarray]:
    """Choose cells that are kept and cells of which nothing is known.

    Whole phrases are kept in half of the paths: a beginning, an end, both, or a random subset.
    Where a phrase has more than one cell, some parts are kept in half of the paths, in all phrases
    or in a random subset of them, and in a sixth nothing is known of some parts.

    Returns
    -------
    kept, unknown : numpy.ndarray
        Bool ``(count, length, cells)``. Some cell of each path is neither.
    """
    place = np.arange(length)
    first, last = np.sort(rng.integers(0, length, (2, count, 1)), axis=0)
    subset = rng.random((count, length)) < rng.random((count, 1))
    subset &= place != first
    ways = np.stack([place < first, place > last, (place < first) | (place > last), subset])
    chosen = ways[rng.integers(0, len(ways), count), np.arange(count)]
    phrases = chosen & (rng.random((count, 1)) < 0.5)
    kept = np.repeat(phrases[..., None], cells, axis=2)
    unknown = np.zeros_like(kept)
    if cells > 1:
        # One part is always drawn, in the phrases that are not kept.
        drawn = np.eye(cells, dtype=bool)[rng.integers(0, cells, count)]
        parts = ~drawn & (rng.random((count, cells)) < 0.5) & (rng.random((count, 1)) < 0.5)
        where = rng.random((count, length)) < np.where(
            rng.random((count, 1)) < 0.3, rng.random((count, 1)), 1
        )
        kept |= parts[:, None] & where[..., None]
        missing = ~drawn & ~parts & (rng.random((count, cells)) < 0.5)
        missing &= rng.random((count, 1)) < 1 / 6
        unknown = missing[:, None] & ~kept
    return kept, unknown


# Of each kind of condition: the share of paths that lack it, and, of the others, the share of
# phrases that do.
_LEFT_OUT = {
    "chords": (0.5, 0.1),
    "places": (0.2, 0.0),
    "sections": (0.4, 0.0),
    "styles": (0.4, 0.0),
    "partner": (0.5, 0.1),
}
_NOTHING = 0.1  # share of paths without any condition


def _leave_out(labels: Conditions, row: np.ndarray, rng: np.random.Generator) -> Conditions:
    """Give the labels of paths, ``row`` of shape ``(count, length)``, without some of them."""
    nothing = rng.random((len(row), 1)) < _NOTHING
    given: dict[str, np.ndarray] = {}
    for name, (paths, phrases) in _LEFT_OUT.items():
        out = nothing | (rng.random((len(row), 1)) < paths) | (rng.random(row.shape) < phrases)
        values = getattr(labels, name)
        if values is not None:
            mask = out.reshape(*row.shape, *[1] * (values.ndim - 1))
            given[name] = np.where(mask, np.nan, values[row])
    return Conditions(**given)


def train_prior(
    vae: VAE,
    phrases: PhraseSet,
    folder: str | Path,
    model: PriorConfig,
    training: TrainingConfig,
    resume: bool = False,
    group: WorkerGroup = SINGLE_WORKER,
    partner: VAE | None = None,
) -> Prior:
    """Train a prior for the latents of a VAE, by flow matching.

    Other parameters and errors are as in `musegen.training.train.train_checkpoint`. The prior knows
    the styles of the training phrases.

    Returns
    -------
    Prior
        As it is after the last epoch; the checkpoint has the best one.
    """
    folder = Path(folder)
    phrases = phrases.take(phrases.has_any(vae.codec.parts))
    train_phrases = phrases.where("train")
    model = replace(
        model,
        cells=vae.codec.cells,
        styles=tuple(sorted(set(train_phrases.style.tolist()) - {""})),
        partner_dim=partner.config.latent_dim if partner else 0,
    )
    train = EncodedPhrases(vae, train_phrases)
    validation_phrases = phrases.where("validation")
    validation = EncodedPhrases(vae, validation_phrases)
    keras.utils.set_random_seed(training.seed)
    with precision(training.precision):
        prior = Prior(model)
    prior.build_from()
    prior.center.assign(train.z_mean.mean(0))
    coloring = train.coloring(model.cells, training.prior_noise)
    prior.coloring.assign(coloring)
    labels, validation_labels = (
        replace(label_phrases(own, model), partner=_encode_partner(partner, own))
        for own in (train_phrases, validation_phrases)
    )
    steps = training.prior_steps
    fit_model(
        prior,
        Schedule(
            epochs=training.prior_epochs,
            steps=steps,
            learning_rate=training.prior_learning_rate,
            warmup_steps=training.warmup_steps,
            clip_norm=training.clip_norm,
        ),
        TrainingMonitor(
            folder, "prior", lambda: save_prior(prior, folder), training.patience, group=group
        ),
        lambda epoch: PathBatches(train, labels, prior, training, epoch, steps, group),
        PathBatches(validation, validation_labels, prior, training, None, steps // 10 + 1, group),
        loss=_weighted_square_error(
            train.signal_shares(coloring, training.prior_noise).reshape(model.cells, -1)
        ),
        resume=resume,
    )
    return prior


def _weighted_square_error(weights: np.ndarray) -> Callable[[Tensor, Tensor], Tensor]:
    """Make a loss of velocities, in which each dimension counts as much as it tells phrases apart.

    Without weights most of the loss, and of the noise in its gradient, is of dimensions in which
    there is hardly anything to be learnt.
    """
    weights = weights / weights.mean()

    def loss(velocity: Tensor, predicted: Tensor) -> Tensor:
        return ops.mean(ops.square(predicted - velocity) * weights, axis=-1)

    return loss


def _encode_partner(partner: VAE | None, phrases: PhraseSet) -> np.ndarray | None:
    """Encode the parts of the model that plays along; NaN where they are silent."""
    if partner is None:
        return None
    found = np.full((len(phrases), partner.config.latent_dim), np.nan, np.float32)
    plays = phrases.has_any(partner.codec.parts)
    if plays.any():
        found[plays] = EncodedPhrases(partner, phrases.take(plays)).z_mean
    return found
