"""Tables of log odds or counts by which the notes of draws agree with each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from musegen.music.notes import FloatArray

__all__ = ["Shapes", "Tables", "no_tables", "uncertainty"]

Tables: TypeAlias = dict[str, np.ndarray]
Shapes: TypeAlias = Mapping[str, tuple[int, ...]]


def no_tables(shapes: Shapes) -> Tables:
    """Float32 zeros, which change nothing."""
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}


def uncertainty(logits: np.ndarray, axes: tuple[int, ...]) -> FloatArray:
    """Entropy of independent bits, summed over some axes: nats for each expected note."""
    probability = 1 / (1 + np.exp(-logits.clip(-30, 30)))
    entropy = np.logaddexp(0, logits) - probability * logits
    return entropy.sum(axes) / np.maximum(probability.sum(axes), 1)
