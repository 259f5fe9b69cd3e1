"""Models and trainings small enough for tests."""

from __future__ import annotations

import csv
from pathlib import Path

from musegen.model.config import PriorConfig, TrainingConfig, VAEConfig

PRIOR = PriorConfig(16, width=32, blocks=2, heads=2, dropout=0.0)
TRAINING = TrainingConfig(
    epochs=12,
    batch_size=8,
    warmup_steps=4,
    precision="float32",
    learning_rate=5e-3,
    prior_epochs=6,
    prior_steps=12,
    prior_batch_phrases=64,
    prior_learning_rate=5e-3,
)


def vae_config(kind: str) -> VAEConfig:
    """A VAE with a few thousand parameters around its codec."""
    return VAEConfig(kind, 16, encoder_units=16, conductor_units=32, beat_units=32, free_nats=0.0)


def read_log(path: Path) -> dict[str, list[float]]:
    """Columns of a training's log."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}
