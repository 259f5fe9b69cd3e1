"""What a draw is asked for becomes the numbers that a prior reads."""

import numpy as np
import pytest

from musegen.model.conditions import (
    Conditions,
    chord_features,
    condition_dim,
    place_features,
    places_in_song,
    section_features,
    style_shares,
)
from musegen.model.config import PriorConfig
from musegen.music.harmony import Chords

CONFIG = PriorConfig(8, 4, chords=True, places=True, sections=True, styles=("hymn", "pop"))


def test_a_draw_that_is_asked_for_nothing_has_a_vector_of_zeros():
    vectors = Conditions().vectors(CONFIG, (3, 4))
    assert vectors.shape == (3, 4, condition_dim(CONFIG))
    assert not vectors.any()


def test_chords_are_pitch_classes_and_a_bass_in_c():
    chords = Chords.from_text("| D/F# | Em |")
    features = chord_features(chords, keys=[2])
    assert features.shape == (1, 8, 24)
    first, last = features[0, 0], features[0, 7]
    assert np.flatnonzero(first).tolist() == [0, 4, 7, 12 + 4]  # C/E
    assert np.flatnonzero(last).tolist() == [2, 5, 9, 12 + 2]  # Dm


def test_a_beat_of_which_nothing_is_asked_is_not_a_beat_without_a_chord():
    chords = np.zeros((1, 8, 24))
    silent = Conditions(chords=chords).vectors(CONFIG, (1,))
    chords[0, 3:] = np.nan
    some = Conditions(chords=chords).vectors(CONFIG, (1,))
    assert silent.sum() == 8
    assert some.sum() == 3


def test_conditions_that_a_prior_does_not_know_are_left_out():
    bare = PriorConfig(8, styles=("hymn", "pop"))
    asked = Conditions(chords=np.zeros((2, 8, 24)), styles=np.array([0.25, 0.75]))
    assert asked.vectors(bare, (2,)).tolist() == [[0.25, 0.75, 1]] * 2


def test_the_ends_of_a_piece_are_near_or_far():
    features = place_features(np.arange(40), 40)
    assert features[0].tolist() == [0, 1, 1, 0]
    assert features[20].tolist() == [1, 1, 0, 0]
    assert features[39].tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize(("kind", "column"), [("i", 0), ("o", 1), ("A", 2), ("b", 3)])
def test_a_section_knows_its_kind_and_its_ends(kind, column):
    features = section_features(kind, np.arange(4), 4, has_been_heard=True)
    assert np.flatnonzero(features[0, :4]).tolist() == [column]
    assert (features[:, 4] == 1).all()
    assert features[:, 7].tolist() == [1, 0, 0, 0]
    assert features[:, 8].tolist() == [0, 0, 0, 1]


def test_styles_are_mixed_by_weight():
    assert style_shares(("hymn", "pop"), {"pop": 3, "hymn": 1, "rock": 5}).tolist() == [0.25, 0.75]
    assert style_shares(("hymn", "pop"), {"rock": 1}) is None


def test_only_pieces_as_long_as_songs_say_where_they_end():
    assert places_in_song(np.arange(8), 8) is None
    places = places_in_song(np.arange(20), 20)
    assert places is not None
    assert np.array_equal(places, place_features(np.arange(20), 20))


def test_a_partner_and_its_opposite_belong_to_a_piece():
    partner = np.arange(24.0).reshape(3, 4, 2)
    styles = np.array([0.0, 1.0])
    second = Conditions(styles=styles, partner=partner, opposite=-partner).of_piece(1)
    assert np.array_equal(second.partner, partner[1:2])
    assert np.array_equal(second.with_opposite.partner, -partner[1:2])
    assert np.array_equal(second.styles, styles)
    assert second.alone.partner is None
