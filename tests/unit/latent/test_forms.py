"""Paths."""

import numpy as np
import pytest

from musegen.errors import MusicError
from musegen.latent.paths import (
    bend_noise,
    draw_noise,
    lay_out,
    near,
    slerp,
    stack_path,
    way,
    write_paths,
)


def test_a_seed_is_a_draw_of_the_standard_normal():
    u = draw_noise(42, 200, 100)
    assert u.dtype == np.float32
    assert abs(u.mean()) < 0.05
    assert u.std() == pytest.approx(1, abs=0.05)
    assert np.array_equal(u, draw_noise(42, 200, 100))
    assert not np.allclose(u, draw_noise(43, 200, 100))
    assert not np.allclose(u, draw_noise(42, 200, 100, stream=1))


def test_a_longer_draw_starts_as_the_shorter():
    assert np.array_equal(draw_noise(1, 8, 16)[:3], draw_noise(1, 3, 16))


def test_slerp_keeps_its_distance_from_the_middle():
    a, b = draw_noise(0, 2, 256)
    middle = slerp(a, b, 0.5)
    assert np.linalg.norm(middle) == pytest.approx(
        (np.linalg.norm(a) + np.linalg.norm(b)) / 2, rel=1e-5
    )
    assert np.linalg.norm((a + b) / 2) < 0.8 * np.linalg.norm(middle)


def test_slerp_ends_are_the_ends():
    a, b = draw_noise(0, 2, 8)
    assert np.allclose(slerp(a, b, 0), a, atol=1e-6)
    assert np.allclose(slerp(a, b, 1), b, atol=1e-6)


def test_slerp_turns_evenly():
    a, b = np.array([1.0, 0]), np.array([0, 1.0])
    assert np.allclose(slerp(a, b, 1 / 3), [np.sqrt(3) / 2, 0.5], atol=1e-6)


@pytest.mark.parametrize("factor", [1.0, -1.0, 0.0])
def test_slerp_of_equal_opposite_and_empty_ends_is_a_number(factor):
    a = draw_noise(0, 1, 8)[0]
    assert np.isfinite(slerp(a, factor * a, 0.5)).all()
    if factor == 1:
        assert np.allclose(slerp(a, a, 0.3), a, atol=1e-6)


def test_near_is_as_like_as_asked_and_still_standard_normal():
    u, noise = draw_noise(0, 100, 100), draw_noise(1, 100, 100)
    moved = near(u, 0.8, noise)
    assert np.corrcoef(u.ravel(), moved.ravel())[0, 1] == pytest.approx(0.8, abs=0.02)
    assert moved.std() == pytest.approx(1, abs=0.02)
    assert np.array_equal(near(u, 1, noise), u)


@pytest.mark.parametrize(
    ("form", "phrases", "order"),
    [
        ("AABA", 4, [0, 0, 1, 0]),
        ("AABA", 8, [0, 1, 0, 1, 2, 3, 0, 1]),
        ("ABAB", 2, [0, 1]),
        ("AB", 3, [0, 1, 2]),
        ("free", 3, [0, 1, 2]),
        ("ABC", 1, [0]),
    ],
)
def test_a_form_says_what_comes_back(form, phrases, order):
    assert lay_out(form, phrases).tolist() == order


@pytest.mark.parametrize("form", ["", "aaba", "A B", "AAB1", "A" * 17])
def test_a_form_that_is_none_says_what_to_write(form):
    with pytest.raises(MusicError, match="like AABA"):
        lay_out(form, 8)


def test_drift_moves_less_than_free_and_morph_keeps_its_ends():
    u = draw_noise(0, 8, 64)

    def step(path):
        return np.linalg.norm(np.diff(path, axis=0), axis=1).mean()

    assert step(bend_noise("drift", u, 0)) < 0.7 * step(bend_noise("free", u, 0))
    morph = bend_noise("morph", u, 0)
    assert np.allclose(morph[[0, -1]], u[[0, -1]], atol=1e-5)
    assert step(morph) < 0.4 * step(u)


def test_a_way_has_its_ends_and_is_drawn_in_between_them():
    a, b = draw_noise(1, 3, 400), draw_noise(2, 3, 400)
    points = way(a, b, np.linspace(0, 1, 5))
    assert np.allclose(points[0], a, atol=1e-6)
    assert np.allclose(points[-1], b, atol=1e-6)
    sizes = np.linalg.norm(points, axis=-1).mean(1)
    assert sizes[2] < 0.8 * sizes[0]
    assert np.allclose(way(a, a, np.array([0.5]))[0], a, atol=1e-5)


def test_phrases_recall_earlier_ones_in_all_models_alike():
    def recalled(stream, seed):
        u = bend_noise("recall", draw_noise(seed, 16, 400, stream), seed)
        alike = np.tril(np.corrcoef(u), -1)
        assert np.allclose(u.std(1), 1, atol=0.15)
        return alike > 0.7

    found = [recalled(0, seed) for seed in range(50)]
    for seed in range(50):
        assert np.array_equal(found[seed].any(1), recalled(1, seed).any(1))
    share = np.mean([pairs.any(1)[1:].mean() for pairs in found])
    assert 0.15 < share < 0.45
    assert any(not pairs.any() for pairs in found)


def test_a_path_is_stacked_song_first(tmp_path):
    path = {"drums": np.zeros((2, 3)), "song": np.ones((2, 4))}
    stacked = stack_path(path)
    assert stacked.tolist() == [[1, 1, 1, 1, 0, 0, 0]] * 2
    write_paths(tmp_path / "path.npy", stacked)
    assert np.load(tmp_path / "path.npy").dtype == np.float32
