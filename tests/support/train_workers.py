"""A short training of a small model, by the workers that TF_CONFIG names: for the tests.

python tests/support/train_workers.py FOLDER [--resume] [--lose]     --lose: the chief loses the others
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from musegen.errors import WorkerError
from musegen.model.config import PriorConfig, TrainingConfig, VAEConfig
from musegen.training.distributed import join_workers
from musegen.training.loop import Keeper
from musegen.training.prior import train_prior
from musegen.training.vae import train_vae
from support.examples import phrase_set

# Dropout and noise, a norm that clips, and batches that do not divide by two: all that could tell
# two workers from one.
MODEL = VAEConfig("song", 16, 16, 32, 32, dropout=0.3, beta=1.0, free_nats=0.0)
PRIOR = PriorConfig(16, width=32, blocks=1, heads=2, dropout=0.3)
TRAINING = TrainingConfig(
    epochs=7,
    batch_size=9,
    learning_rate=5e-3,
    warmup_steps=4,
    clip_norm=1.0,
    precision="float32",
    prior_epochs=2,
    prior_steps=10,
    prior_batch_phrases=33,
)


def main(folder: Path, resume: bool) -> None:
    phrases = phrase_set("song", count=31, held=5)  # batches of 9, 9 and 8; of 5 in validation
    with join_workers() as workers:
        vae = train_vae(phrases, folder, MODEL, TRAINING, resume, workers)
        train_prior(vae, phrases, folder, PRIOR, TRAINING, False, workers)


def end_after_three_epochs(keeper: Keeper, epoch: int, logs: dict | None = None) -> None:
    log_epoch(keeper, epoch, logs)
    if epoch == 2 and not keeper.workers.is_chief:
        os.kill(os.getpid(), signal.SIGTERM)  # as schedulers of clusters do, and people


if __name__ == "__main__":
    if "--lose" in sys.argv:
        log_epoch, Keeper.on_epoch_end = Keeper.on_epoch_end, end_after_three_epochs
    try:
        main(Path(sys.argv[1]), "--resume" in sys.argv)
    except WorkerError as error:
        sys.exit(f"musegen: {error}")
