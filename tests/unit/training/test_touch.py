"""Programmed drums get the touch of performed ones."""

import numpy as np

from musegen.music.notes import make_notes
from musegen.music.phrase import Phrase
from musegen.music.phrase_set import PhraseSet
from musegen.training.touch import play_like_performers

KICK, SNARE, HAT = 36, 38, 42


def drums(velocity, offset, hits=((0, KICK), (4, SNARE), (8, KICK), (12, SNARE))):
    notes = make_notes([(step, "drums", pitch, 1, 1) for step, pitch in hits])
    notes["velocity"], notes["offset"] = velocity, offset
    return Phrase(notes)


def play(phrases, sources, splits=None):
    splits = splits or ["train"] * len(phrases)
    return list(play_like_performers(PhraseSet.from_phrases(phrases, sources, split=splits)))


def test_hits_get_the_timing_of_the_same_drum_at_the_same_step():
    performed = drums(70, [0.1, -0.2, 0.1, -0.1])
    ours, _ = play([drums(100, 0.0), performed], ["song", "drummer"])
    assert np.allclose(ours.notes["offset"], [0.1, -0.2, 0.1, -0.1])


def test_a_phrase_keeps_its_mean_velocity():
    performed = drums([60, 90, 50, 80], 0.1)
    ours, _ = play([drums(100, 0.0), performed], ["song", "drummer"])
    assert ours.notes["velocity"].tolist() == [90, 120, 80, 110]


def test_the_performer_who_hits_the_most_alike_is_followed():
    other = drums(70, -0.3, [(step, HAT) for step in range(0, 32, 2)])
    ours, *_ = play([drums(100, 0.0), other, drums(70, 0.2)], ["song", "a", "b"])
    assert np.allclose(ours.notes["offset"], 0.2)


def test_performed_drums_and_other_parts_stay():
    performed = drums(70, 0.2)
    band = Phrase(np.concatenate([drums(100, 0.0).notes, make_notes([(0, "bass", 40, 4, 90)])]))
    ours, theirs = play([band, performed], ["song", "drummer"])
    assert np.array_equal(theirs.notes, performed.notes)
    bass = ours.only(("bass",)).notes
    assert np.array_equal(bass, band.only(("bass",)).notes)


def test_performers_of_another_split_are_not_followed():
    ours, _ = play([drums(100, 0.0), drums(70, 0.2)], ["song", "drummer"], ["train", "test"])
    assert np.allclose(ours.notes["offset"], 0.0)
