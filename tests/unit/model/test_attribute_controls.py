"""Latents are steered to requested attributes, with decoders simple enough to check by hand."""

import numpy as np
import pytest

from musegen.model.attribute_controls import AttributeControls, steer_latents
from musegen.training.attribute_controls import fit_attribute_controls

DIM = 12
NAMES = ("a", "b", "c")
MIX = np.random.default_rng(0).standard_normal((DIM, 3))
COLORING = np.diag(np.linspace(2, 0.5, DIM))


def linear(z):
    return z @ MIX + 5


def stepped(z):
    """Saturates and comes in steps, as attributes of notes do."""
    return np.round(4 * np.tanh(z @ MIX / 8), 1)


def draw_latents(count, seed=1):
    return np.random.default_rng(seed).standard_normal((count, DIM)) @ COLORING


def fit(decode) -> AttributeControls:
    z = draw_latents(2000)
    return fit_attribute_controls(NAMES, z, decode(z), COLORING)


def steer(controls, decode, z, target, requested):
    def measure(x):
        return controls.standardize(decode(x))

    moved = steer_latents(controls, z, target, np.array(requested), measure)
    return moved, measure(moved)


def test_the_fit_finds_a_linear_map():
    controls = fit(linear)
    assert np.allclose(controls.slopes, (COLORING @ MIX).T / controls.deviation[:, None], atol=0.05)
    z = draw_latents(500, seed=2)
    assert np.abs(controls.standardize(linear(z)).std(0) - 1).max() < 0.1
    distance = np.linalg.norm(z / np.diag(COLORING), axis=1)
    assert np.allclose(controls.distance(z), distance, atol=0.2)
    assert np.mean(controls.distance(z) > controls.max_distance) < 0.03


def test_only_what_is_movable_moves():
    controls = fit(linear)
    z = draw_latents(20, seed=3)
    target = controls.standardize(linear(z)) + np.eye(3)[0]
    movable = np.arange(DIM) % 2 == 0

    def measure(x):
        return controls.standardize(linear(x))

    moved = steer_latents(controls, z, target, np.array([True, False, False]), measure, movable)
    change = (moved - z) @ controls.whitening
    assert np.abs(change[:, ~movable]).max() < 1e-4
    assert np.abs(measure(moved) - target)[:, 0].mean() < 0.2


def test_outliers_do_not_change_the_standard_deviation():
    z = draw_latents(2000)
    values = linear(z)
    values[:5] *= 1000
    controls = fit_attribute_controls(NAMES, z, values, COLORING)
    assert np.allclose(controls.deviation, fit(linear).deviation, rtol=0.1)


def test_the_fit_skips_phrases_with_an_undefined_attribute():
    z = draw_latents(2000)
    values = linear(z)
    values[::3, 1] = np.nan
    controls = fit_attribute_controls(NAMES, z, values, COLORING)
    assert np.allclose(controls.slopes, fit(linear).slopes, atol=0.1)


@pytest.mark.parametrize("decode", [linear, stepped])
@pytest.mark.parametrize("change", [-1.5, 1.0])
def test_the_requested_attribute_changes_and_the_others_stay(decode, change):
    controls = fit(decode)
    z = 0.4 * draw_latents(50, seed=3)
    before = controls.standardize(decode(z))
    target = before + change * np.eye(3)[0]
    _, after = steer(controls, decode, z, target, [True, False, False])
    assert np.abs(after[:, 0] - before[:, 0] - change).mean() < 0.15
    assert np.abs(after[:, 1:] - before[:, 1:]).mean() < 0.15


def test_latents_stay_within_the_distance_of_training_phrases():
    controls = fit(linear)
    z = draw_latents(50, seed=3)
    moved, _ = steer(controls, linear, z, np.full((50, 3), 30.0), [True] * 3)
    limit = np.maximum(controls.distance(z), controls.max_distance)
    assert (controls.distance(moved) <= limit * 1.001).all()


def test_latents_move_no_farther_than_needed():
    controls = fit(linear)
    z = 0.4 * draw_latents(50, seed=3)
    target = controls.standardize(linear(z)) + np.eye(3)[0]
    moved, _ = steer(controls, linear, z, target, [True, False, False])
    shortest = np.linalg.norm(np.linalg.pinv(controls.slopes)[:, 0])
    assert controls.distance(moved - z + controls.center).mean() < 1.2 * shortest


def test_the_result_for_a_phrase_does_not_depend_on_other_phrases():
    controls = fit(stepped)
    z = draw_latents(5, seed=4)
    target = np.ones((5, 3))
    together, _ = steer(controls, stepped, z, target, [True, True, False])
    alone, _ = steer(controls, stepped, z[3:4], target[3:4], [True, True, False])
    assert np.allclose(together[3], alone[0], atol=1e-5)


def test_latents_that_are_on_target_do_not_move():
    controls = fit(linear)
    z = draw_latents(4).astype(np.float32)
    target = controls.standardize(linear(z))
    moved, _ = steer(controls, linear, z, target, [True, False, False])
    assert np.array_equal(moved, z)


def test_undefined_attributes_are_avoided():
    controls = fit(linear)

    def partly_undefined(z):
        values = linear(z)
        return np.where(values[:, :1] < 5, np.nan, values)

    z = draw_latents(40, seed=5)
    before = controls.standardize(partly_undefined(z))
    undefined = np.isnan(before).any(1)
    assert undefined.any()
    assert not undefined.all()
    target = before + np.eye(3)[1]
    moved, after = steer(controls, partly_undefined, z, target, [False, True, False])
    assert np.isfinite(moved).all()
    assert not np.isnan(after[~undefined]).any(), "no attribute is lost"
    assert np.abs(after[~undefined, 1] - before[~undefined, 1] - 1).mean() < 0.2
