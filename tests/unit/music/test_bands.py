"""Bands: five instruments that go together."""

import pytest

from musegen.limits import DEFAULT_TEMPO
from musegen.music.bands import BANDS
from musegen.music.feel import Feel
from musegen.music.instruments import DEFAULT_PROGRAMS
from musegen.music.notes import PARTS

KITS = {0, 8, 16, 24, 25, 32, 40, 48}  # those that the page names


def test_the_first_band_has_the_defaults():
    name, band = next(iter(BANDS.items()))
    assert (name, dict(band.programs)) == ("Pop", dict(DEFAULT_PROGRAMS))
    assert (band.swing, band.tempo) == (Feel().swing, DEFAULT_TEMPO)


def test_there_are_bands_of_many_genres():
    assert len(BANDS) >= 10
    assert len({tuple(band.programs.values()) for band in BANDS.values()}) == len(BANDS)


@pytest.mark.parametrize("name", BANDS)
def test_each_part_of_a_band_has_an_instrument_of_its_own(name):
    band = BANDS[name]
    assert band.name == name
    assert tuple(band.programs) == PARTS
    *pitched, kit = band.programs.values()
    assert len(set(pitched)) == 4
    assert all(0 <= program <= 127 for program in pitched)
    assert kit in KITS
    assert 0 <= band.swing <= 1
    assert 60 <= band.tempo <= 180
    with pytest.raises(TypeError):
        band.programs["lead"] = 1
