"""Interpolations cost a language model little, and move away from the start."""

import numpy as np
import pytest

from musegen.evaluation.measures.interpolation import blend_tokens, distance_grows, relative_cost
from musegen.evaluation.measures.language_model import NgramModel


def scale(start):
    """A tune that goes up a scale of ten tokens, from anywhere."""
    return (start + np.arange(32)) % 10


TUNES = np.stack([scale(i % 10) for i in range(50)])


def test_chances_of_the_next_token_sum_to_one():
    model = NgramModel(TUNES, 12)
    for before in ([], [3], [3, 4, 5, 6, 7], [9, 1]):
        chances = [
            np.exp(-model.cost(np.array([[*before, token]])) * (len(before) + 1)).item()
            for token in range(12)
        ]
        whole = np.exp(-model.cost(np.array([before])) * len(before)).item() if before else 1
        assert sum(chances) == pytest.approx(whole)


def test_unknown_tokens_cost_more():
    model = NgramModel(TUNES, 12)
    rng = np.random.default_rng(0)
    heard, jumbled = model.cost(TUNES[:5]), model.cost(rng.integers(0, 12, (5, 32)))
    assert heard.max() < 0.3
    assert jumbled.min() > 1
    backwards = model.cost(TUNES[:5, ::-1])
    assert (backwards > heard + 0.5).all()


def test_the_model_uses_four_tokens_before():
    # After 0 0 0 0 comes 1, after 2 0 0 0 comes 3: a model of three tokens cannot know.
    train = np.tile([[0, 0, 0, 0, 1], [2, 0, 0, 0, 3]], (50, 1))
    model = NgramModel(train, 4)
    right, wrong = model.cost(np.array([[0, 0, 0, 0, 1], [0, 0, 0, 0, 3]]))
    assert wrong > right + 0.5


def test_the_relative_cost_is_that_of_the_worst_point():
    model = NgramModel(TUNES, 12)
    ends = np.stack([scale(0), scale(1)] * 5), np.stack([scale(3), scale(8)] * 5)
    group = np.arange(10)
    smooth = np.stack([ends[0], ends[0], ends[1], ends[1]])
    assert relative_cost(model, smooth, group).value == pytest.approx(1, rel=0.2)
    noise = np.random.default_rng(0).integers(0, 12, ends[0].shape)
    rough = np.stack([ends[0], ends[0], noise, ends[1]])
    assert relative_cost(model, rough, group).value > 5


def test_distance_grows_from_point_to_point():
    a, b = np.zeros((6, 32), int), np.ones((6, 32), int)
    group = np.arange(6)
    ts = np.linspace(0, 1, 9)
    there = np.stack([np.where(np.arange(32) < 32 * t, b, a) for t in ts])
    assert distance_grows(there, group).value == 1
    stuck = there.copy()
    stuck[4] = stuck[3]
    assert distance_grows(stuck, group).value == 7 / 8


def test_blended_steps_come_from_one_of_the_ends():
    a, b = np.zeros((50, 32), int), np.ones((50, 32), int)
    blended = blend_tokens(a, b, np.linspace(0, 1, 5))
    assert (blended[0] == a).all()
    assert (blended[-1] == b).all()
    assert blended[1].mean() == pytest.approx(0.25, abs=0.05)
