"""Names of intervals above a root."""

from itertools import combinations

import pytest
from pychord.constants.qualities import DEFAULT_QUALITIES

from musegen.music.harmony.qualities import COMMON, quality_intervals, quality_name


def test_every_quality_that_pychord_knows_is_read_as_pychord_reads_it():
    from pychord import Chord

    for name, _ in DEFAULT_QUALITIES:
        expected = {pitch % 12 for pitch in Chord(f"C{name}").components(visible=False)}
        assert set(quality_intervals(name)) == expected, name


def test_every_set_of_notes_has_a_name_that_is_read_again():
    for count in range(1, 12):
        for above in combinations(range(1, 12), count):
            name = quality_name((0, *above))
            assert quality_intervals(name) == (0, *above), name


@pytest.mark.parametrize(
    ("intervals", "name"),
    [
        ((0, 4, 7, 10), "7"),
        ((0, 2, 4, 7, 9), "6/9"),
        ((0, 7, 10), "7no3"),
        ((0, 4, 10), "7no5"),
        ((0, 1, 3, 7), "m(addb9)"),
        ((0, 4, 8, 11), "maj7#5"),
    ],
)
def test_the_usual_name_is_written(intervals, name):
    assert quality_name(intervals) == name


def test_the_common_names_mean_different_chords():
    assert len({quality_intervals(name) for name in COMMON}) == len(COMMON)


@pytest.mark.parametrize("name", ["x", "7x", "b9foo", "add", "no3no5no1", "maj77b"])
def test_what_means_nothing_has_no_intervals(name):
    assert quality_intervals(name) is None
