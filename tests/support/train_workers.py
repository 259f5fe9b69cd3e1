"""A short training of a small model by the workers that TF_CONFIG lists, for the tests.

python tests/support/train_workers.py FOLDER [--lose-worker]

With --lose-worker, all workers but the chief end after the first epoch.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from musegen.errors import WorkerError
from musegen.model.config import PriorConfig, TrainingConfig, VAEConfig
from musegen.training.distributed import join_workers
from musegen.training.loop import TrainingMonitor
from musegen.training.prior import train_prior
from musegen.training.vae import train_vae
from support.examples import phrase_set

# Dropout and noise, a norm that is clipped, and batches that cannot be halved: whatever could make
# two workers differ from one.
MODEL = VAEConfig(
    "song",
    latent_dim=16,
    encoder_units=16,
    conductor_units=32,
    beat_units=32,
    dropout=0.3,
    beta=1.0,
    free_nats=0.0,
)
PRIOR = PriorConfig(16, width=32, blocks=1, heads=2, dropout=0.3)
TRAINING = TrainingConfig(
    epochs=4,
    batch_size=9,
    learning_rate=5e-3,
    warmup_steps=4,
    clip_norm=1.0,
    precision="float32",
    prior_epochs=2,
    prior_steps=10,
    prior_batch_phrases=33,
)


def train(folder: Path, resume: bool = False) -> None:
    phrases = phrase_set("song", count=31, held=5)  # batches of 9, 9 and 8; of 5 in validation
    with join_workers() as group:
        vae = train_vae(phrases, folder, MODEL, TRAINING, resume, group)
        train_prior(vae, phrases, folder, PRIOR, TRAINING, False, group)


def end_after_first_epoch(monitor: TrainingMonitor, epoch: int, logs: dict | None = None) -> None:
    on_epoch_end(monitor, epoch, logs)
    if not monitor.group.is_chief:
        os.kill(os.getpid(), signal.SIGTERM)  # as cluster schedulers do


if __name__ == "__main__":
    if "--lose-worker" in sys.argv:
        on_epoch_end = TrainingMonitor.on_epoch_end
        TrainingMonitor.on_epoch_end = end_after_first_epoch
    try:
        train(Path(sys.argv[1]))
    except WorkerError as error:
        sys.exit(f"musegen: {error}")
