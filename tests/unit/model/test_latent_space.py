"""Draws obey what they are asked for, and their partner."""

import numpy as np
import pytest

from musegen.latent.noise import draw_noise
from musegen.model.conditions import Conditions


@pytest.fixture(scope="module")
def drums(mg):
    return mg.spaces["drums"]


@pytest.fixture(scope="module")
def songs(mg):
    """Latents of two songs of 8 bars."""
    u = np.stack([draw_noise(seed, 4, mg.spaces["song"].latent_dim) for seed in (1, 2)])
    return mg.spaces["song"].to_latents(u)


def draw(drums, songs, opposite, **more):
    u = np.stack([draw_noise(3, 4, drums.latent_dim)] * len(songs))
    return drums.to_latents(u, conditions=Conditions(partner=songs, opposite=opposite), **more)


def test_the_opposite_lies_on_the_other_side_of_the_average(mg, songs):
    song = mg.spaces["song"]
    opposite = song.opposite_of(songs)
    assert np.allclose(song.opposite_of(opposite), songs, atol=1e-5)
    middle = (songs + opposite) / 2
    assert np.allclose(middle, middle[0, 0], atol=1e-5)


def test_drums_follow_which_song_it_is(mg, drums, songs):
    found = draw(drums, songs, mg.spaces["song"].opposite_of(songs))
    assert not np.allclose(found[0], found[1], atol=0.1)


def test_that_there_is_a_partner_changes_nothing(drums, songs):
    alone = draw(drums, songs, None, guidance=0.0)
    same_on_both_sides = draw(drums, songs, songs)
    assert np.allclose(same_on_both_sides, alone, atol=1e-3)


def test_a_silent_partner_is_none(drums, songs):
    silence = np.full_like(songs, np.nan)
    none = drums.to_latents(np.stack([draw_noise(3, 4, drums.latent_dim)]))
    assert np.allclose(draw(drums, silence, silence)[0], none[0], atol=1e-3)
