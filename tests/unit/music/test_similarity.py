"""Similarity of phrases."""

import numpy as np
import pytest
from support.examples import band_phrase, drum_phrase

from musegen.music import Phrase
from musegen.music.notes import make_notes
from musegen.music.similarity import (
    describe_likeness,
    drum_steps_exact,
    f1_score,
    matched_notes,
    note_count,
    note_f1,
    pairwise_f1,
)


def test_note_f1_counts_equal_notes():
    truth = Phrase(make_notes([(0, "lead", 60, 1, 90), (4, "lead", 62, 1, 90)]))
    half = Phrase(make_notes([(0, "lead", 60, 9, 10), (4, "lead", 63, 1, 90)]))
    assert note_f1([truth], [truth]) == 1
    assert note_f1([half], [truth]) == 0.5
    assert note_f1([Phrase()], [truth]) == 0
    assert note_f1([Phrase()], [Phrase()]) == 1


def test_notes_of_other_parts_are_equal_only_if_parts_are_not_compared():
    lead = Phrase(make_notes([(0, "lead", 60, 1, 90)]))
    counter = Phrase(make_notes([(0, "counter", 60, 1, 90)]))
    assert note_f1([lead], [counter]) == 0
    assert note_f1([lead], [counter], fields=()) == 1


def test_matched_notes_are_pairs_of_indices():
    ours, theirs = band_phrase(0), band_phrase(0).only(["bass"])
    i, j = matched_notes(ours, theirs)
    assert len(i) == len(theirs)
    assert np.array_equal(ours.notes[i]["pitch"], theirs.notes[j]["pitch"])


def test_a_step_is_exact_if_all_its_drums_are():
    truth = drum_phrase()
    without_kicks = Phrase(truth.notes[truth.notes["pitch"] != 36])
    assert drum_steps_exact([truth], [truth]) == 1
    assert drum_steps_exact([without_kicks], [truth]) == pytest.approx(1 - 3 / 32)


def test_f1_is_1_for_equal_or_empty_sets_and_0_for_disjoint_ones():
    shared, ours, theirs = np.array([3, 0, 0, 1]), np.array([3, 0, 2, 1]), np.array([3, 0, 0, 3])
    assert f1_score(shared, ours, theirs).tolist() == [1, 1, 0, 0.5]


def test_pairwise_f1_compares_all_groups_and_counts_an_element_once():
    group, code = np.array([0, 0, 0, 1, 1]), np.array([5, 5, 7, 5, 8])
    expected = [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]
    assert pairwise_f1(group, code, 3).tolist() == expected


def test_equal_notes_are_counted_once():
    doubled = Phrase(make_notes([(0, "lead", 60, 1, 90), (0, "lead", 60, 4, 80)]))
    assert note_count(doubled, ("part",)) == 1


def test_the_likeness_is_said_in_shares_of_notes():
    truth = Phrase(make_notes([(i, "lead", 60, 1, 90) for i in range(4)]))
    near = Phrase(make_notes([(i, "lead", 60 + (i == 3), 1, 90) for i in range(4)]))
    assert describe_likeness([near], [truth]) == "75 % of the notes come back, and 25 % are new"
    assert describe_likeness([truth], [truth]) == "100 % of the notes come back, and 0 % are new"


def test_not_quite_all_is_not_100_percent():
    truth = Phrase(make_notes([(i % 32, "lead", 50 + i // 32, 1, 90) for i in range(320)]))
    assert describe_likeness([Phrase(truth.notes[1:])], [truth]).startswith("99 %")
    assert describe_likeness([Phrase(truth.notes[:1])], [truth]).startswith("1 %")
