"""Notes of which a network is unsure last as people's do."""

import numpy as np
import pytest
from support.examples import band_phrase

from musegen.model.codecs import SongCodec
from musegen.model.codecs.agreement import PITCHES
from musegen.model.codecs.note_lengths import (
    LENGTH_CHANCES,
    LENGTH_TABLES,
    choose_lengths,
    count_lengths,
)
from musegen.model.codecs.tables import no_tables
from musegen.music.notes import SONG_PARTS, STEPS_PER_PHRASE

LEAD, COUNTER, CHORDS, BASS = range(4)
C, E, G = 39, 43, 46  # counted from the lowest key of a piano
SHAPE = (1, len(SONG_PARTS), STEPS_PER_PHRASE, PITCHES)


def notes(*of_notes):
    """Which notes begin: each is part, step and pitch."""
    begins = np.zeros(SHAPE, bool)
    for part, step, pitch in of_notes:
        begins[0, part, step, pitch] = True
    return begins


def choose(begins, goes_on, tables, doubt=1.0, chance=0.5, longer=0.0):
    of_part = np.ones((1, 4), np.float32)
    chances = np.full((1, 4, LENGTH_CHANCES), chance)
    found = choose_lengths(begins, goes_on, longer * of_part, doubt * of_part, tables, chances)
    return found.tolist()


def tables_with(name, index, value):
    tables = no_tables(LENGTH_TABLES)
    tables[name][index] = value
    return tables


def test_lengths_bridge_an_unlikely_step_and_end_where_the_pitch_begins_again():
    begins = notes((LEAD, 0, C), (LEAD, 20, C), (LEAD, 0, E))
    goes_on = np.full(SHAPE, 1.0, np.float32)
    goes_on[0, LEAD, 3, E], goes_on[0, LEAD, 9, E] = -2.5, -100
    # In the order of steps and pitches: C, E, C.
    short = tables_with("length", (LEAD, 4), 30.0)
    assert choose(begins, goes_on, short) == [4, 4, 4]
    assert choose(begins, goes_on, short, doubt=0.0) == [20, 9, 12]
    to_end = tables_with("length", (LEAD, 0), -30.0)
    assert choose(begins, goes_on, to_end)[2] == 11


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_at_either_end_of_chance_a_length_is_possible(chance):
    begins = notes((LEAD, 30, C), (BASS, 4, C), (BASS, 9, C))
    unsure = np.full(SHAPE, 0.1, np.float32)
    short, cut, long = choose(begins, unsure, no_tables(LENGTH_TABLES), chance=chance)[-3:]
    assert min(short, cut, long) >= 1
    assert max(short, cut) <= 23


def test_a_note_ends_with_the_next_onset_of_its_part():
    begins = notes((LEAD, 0, C), (LEAD, 6, E), (LEAD, 10, G), (BASS, 3, C - 24))
    unsure = np.full(SHAPE, 0.1, np.float32)
    by_end = {
        name: choose(begins, unsure, tables_with("end", (LEAD, number), 30.0), chance=0.99)[:3]
        for number, name in enumerate(["before", "next", "between", "after", "later", "phrase"])
    }
    # The last note has no onset after it: it ends before the phrase does, or with it.
    assert by_end == {
        "before": [5, 3, 21],
        "next": [6, 4, 22],
        "between": [9, 25, 22],
        "after": [10, 26, 22],
        "later": [32, 26, 22],
        "phrase": [32, 26, 22],
    }


def test_how_long_a_note_lasts_depends_on_how_far_the_next_onset_is():
    begins = notes((LEAD, 0, C), (LEAD, 2, E), (LEAD, 10, G), (BASS, 0, C - 24))
    short = np.full(SHAPE, -1.0, np.float32)
    assert choose(begins, short, no_tables(LENGTH_TABLES)) == [1, 1, 1, 1]
    eight, six = 5, 4  # steps, counted as 1, 2, 3, 4, up to 6, up to 8, …
    held = tables_with("until", (LEAD, 0, eight, six), 9.0)
    assert choose(begins, short, held) == [1, 5, 1, 1]
    assert choose(begins, short, held, doubt=0.0) == [1, 1, 1, 1]
    none_follows, longest = 1, -1
    rings = tables_with("until", (LEAD, none_follows, longest, longest), 30.0)
    assert choose(begins, short, rings) == [1, 1, 17, 1]


def test_one_number_chooses_among_the_likely_lengths_of_equally_far_notes():
    begins = notes((LEAD, 0, C), (LEAD, 8, E), (LEAD, 16, G))
    unsure = np.zeros(SHAPE, np.float32)
    before = tables_with("end", (LEAD, 0), 9.0)  # the note ends before the next one: 1 to 7 steps
    for chance, length in ((0.0, 1), (0.3, 3), (0.5, 4), (0.99, 7)):
        first, second, _ = choose(begins, unsure, before, chance=chance)
        assert first == second == length
    every = [choose(begins, unsure, before, chance=c)[0] for c in np.linspace(0, 0.999, 700)]
    assert np.bincount(every)[1:] == pytest.approx(np.full(7, 100), abs=2)
    assert choose(begins, unsure + 0.01, before, doubt=0.0, chance=0.0) == [32, 24, 16]


def test_what_a_network_is_too_sure_of_is_possible_in_draws():
    begins = notes((LEAD, 0, C), (LEAD, 4, E))
    ends = np.full(SHAPE, -50.0, np.float32)
    held = tables_with("length", (LEAD, 4), 12.0)
    assert choose(begins, ends, held)[0] == 4
    assert choose(begins, ends, held, doubt=0.0)[0] == 1
    assert choose(begins, ends, no_tables(LENGTH_TABLES))[0] == 1
    assert choose(begins, ends, no_tables(LENGTH_TABLES), longer=6.0)[0] == 32


def test_the_notes_of_a_chord_end_together():
    begins = notes((CHORDS, 0, C), (CHORDS, 0, E), (CHORDS, 0, G))
    goes_on = np.full(SHAPE, -1.0, np.float32)
    goes_on[0, CHORDS, :4, C] = goes_on[0, CHORDS, :6, G] = 1.0
    assert choose(begins, goes_on, no_tables(LENGTH_TABLES), doubt=0.0) == [4, 1, 6]
    together = tables_with("alike", (CHORDS, 1), 9.0)
    assert choose(begins, goes_on, together) == [4, 4, 4]


def test_lengths_are_counted_as_the_tables_name_them():
    begins = notes((BASS, 0, C - 24), (LEAD, 0, E), (LEAD, 4, C), (CHORDS, 4, C), (CHORDS, 4, G))
    sounding = begins.copy()
    sounding[0, BASS, :8, C - 24] = sounding[0, LEAD, :4, E] = sounding[0, LEAD, 4:, C] = True
    counts = count_lengths(begins, sounding)
    assert counts["length"][BASS].nonzero()[0].tolist() == [8]
    assert counts["length"][LEAD].nonzero()[0].tolist() == [0, 4]
    assert counts["end"][LEAD].tolist() == [0, 1, 0, 0, 0, 1]
    assert counts["end"][CHORDS].tolist() == [2, 0, 0, 0, 0, 0]
    assert counts["alike"][CHORDS].tolist() == [0, 1]
    # An onset follows the first after 4 steps, the second has 28 to the end of the phrase.
    assert np.argwhere(counts["until"][LEAD]).tolist() == [[0, 3, 3], [1, 8, 8]]


def test_a_phrase_of_people_has_as_many_lengths_as_notes():
    phrase = band_phrase()
    counts = SongCodec().count([phrase])
    assert counts["length"].sum() == len(phrase.only(SONG_PARTS)) > 0
