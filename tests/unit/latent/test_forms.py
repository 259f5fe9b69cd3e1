"""Forms of pieces."""

import doctest

import numpy as np
import pytest

from musegen.errors import MusicError
from musegen.latent import forms
from musegen.latent.forms import FORMS, apply_form, recalled_cells, section_order
from musegen.latent.noise import draw_noise
from musegen.music.notes import PARTS


def test_the_examples_in_docstrings_are_true():
    assert doctest.testmod(forms) == (0, 1)


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
def test_equal_letters_are_equal_phrases(form, phrases, order):
    assert section_order(form, phrases).tolist() == order


@pytest.mark.parametrize("form", ["", "aaba", "A B", "AAB1"])
def test_an_unknown_form_is_refused_with_an_example(form):
    with pytest.raises(MusicError, match="like AABA"):
        section_order(form, 8)
    with pytest.raises(MusicError, match="16 letters at most, and this one has 17"):
        section_order("A" * 17, 8)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_keeps_the_shape_and_type_of_the_noise(form):
    noise = draw_noise(0, 5, 16)
    shaped = apply_form(form, noise, 0)
    assert shaped.shape == noise.shape
    assert shaped.dtype == np.float32


def test_drift_moves_less_than_free_and_morph_keeps_its_ends():
    u = draw_noise(0, 8, 64)

    def step(path):
        return np.linalg.norm(np.diff(path, axis=0), axis=1).mean()

    assert step(apply_form("drift", u, 0)) < 0.7 * step(apply_form("free", u, 0))
    morph = apply_form("morph", u, 0)
    assert np.allclose(morph[[0, -1]], u[[0, -1]], atol=1e-5)
    assert step(morph) < 0.4 * step(u)


def test_recall_repeats_the_same_phrases_in_all_models():
    def recalled(stream, seed):
        u = apply_form("recall", draw_noise(seed, 16, 400, stream), seed)
        alike = np.tril(np.corrcoef(u), -1)
        assert np.allclose(u.std(1), 1, atol=0.15)
        return alike > 0.7

    found = [recalled(0, seed) for seed in range(50)]
    for seed in range(50):
        assert np.array_equal(found[seed].any(1), recalled(1, seed).any(1))
    share = np.mean([pairs.any(1)[1:].mean() for pairs in found])
    assert 0.15 < share < 0.45
    assert any(not pairs.any() for pairs in found)


def test_parts_of_phrases_that_return_are_exact_now_and_then():
    found = [recalled_cells(16, seed) for seed in range(200)]
    exact = np.array([cells for _, cells in found])
    for seed, (source, cells) in enumerate(found[:20]):
        u = apply_form("recall", draw_noise(seed, 16, 400), seed)
        alike = np.corrcoef(u)[np.arange(16), source] > 0.7
        assert alike.all(), "its own number if none"
        assert not cells[source == np.arange(16)].any()
    assert not exact[:, -1].any()
    returns = np.array([source != np.arange(16) for source, _ in found])
    share = exact[returns].mean(0)
    assert (np.diff(share[[1, 2, 0, 3]]) > 0).all(), "the bass more often than the melody"
    assert (np.diff(share[[1, 2, 4, 3]]) > 0).all(), "drums more often than chords"
    assert 0.35 < share[PARTS.index("lead")] < 0.55
    lead, bass = (exact[..., PARTS.index(part)] for part in ("lead", "bass"))
    assert not (lead & ~bass).any()
