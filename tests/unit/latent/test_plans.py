"""Plans of pieces in sections."""

import numpy as np
import pytest

from musegen.errors import MusicError
from musegen.latent.plans import (
    Section,
    choose_copies,
    first_heard,
    read_plan,
    section_of_phrases,
)
from musegen.music.notes import PARTS

PLAN = [Section("i", 4), Section("A", 4), Section("A", 4), Section("o", 2)]


def test_a_plan_is_sections_with_their_bars():
    assert read_plan("i4 A4A4 o2") == PLAN


@pytest.mark.parametrize("text", ["AABA", "recall", "", "4A", "A4-B4"])
def test_other_forms_are_no_plans(text):
    assert read_plan(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A8 B0", "section B0 has no bars"),
        ("A200 B200", "400 bars"),
        (f"A1{' ' * 1000}B1", "1004 characters; the most is 1000"),
    ],
)
def test_a_plan_that_cannot_be_played_is_named(text, problem):
    with pytest.raises(MusicError, match=problem):
        read_plan(text)


def test_phrases_know_their_section():
    section, bar = section_of_phrases(PLAN)
    assert section.tolist() == [0, 0, 1, 1, 2, 2, 3]
    assert bar.tolist() == [0, 2, 0, 2, 0, 2, 0]


def test_a_section_of_odd_length_ends_within_a_phrase():
    section, bar = section_of_phrases([Section("i", 3), Section("A", 4)])
    assert section.tolist() == [0, 0, 1, 1]
    assert bar.tolist() == [0, 2, 1, 3]


def test_equal_letters_take_up_the_same_music():
    assert first_heard(PLAN).tolist() == [0, 1, 2, 3, 2, 3, 6]
    longer = [Section("A", 4), Section("B", 2), Section("A", 6)]
    assert first_heard(longer).tolist() == [0, 1, 2, 0, 1, 5]


def test_parts_return_as_often_as_in_songs():
    copied = np.stack([choose_copies(PLAN, np.random.default_rng(seed)) for seed in range(4000)])
    assert not copied[:, [0, 1, 2, 3, 6]].any(), "only what was heard before returns"
    share = copied[:, 4:6].mean((0, 1))
    found = dict(zip(PARTS, share.round(2).tolist(), strict=True))
    for part, expected in {"lead": 0.5, "counter": 0.22, "chords": 0.33, "bass": 0.46}.items():
        assert found[part] == pytest.approx(expected, abs=0.04), part


def test_parts_return_together():
    copied = np.stack([choose_copies(PLAN, np.random.default_rng(seed)) for seed in range(400)])
    chords, bass = (copied[:, 4:6, PARTS.index(part)].ravel() for part in ("chords", "bass"))
    assert np.corrcoef(chords, bass)[0, 1] > 0.5
