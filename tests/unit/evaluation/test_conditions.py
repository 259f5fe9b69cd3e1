"""Measures of what draws are asked for."""

from dataclasses import replace

import numpy as np
import pytest
from support.examples import band_phrase, phrase_set

from musegen.evaluation.measures.conditions import accompaniment, restyle
from musegen.evaluation.measures.conditions import chords as asked_chords
from musegen.evaluation.measures.conditions.accompaniment import fit_tallies
from musegen.evaluation.measures.conditions.chords import chord_tallies
from musegen.evaluation.measures.conditions.restyle import onset_profile
from musegen.evaluation.measures.conditions.stretches import Stretches, with_parts_of
from musegen.evaluation.measures.pieces import drums_and_band, endings, harmony, repeats
from musegen.evaluation.samples import Samples, to_c
from musegen.model.conditions import chord_features
from musegen.music import Phrase
from musegen.music.harmony import Chords
from musegen.music.notes import PARTS, make_notes
from musegen.music.phrase_set import PhraseSet


def chords(text):
    """Two bars of chords as a prior reads them."""
    return chord_features(Chords.from_text(text), [0])


def value(tally):
    return tally[0].sum() / tally[1].sum()


def phrase(*rows):
    return Phrase(make_notes([(*row, 80) for row in rows]))


def test_a_band_that_plays_its_chords_is_inside_them():
    plays = phrase(
        *((0, "chords", pitch, 16) for pitch in (60, 64, 67)),
        *((16, "chords", pitch, 16) for pitch in (60, 65, 69)),
        (0, "bass", 36, 16),
        (16, "bass", 41, 16),
    )
    found = chord_tallies([plays], chords("| C | F |"))
    assert [value(tally) for tally in found.values()] == [1, 1, 1]
    # Another chord is asked for in the second bar.
    found = chord_tallies([plays], chords("| C | G |"))
    assert value(found["inside"]) == 0.5
    assert value(found["pitch classes heard"]) == 3 / 6
    assert value(found["bass on its note"]) == 0.5


def test_a_slash_chord_has_its_bass():
    found = chord_tallies([phrase((0, "bass", 40, 32))], chords("| C/E | C/E |"))
    assert value(found["bass on its note"]) == 1
    assert value(found["inside"]) == 1


def test_beat_notes_of_a_lead_are_in_the_chords_or_clash():
    made = phrase(
        *((0, "chords", pitch, 32) for pitch in (60, 64, 67)),
        (0, "lead", 72, 4),  # in the chord
        (4, "lead", 77, 4),  # a semitone from E
        (8, "lead", 69, 4),  # neither
        (12, "lead", 73, 1),  # too short
        (14, "lead", 73, 4),  # not on a beat
    )
    found = fit_tallies([made])
    assert value(found["beat notes in the chords"]) == pytest.approx(1 / 3)
    assert value(found["clashes"]) == pytest.approx(1 / 3)


def test_parts_are_exchanged():
    one, other = band_phrase(1), band_phrase(2)
    (made,) = with_parts_of([one], [other], ["lead"])
    assert made.only(["lead"]) == other.only(["lead"])
    assert made.only(["chords", "bass"]) == one.only(["chords", "bass"])


def test_an_onset_profile_counts_chords_and_not_their_notes():
    made = phrase(
        (0, "chords", 60, 4), (0, "chords", 64, 4), (6, "chords", 60, 4), (8, "lead", 72, 4)
    )
    profile = onset_profile([made, made])
    assert np.flatnonzero(profile).tolist() == [0, 6]
    assert profile.max() == 2


def samples_of_songs(mg, songs):
    """Songs of 16 bars, on which the song's model is measured."""
    place = np.arange(8 * songs)
    phrases = replace(
        phrase_set("song", len(place)),
        source=np.array([f"song-{i // 8}" for i in place]),
        bar=np.int32(2 * (place % 8)),
        style=np.full(len(place), "pop"),
    )
    return Samples(mg.spaces["song"], "all", to_c(phrases), None, mg.spaces["drums"])


def test_songs_that_lack_a_part_are_left_out_where_it_is_needed(tiny_mg):
    samples = samples_of_songs(tiny_mg, 6)
    held = samples.held_out
    notes = held.notes
    silent = (held.source[held.rows] == "song-2") & (notes["part"] == PARTS.index("lead"))
    samples = replace(samples, held_out=held.keep_notes(~silent))
    everything, with_lead = (
        Stretches.choose(samples, playing=playing) for playing in ([], ["lead", "chords"])
    )
    assert set(everything.songs) - set(with_lead.songs) == {"song-2"}
    assert "band to a given lead: clashes" in accompaniment.measure(samples)
    lost = replace(samples, held_out=held.keep_notes(notes["part"] != PARTS.index("lead")))
    assert accompaniment.measure(lost) == {}


def test_all_is_measured_beside_people_and_chance(tiny_mg):
    samples = samples_of_songs(tiny_mg, 6)
    measures = (asked_chords, accompaniment, restyle, repeats, harmony, endings, drums_and_band)
    found = {name: one for module in measures for name, one in module.measure(samples).items()}
    assert found["chords asked: inside"].baseline > 0.9
    assert found["random pieces: bass ends on the tonic"].value == 1
    for name in (
        "chords asked: bass on its note",
        "band to a given lead: clashes",
        "band to a given lead: classifier",
        "lead to a given band: classifier",
        "restyle: inside the first piece's chords",
        "restyle: rhythm of the second piece's chords, r",
        "random pieces: exact returns, bass",
        "random pieces: a bar like the next, counter",
        "random pieces: bass in the chords, half bars",
    ):
        assert found[name].baseline is not None, name
    for name in ("chords asked: inside", "random pieces: kick with bass, F1"):
        assert f"{name}, chance" in found


def test_draws_are_asked_for_the_styles_that_the_prior_knows(tiny_mg):
    space = tiny_mg.spaces["song"]

    def styles(*names):
        phrases = PhraseSet.from_phrases([band_phrase()] * len(names))
        return Samples(space, "all", replace(phrases, style=np.array(names)), None).styles

    assert styles("pop", "", "pop", "hymn") == {"hymn": 1 / 3, "pop": 2 / 3}
    assert styles("", "") == {}
