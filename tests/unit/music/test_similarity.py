"""How alike phrases are."""

import numpy as np
import pytest
from support.examples import band_phrase, drum_phrase

from musegen.music import Phrase
from musegen.music.notes import make_notes
from musegen.music.similarity import drum_steps_exact, matched_notes, note_f1


def test_f1_counts_notes_that_are_the_same():
    truth = Phrase(make_notes([(0, "lead", 60, 1, 90), (4, "lead", 62, 1, 90)]))
    half = Phrase(make_notes([(0, "lead", 60, 9, 10), (4, "lead", 63, 1, 90)]))
    assert note_f1([truth], [truth]) == 1
    assert note_f1([half], [truth]) == 0.5
    assert note_f1([Phrase()], [truth]) == 0
    assert note_f1([Phrase()], [Phrase()]) == 1


def test_another_part_counts_only_where_parts_do_not():
    lead = Phrase(make_notes([(0, "lead", 60, 1, 90)]))
    counter = Phrase(make_notes([(0, "counter", 60, 1, 90)]))
    assert note_f1([lead], [counter]) == 0
    assert note_f1([lead], [counter], fields=()) == 1


def test_matched_notes_are_pairs_of_rows():
    ours, theirs = band_phrase(0), band_phrase(0).only(["bass"])
    i, j = matched_notes(ours, theirs)
    assert len(i) == len(theirs)
    assert np.array_equal(ours.notes[i]["pitch"], theirs.notes[j]["pitch"])


def test_a_step_is_exact_when_all_its_drums_are():
    truth = drum_phrase()
    without_kicks = Phrase(truth.notes[truth.notes["pitch"] != 36])
    assert drum_steps_exact([truth], [truth]) == 1
    assert drum_steps_exact([without_kicks], [truth]) == pytest.approx(1 - 3 / 32)
