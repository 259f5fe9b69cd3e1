"""Phrases of a dataset are labelled with what a prior can be asked for."""

from dataclasses import replace

import numpy as np
import pytest

from musegen.datasets.build import cut_phrases
from musegen.model.config import PriorConfig
from musegen.music import Piece
from musegen.music.notes import make_notes
from musegen.music.phrase_set import PhraseSet
from musegen.training.labels import label_phrases

CONFIG = PriorConfig(8, 4, chords=True, sections=True, styles=("hymn", "pop"))
ROOTS = (0, 5, 7, 0, 9, 5, 7, 0)


@pytest.fixture(scope="module")
def phrases():
    """A song in D of eight bars with a chord in each, cut at each bar."""
    rows = [
        (16 * bar + 4 * beat, "chords", 50 + root + interval, 4, 80)
        for bar, root in enumerate(ROOTS)
        for beat in range(4)
        for interval in (0, 3 if root == 9 else 4, 7)
    ]
    rows += [(16 * bar, "bass", 38 + root, 16, 80) for bar, root in enumerate(ROOTS)]
    cut, bars = cut_phrases(Piece.from_notes(make_notes(rows), [2] * 4, [100.0] * 4))
    section = ["i1", "i1", "A1", "A1", "A1", "A1", "A2"]
    return PhraseSet.from_phrases(cut, ["song"] * 7, bars, style=["pop"] * 7, section=section)


def test_chords_are_those_of_the_song_in_c(phrases):
    chords = label_phrases(phrases, CONFIG).chords
    assert chords.shape == (7, 8, 24)
    for row, bar in enumerate(phrases.bar.tolist()):
        basses = chords[row, :, 12:].argmax(axis=1)
        assert basses.tolist() == [ROOTS[bar]] * 4 + [ROOTS[bar + 1]] * 4


def test_places_count_from_the_first_phrase_to_the_last(phrases):
    places = label_phrases(phrases, CONFIG).places
    assert places[:, 2].tolist() == [1, 1, 0, 0, 0, 0, 0]
    assert places[:, 3].tolist() == [0, 0, 0, 0, 0, 1, 1]


def test_sections_are_known_by_their_names(phrases):
    sections = label_phrases(phrases, CONFIG).sections
    assert np.flatnonzero(sections[0, :5]).tolist() == [0]
    assert np.flatnonzero(sections[2, :5]).tolist() == [2]
    assert np.flatnonzero(sections[6, :5]).tolist() == [2, 4]
    unknown = replace(phrases, section=np.full(7, ""))
    assert np.isnan(label_phrases(unknown, CONFIG).sections).all()


def test_a_style_that_the_prior_does_not_know_is_not_known(phrases):
    assert label_phrases(phrases, CONFIG).styles.tolist() == [[0, 1]] * 7
    jazz = replace(phrases, style=np.full(7, "jazz"))
    assert np.isnan(label_phrases(jazz, CONFIG).styles).all()
