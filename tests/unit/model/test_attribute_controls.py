"""AttributeControls, on decoders small enough to know what they do."""

import numpy as np
import pytest

from musegen.model.attribute_controls import (
    AttributeControls,
    fit_attribute_controls,
    steer_latents,
)

DIM = 12
NAMES = ("a", "b", "c")
RNG = np.random.default_rng(0)
MIX = RNG.standard_normal((DIM, 3))
COLOR = np.diag(np.linspace(2, 0.5, DIM))


def straight(z):
    return z @ MIX + 5


def bent(z):
    """Saturates, and comes in steps, as notes do."""
    return np.round(4 * np.tanh(z @ MIX / 8), 1)


def latents(count, seed=1):
    return np.random.default_rng(seed).standard_normal((count, DIM)) @ COLOR


def fitted(decode) -> AttributeControls:
    z = latents(2000)
    return fit_attribute_controls(NAMES, z, decode(z), COLOR)


def turned(controls, decode, z, wanted, asked):
    def measure(x):
        return controls.standardize(decode(x))

    moved = steer_latents(controls, z, wanted, np.array(asked), measure)
    return moved, measure(moved)


def test_the_fit_finds_a_straight_map():
    controls = fitted(straight)
    assert np.allclose(controls.slopes, (COLOR @ MIX).T / controls.spread[:, None], atol=0.05)
    z = latents(500, seed=2)
    assert np.abs(controls.standardize(straight(z)).std(0) - 1).max() < 0.1
    assert np.allclose(controls.distance(z), np.linalg.norm(z / np.diag(COLOR), axis=1), atol=0.2)
    assert np.mean(controls.distance(z) > controls.reach) < 0.03


def test_a_few_wild_values_are_not_the_unit():
    z = latents(2000)
    values = straight(z)
    values[:5] *= 1000
    assert np.allclose(
        fit_attribute_controls(NAMES, z, values, COLOR).spread, fitted(straight).spread, rtol=0.1
    )


def test_what_is_not_defined_is_left_out_of_the_fit():
    z = latents(2000)
    values = straight(z)
    values[::3, 1] = np.nan
    assert np.allclose(
        fit_attribute_controls(NAMES, z, values, COLOR).slopes, fitted(straight).slopes, atol=0.1
    )


@pytest.mark.parametrize("decode", [straight, bent])
@pytest.mark.parametrize("change", [-1.5, 1.0])
def test_one_turns_and_the_others_stay(decode, change):
    controls = fitted(decode)
    z = 0.4 * latents(50, seed=3)
    before = controls.standardize(decode(z))
    _, after = turned(controls, decode, z, before + change * np.eye(3)[0], [True, False, False])
    assert np.abs(after[:, 0] - before[:, 0] - change).mean() < 0.15
    assert np.abs(after[:, 1:] - before[:, 1:]).mean() < 0.15


def test_it_goes_no_farther_than_the_corpus():
    controls = fitted(straight)
    z = latents(50, seed=3)
    moved, _ = turned(controls, straight, z, np.full((50, 3), 30.0), [True] * 3)
    limit = np.maximum(controls.distance(z), controls.reach)
    assert (controls.distance(moved) <= limit * 1.001).all()


def test_the_way_is_short():
    controls = fitted(straight)
    z = 0.4 * latents(50, seed=3)
    wanted = controls.standardize(straight(z)) + np.eye(3)[0]
    moved, _ = turned(controls, straight, z, wanted, [True, False, False])
    shortest = np.linalg.pinv(controls.slopes)[:, 0]
    assert controls.distance(moved - z + controls.center).mean() < 1.2 * np.linalg.norm(shortest)


def test_a_phrase_does_not_depend_on_the_others():
    controls = fitted(bent)
    z = latents(5, seed=4)
    wanted = np.ones((5, 3))
    many, _ = turned(controls, bent, z, wanted, [True, True, False])
    one, _ = turned(controls, bent, z[3:4], wanted[3:4], [True, True, False])
    assert np.allclose(many[3], one[0], atol=1e-5)


def test_where_there_is_nothing_to_gain_nothing_moves():
    controls = fitted(straight)
    z = latents(4).astype(np.float32)
    wanted = controls.standardize(straight(z))
    moved, _ = turned(controls, straight, z, wanted, [True, False, False])
    assert np.array_equal(moved, z)


def test_what_is_not_defined_does_not_break_it():
    controls = fitted(straight)

    def half_silent(z):
        values = straight(z)
        return np.where(values[:, :1] < 5, np.nan, values)

    z = latents(40, seed=5)
    before = controls.standardize(half_silent(z))
    silent = np.isnan(before).any(1)
    assert silent.any()
    assert not silent.all()
    moved, after = turned(controls, half_silent, z, before + np.eye(3)[1], [False, True, False])
    assert np.isfinite(moved).all()
    assert not np.isnan(after[~silent]).any(), "no attribute is lost on the way"
    assert np.abs(after[~silent, 1] - before[~silent, 1] - 1).mean() < 0.2
