"""The unit that all times are compared with."""

from __future__ import annotations

import time

import numpy as np

__all__ = ["unit"]


def unit() -> float:
    """Seconds for 20 products of matrices of 1000 × 1000 floats."""
    a = np.random.default_rng(0).standard_normal((1000, 1000), np.float32)
    start = time.perf_counter()
    for _ in range(20):
        a = a @ a / 1000
    return time.perf_counter() - start
