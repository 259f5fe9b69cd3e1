"""Attributes of the drums follow what is asked for."""

import numpy as np
import pytest

from musegen.evaluation.measures.attributes import _line, control_measures


def test_r_and_slope_are_those_of_numpy():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(60)
    y = 2 * x + rng.standard_normal(60)
    r, slope = _line(x, y, np.arange(60) // 3)
    assert r.value == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert slope.value == pytest.approx(np.polyfit(x, y, 1)[0])
    assert r.low < r.value < r.high
    assert slope.low < slope.value < slope.high


def test_attributes_of_drums_follow_what_is_asked_for(mg):
    measures = control_measures(mg.spaces["drums"], pieces=3)
    names = ("density", "syncopation", "loudness")
    assert set(measures) == {
        f"control, {name}: {what}" for name in names for what in ("r", "slope", "others")
    }
    for name in names:
        assert measures[f"control, {name}: r"].value > 0.95
        assert measures[f"control, {name}: others"].value < 0.25
