"""Loudness is that of the standard, and the gain changes slowly."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from support.sounds import RATE

from musegen.audio import loudness as levels


def test_an_endless_release_is_faded_out():
    endless = np.full((10 * RATE, 2), 0.5, np.float32)
    trimmed = levels.apply_gain(endless, levels.master_gain(endless, 2 * RATE))
    assert len(trimmed) == 6 * RATE
    assert not trimmed[-1].any()
    assert np.abs(np.diff(trimmed, axis=0)).max() < 1e-3  # no click


def test_loudness_is_that_of_the_standard():
    # BS.1770-4: a full-scale sine at 997 Hz in one channel measures -3.01 LUFS.
    wave = np.zeros((2 * RATE, 2), np.float32)
    wave[:, 0] = np.sin(2 * np.pi * 997 * np.arange(len(wave)) / RATE)
    assert levels.loudness(wave) == pytest.approx(-3.01, abs=0.05)
    # Gated: as much silence again changes nothing but the one block that is partly silent.
    padded = np.concatenate([wave, np.zeros_like(wave)])
    assert levels.loudness(padded) == pytest.approx(-3.01, abs=0.4)


def test_loudness_is_that_of_pyloudnorm(band):
    meter = pyloudnorm.Meter(RATE)
    for sound in (band, band[: RATE // 2], band / 100):
        assert levels.loudness(sound) == pytest.approx(meter.integrated_loudness(sound), abs=0.2)
    assert levels.loudness(np.zeros((RATE, 2), np.float32)) == -70


def test_the_limiter_lowers_peaks_and_nothing_else():
    wave = np.full((RATE, 2), 0.5, np.float32)
    wave[RATE // 2] = 2.0
    hops = levels._limiting(levels._peaks(wave), 0.9)
    limited = levels.apply_gain(wave, levels._per_sample(hops, len(wave)))
    assert np.abs(limited).max() == pytest.approx(0.9, abs=1e-4)
    assert (limited[: RATE // 4] == 0.5).all()
    assert np.abs(np.diff(limited[: RATE // 2, 0])).max() < 1e-3  # no step in the gain
    # Without clipping: what is beside the peak went down with it.
    assert limited[RATE // 2 - 1, 0] == pytest.approx(0.5 * 0.9 / 2, rel=0.02)
