"""Random phrases against held-out ones: a classifier, structure, overlapping area, copies."""

import numpy as np
import pytest
from support.examples import band_phrase, drum_phrase, phrase_set

from musegen.evaluation.measures.classifier import FEATURE_GROUPS, features, tell_apart
from musegen.evaluation.measures.faults import blend_notes
from musegen.evaluation.measures.originality import closest
from musegen.evaluation.measures.overlap import FEATURES, lerch_features, overlapping_areas
from musegen.evaluation.measures.structure import structure_features
from musegen.evaluation.samples import (
    numbers_in_song,
    pair_songs,
    sample_evenly,
    sixteen_bars,
    to_c,
)
from musegen.music import Phrase
from musegen.music.notes import make_notes
from musegen.music.phrase_set import PhraseSet

# What is chosen --------------------------------------------------------------------------------


def test_transposing_all_phrases_equals_transposing_each():
    phrases = [band_phrase(i, key) for i, key in enumerate((-5, 0, 3))]
    high = Phrase(make_notes([(0, "lead", 126, 1, 90), (0, "drums", 36, 1, 90)]), key=-3)
    moved = to_c(PhraseSet.from_phrases([*phrases, high]))
    assert list(moved) == [phrase.to_key(0) for phrase in (*phrases, high)]


def test_long_songs_give_no_more_samples_than_short_ones():
    source = np.array(["long"] * 50 + ["short"] * 5)
    assert sorted(numbers_in_song(source)[50:].tolist()) == [0, 1, 2, 3, 4]
    rows = sample_evenly(source, 10)
    assert len(set(rows.tolist())) == 10
    assert (source[rows] == "short").sum() == 5
    assert (source[sample_evenly(source, 100, per_song=8)] == "long").sum() == 8


def test_phrases_are_paired_with_another_song():
    source = np.array(["a"] * 3 + ["b"] * 5 + ["c"] * 2 + ["d"] * 2)
    a, b = pair_songs(source, np.arange(12))
    assert [(source[i], source[j]) for i, j in zip(a, b, strict=True)] == (
        [("b", "a")] * 3 + [("c", "d")] * 2
    )
    assert len({*a.tolist(), *b.tolist()}) == 10


def test_sixteen_bars_are_in_a_row_and_of_one_song():
    bars = [*range(0, 20, 2), 30, *range(0, 16, 2)]
    phrases = PhraseSet.from_phrases(
        [band_phrase() for _ in bars], source=["a"] * 11 + ["b"] * 8, bar=bars
    )
    assert sixteen_bars(phrases).tolist() == [list(range(8)), list(range(11, 19))]
    with_a_gap = phrases.take(np.flatnonzero(np.arange(10) != 3))
    assert sixteen_bars(with_a_gap).shape == (0, 8)


# Classifier ------------------------------------------------------------------------------------


def test_a_classifier_tells_different_music_and_guesses_for_equal():
    group = np.arange(40) // 2
    alike = [features([band_phrase(i + shift) for i in range(40)]) for shift in (0, 40)]
    guessed = tell_apart(alike[0], group, alike[1], group + 100)
    assert 0.25 < guessed.value < 0.75
    assert guessed.low < guessed.value < guessed.high
    louder = [Phrase(p.notes[p.notes["velocity"] > 60]) for p in map(band_phrase, range(40))]
    assert tell_apart(features(louder), group, alike[1], group + 100).value > 0.95


@pytest.mark.parametrize(
    ("field", "value", "seen"),
    [("velocity", 7, "velocities"), ("duration", 1, "lengths"), ("offset", 0.3, "timing")],
)
def test_a_classifier_sees_only_the_groups_of_features_that_it_is_given(field, value, seen):
    notes = band_phrase().notes.copy()
    notes[field] = value
    for group in FEATURE_GROUPS:
        before, after = features([band_phrase(), Phrase(notes)], [group])
        assert np.array_equal(before, after) == (group != seen)


def test_a_classifier_cannot_know_a_song_by_its_class():
    # Nothing but the song is in these features: each class has its own songs.
    song = np.arange(60) // 6
    ours, theirs = (np.eye(20)[song + shift] for shift in (0, 10))
    assert tell_apart(ours, song, theirs, song + 10).value <= 0.6


def test_too_few_songs_have_no_accuracy():
    rows = features([band_phrase(i) for i in range(12)])
    assert tell_apart(rows, np.arange(12) // 3, rows, np.arange(12)) is None


def test_a_classifier_does_not_see_the_tempo():
    slow, fast = (Phrase(drum_phrase().notes, 0, tempo) for tempo in (60.0, 180.0))
    assert np.array_equal(*features([slow, fast]))


def test_blended_notes_are_half_of_each_phrase():
    a, b = band_phrase(0), band_phrase(1)
    blended = blend_notes(a, b, np.random.default_rng(0))
    both = set(a.notes.tolist()) | set(b.notes.tolist())
    assert set(blended.notes.tolist()) <= both
    assert 0.3 < len(blended) / (len(a) + len(b)) < 0.7


# Structure -------------------------------------------------------------------------------------


def test_structure_features_show_repetition():
    aaaa = structure_features([band_phrase(0)] * 8)
    abab = structure_features([band_phrase(0), band_phrase(1)] * 4)
    free = structure_features([band_phrase(i) for i in range(8)])
    silent = structure_features([Phrase()] * 8)
    assert len(aaaa) == len(free) == len(silent)
    for row in (aaaa, abab, free, silent):
        assert np.isfinite(row).all()
    # Bars as those 4 before: all of them where phrases alternate.
    assert aaaa[2] == abab[2] == 1
    assert free[2] < 0.9
    assert abab[0] < 1


def test_structure_features_of_drums_depend_on_their_order():
    drums = [drum_phrase(i) for i in range(8)]
    assert np.isfinite(structure_features(drums)).all()
    assert not np.array_equal(structure_features(drums), structure_features(drums[::-1]))


# Overlapping area ------------------------------------------------------------------------------


def areas(held, ours):
    groups = [np.arange(len(phrases)) // 4 for phrases in (held, ours)]
    return overlapping_areas(lerch_features(held), groups[0], lerch_features(ours), groups[1])


def test_equal_music_overlaps():
    # All in one row, so that chance gives either half the same.
    phrases = [band_phrase(i) for i in range(160)]
    found = areas(phrases[::2], phrases[1::2])
    assert set(found) == {"mean", *FEATURES}
    assert found["mean"].value > 0.85
    assert found["mean"].low <= found["mean"].value <= found["mean"].high
    assert found["mean"].value == pytest.approx(np.mean([found[f].value for f in FEATURES]))


def test_different_music_overlaps_less():
    held = [band_phrase(i) for i in range(60)]
    thin = [Phrase(p.notes[::4]) for p in held]
    found = areas(held, thin)
    assert found["note count"].value < 0.1
    assert found["mean"].value < areas(held[::2], held[1::2])["mean"].value - 0.2


def test_silence_and_drums_have_features():
    for phrases in ([Phrase(), Phrase()], [drum_phrase(0), drum_phrase(1)]):
        assert all(np.isfinite(feature).all() for feature in lerch_features(phrases))


# Copies ----------------------------------------------------------------------------------------


def test_the_closest_training_phrase_is_found():
    train = phrase_set("song")
    ours = [train[5], Phrase(train[5].notes[::2]), Phrase()]
    best = closest(PhraseSet.from_phrases(ours), train)
    assert best[0] == 1
    assert best[1] == pytest.approx(2 / 3, abs=0.05)
    assert best[2] == 0
