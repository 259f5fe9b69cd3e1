"""The flow between noise and latents."""

import numpy as np
import pytest

from musegen.model.prior import flow


def test_flow_follows_the_velocity():
    # dx/dt = x: grows by e from 0 to 1, whatever the start.
    start = np.ones((2, 3, 4), np.float32)
    assert np.allclose(flow(lambda x, t: x, start, 50), np.e, atol=1e-3)


def test_flow_knows_the_time():
    start = np.zeros((1, 1, 1), np.float32)
    end = flow(lambda x, t: 2 * t[:, None, None] * np.ones_like(x), start, 10)
    assert end.item() == pytest.approx(1)


def test_backwards_undoes_forwards():
    def swirl(x, t):
        return np.stack([-x[..., 1], x[..., 0] * (1 + t[:, None])], axis=-1)

    start = np.random.default_rng(0).standard_normal((5, 2, 2)).astype(np.float32)
    there = flow(swirl, start, 40)
    assert not np.allclose(there, start, atol=0.1)
    assert np.allclose(flow(swirl, there, 40, backwards=True), start, atol=1e-3)
