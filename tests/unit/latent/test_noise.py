"""Drawing and varying noise."""

import numpy as np
import pytest

from musegen.latent.noise import draw_noise, vary_noise


def test_noise_is_standard_normal_and_depends_on_seed_and_stream():
    noise = draw_noise(42, 200, 100)
    assert noise.dtype == np.float32
    assert abs(noise.mean()) < 0.05
    assert noise.std() == pytest.approx(1, abs=0.05)
    assert np.array_equal(noise, draw_noise(42, 200, 100))
    assert not np.allclose(noise, draw_noise(43, 200, 100))
    assert not np.allclose(noise, draw_noise(42, 200, 100, stream=1))


def test_a_longer_draw_begins_with_the_shorter_one():
    assert np.array_equal(draw_noise(1, 8, 16)[:3], draw_noise(1, 3, 16))


def test_phrases_have_as_much_in_common_as_asked():
    noise = draw_noise(0, 100, 5000, common=0.3)
    assert np.corrcoef(noise)[~np.eye(100, dtype=bool)].mean() == pytest.approx(0.3, abs=0.02)
    assert noise.std() == pytest.approx(1, abs=0.02)
    assert np.array_equal(noise[:3], draw_noise(0, 3, 5000, common=0.3))


def test_varied_noise_has_the_similarity_asked_for_and_is_standard_normal():
    noise, fresh = draw_noise(0, 100, 100), draw_noise(1, 100, 100)
    varied = vary_noise(noise, 0.8, fresh)
    assert np.corrcoef(noise.ravel(), varied.ravel())[0, 1] == pytest.approx(0.8, abs=0.02)
    assert varied.std() == pytest.approx(1, abs=0.02)
    assert np.array_equal(vary_noise(noise, 1, fresh), noise)
    assert np.array_equal(vary_noise(noise, 0, fresh), fresh)
