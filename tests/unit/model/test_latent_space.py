"""Draws obey what they are asked for, and their partner."""

from dataclasses import replace

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


def test_phrases_of_drums_have_noise_in_common(mg, drums):
    for space in (mg.spaces["song"], drums):
        noise = np.stack([space.draw_noise(seed, 2) for seed in range(200)])
        alike = np.corrcoef(noise[:, 0].ravel(), noise[:, 1].ravel())[0, 1]
        assert alike == pytest.approx(space.settings.common_noise, abs=0.02)
    assert drums.settings.common_noise > 0


def test_what_is_left_to_chance_depends_on_each_cell_alone(mg, songs):
    song = mg.spaces["song"]
    z = songs[0, :2].copy()
    first, second = song._read_chances(z)
    z[1, 160:] = z[0, 160:]  # now only the lead differs
    again, mixed = chances = song._read_chances(z)
    assert np.array_equal(again, first)
    assert mixed[0] == pytest.approx(second[0])
    assert mixed[1:] == pytest.approx(first[1:])
    nearby = song._read_chances(z + 0.01)
    assert 0 < np.abs(nearby - chances).max() < 0.1


def test_chances_are_evenly_distributed_over_draws(mg):
    song = mg.spaces["song"]
    u = np.stack([song.draw_noise(seed, 8) for seed in range(100, 140)])
    chances = song._read_chances(song.to_latents(u).reshape(-1, song.latent_dim))
    assert chances.shape == (320, 4, song.codec.chances)
    shares = np.histogram(chances, 5, (0, 1))[0] / chances.size
    assert shares == pytest.approx(np.full(5, 0.2), abs=0.02)


def test_late_in_the_flow_a_partner_is_not_heard(drums, songs, monkeypatch):
    calls: list[int] = []
    velocity = drums._velocity_at

    def counted(x, t, conditions):
        calls.append(len(x))
        return velocity(x, t, conditions)

    monkeypatch.setattr(drums, "_velocity_at", counted)
    draw(drums, songs, songs)
    # With the partner, with its opposite, and with neither; then with neither alone.
    early = calls.index(len(songs))
    assert 0 < early < len(calls)
    assert calls == [3 * len(songs)] * early + [len(songs)] * (len(calls) - early)


def test_a_partner_counts_as_much_as_its_weight(mg, drums, songs):
    opposite = mg.spaces["song"].opposite_of(songs)
    alone = draw(drums, songs, None, guidance=0.0)
    moved = [
        np.abs(draw(drums.with_settings(settings), songs, opposite) - alone).mean()
        for settings in (
            replace(drums.settings, partner_weight=weight) for weight in (0.0, 0.2, 0.8)
        )
    ]
    assert moved[0] < 1e-3 < moved[1] < moved[2]
