"""Interpolating between points of noise."""

import numpy as np
import pytest

from musegen.latent.interpolation import CURVES, interpolate_noise, slerp
from musegen.latent.noise import draw_noise


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_rises_from_0_to_1(name):
    at = CURVES[name](np.linspace(0, 1, 11))
    assert at[[0, -1]].tolist() == [0, 1]
    assert (np.diff(at) > 0).all()


def test_the_middle_of_slerp_is_as_long_as_its_ends():
    a, b = draw_noise(0, 2, 256)
    middle = slerp(a, b, 0.5)
    assert np.linalg.norm(middle) == pytest.approx(
        (np.linalg.norm(a) + np.linalg.norm(b)) / 2, rel=1e-5
    )
    assert np.linalg.norm((a + b) / 2) < 0.8 * np.linalg.norm(middle)


def test_slerp_begins_and_ends_at_its_ends():
    a, b = draw_noise(0, 2, 8)
    assert np.allclose(slerp(a, b, 0), a, atol=1e-6)
    assert np.allclose(slerp(a, b, 1), b, atol=1e-6)


def test_slerp_turns_evenly():
    a, b = np.array([1.0, 0]), np.array([0, 1.0])
    assert np.allclose(slerp(a, b, 1 / 3), [np.sqrt(3) / 2, 0.5], atol=1e-6)


@pytest.mark.parametrize("factor", [1.0, -1.0, 0.0])
def test_slerp_of_equal_opposite_and_zero_ends_is_linear(factor):
    a = draw_noise(0, 1, 8)[0]
    assert np.allclose(slerp(a, factor * a, 0.3), (0.7 + 0.3 * factor) * a, atol=1e-6)


def test_interpolated_noise_has_its_ends_and_is_shorter_between_them():
    a, b = draw_noise(1, 3, 400), draw_noise(2, 3, 400)
    points = interpolate_noise(a, b, np.linspace(0, 1, 5), 0.3)
    assert np.allclose(points[0], a, atol=1e-6)
    assert np.allclose(points[-1], b, atol=1e-6)
    lengths = np.linalg.norm(points, axis=-1).mean(1)
    assert lengths[2] < 0.8 * lengths[0]


def test_noise_between_equal_ends_is_not_shortened():
    a = draw_noise(1, 3, 400)
    assert np.allclose(interpolate_noise(a, a, np.array([0.5]), 0.3)[0], a, atol=1e-5)
