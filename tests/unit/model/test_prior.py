"""The flow between noise and latents."""

import numpy as np
import pytest

from musegen.model.prior import draw_by_flow, follow_flow, gaussian_velocity


def test_the_flow_follows_the_velocity():
    # dx/dt = x: grows by e from 0 to 1, whatever the start.
    start = np.ones((2, 3, 1, 4), np.float32)
    assert np.allclose(follow_flow(lambda x, t: x, start, 50), np.e, atol=1e-3)


def test_the_velocity_depends_on_time():
    start = np.zeros((1, 1, 1, 1), np.float32)
    end = follow_flow(lambda x, t: 2 * t[..., None] * np.ones_like(x), start, 10)
    assert end.item() == pytest.approx(1)


def test_the_flow_backwards_is_the_inverse():
    def swirl(x, t):
        return np.stack([-x[..., 1], x[..., 0] * (1 + t)], axis=-1)

    start = np.random.default_rng(0).standard_normal((5, 2, 1, 2)).astype(np.float32)
    there = follow_flow(swirl, start, 40)
    assert not np.allclose(there, start, atol=0.1)
    assert np.allclose(follow_flow(swirl, there, 40, backwards=True), start, atol=1e-3)


def test_kept_cells_do_not_move_and_have_the_time_one():
    seen = []

    def pull(x, t):
        seen.append(t)
        return x.mean(2, keepdims=True) - x  # towards each other

    start = np.array([[[[0.0], [4.0]]]], np.float32)
    kept = np.array([[False, True]])
    end = follow_flow(pull, start, 20, kept=kept)
    assert end[0, 0, 1] == 4
    assert 0 < end[0, 0, 0] < 4
    assert all(t[0, 0, 1] == 1 for t in seen)
    assert [float(t[0, 0, 0]) for t in seen[:2]] == pytest.approx([0, 0.05])
    assert np.allclose(follow_flow(pull, end, 20, backwards=True, kept=kept), start, atol=1e-2)


def test_between_equal_gaussians_nothing_moves():
    # Between N(0, I) and N(0, I) nothing has to move: the flow ends where it began.
    start = np.random.default_rng(0).standard_normal((3, 2, 2, 4)).astype(np.float32)
    end = follow_flow(lambda x, t: gaussian_velocity(t[..., None])[0] * x, start, 40)
    assert np.allclose(end, start, atol=1e-2)


def test_drawing_leads_where_the_flow_leads_at_half_the_calls():
    calls = []

    def towards_a_mixture(x, t):
        """The velocity for data that are 2 or -2, each with a deviation of .3."""
        calls.append(t)
        t = t[..., None]
        power = (1 - t) ** 2 + 0.09 * t**2
        share = np.tanh(2 * t * x / power)  # of one mean against the other
        mean = 2 * share
        return mean + (0.09 * t - (1 - t)) / power * (x - t * mean)

    noise = np.random.default_rng(0).standard_normal((1, 1, 2, 50)).astype(np.float32)
    kept = np.array([[False, True]])
    reference = follow_flow(towards_a_mixture, noise, 200, kept=kept)
    errors = {}
    for method in (draw_by_flow, follow_flow):
        calls.clear()
        end = method(towards_a_mixture, noise, 16, kept=kept)
        errors[method] = np.abs(end - reference)[:, :, 0].mean(), len(calls)
        assert np.array_equal(end[:, :, 1], noise[:, :, 1])
        assert all(t[0, 0, 1] == 1 for t in calls)
    assert errors[draw_by_flow][1] == errors[follow_flow][1] / 2 == 16
    assert errors[draw_by_flow][0] < max(0.05, 2 * errors[follow_flow][0])
