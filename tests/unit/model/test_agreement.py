"""Notes that a network is unsure of are chosen one after the other."""

import numpy as np
import pytest

from musegen.model.codecs.agreement import (
    ONSET_TABLES,
    PITCHES,
    choose_onsets,
    count_onsets,
)
from musegen.model.codecs.tables import no_tables
from musegen.music.notes import SONG_PARTS, STEPS_PER_PHRASE

LEAD, COUNTER, CHORDS, BASS = range(4)
C, D, E, G = 39, 41, 43, 46  # counted from the lowest key of a piano
NEVER = -20.0
SHAPE = (1, len(SONG_PARTS), STEPS_PER_PHRASE, PITCHES)


def log_odds(*notes):
    """Log odds of onsets: each note is part, step, pitch and its log odds."""
    onset = np.full(SHAPE, NEVER, np.float32)
    for part, step, pitch, odds in notes:
        onset[0, part, step, pitch] = odds
    return onset


def choose(onset, tables, doubt=1.0, sounding=False, full=0.0):
    of_part = np.ones((1, 4), np.float32)
    begins = choose_onsets(
        onset, np.full(SHAPE, sounding), doubt * of_part, 0.0, tables, full * of_part
    )
    return [(int(part), int(step), int(pitch)) for _, part, step, pitch in np.argwhere(begins)]


def tables_with(name, index, value):
    tables = no_tables(ONSET_TABLES)
    tables[name][index] = value
    return tables


def test_without_tables_each_note_is_chosen_by_itself():
    onset = np.random.default_rng(0).normal(-1, 2, (3, *SHAPE[1:])).astype(np.float32)
    goes_on = np.random.default_rng(1).random(onset.shape) < 0.5
    ones = np.ones((3, 4), np.float32)
    begins = choose_onsets(onset, goes_on, ones, -0.7, no_tables(ONSET_TABLES), 0 * ones)
    assert np.array_equal(begins, onset > -0.7)


def test_what_the_network_is_certain_of_stays():
    onset = log_odds((LEAD, 0, C, 1.0), (LEAD, 0, E, 1.0))
    alone = tables_with("count", (LEAD, 1), -4.0)
    assert choose(onset, alone) == [(LEAD, 0, C)]
    assert choose(onset, alone, doubt=0.0) == [(LEAD, 0, C), (LEAD, 0, E)]


@pytest.mark.parametrize(
    ("name", "index", "before"),
    [
        ("place", (LEAD, 4), []),
        ("melody", (LEAD, 2, 12 + 2), [(LEAD, 0, C, 5.0)]),  # D is two above, a quarter later
        ("degree", (LEAD, C % 12, D % 12), [(LEAD, 0, C + 12, 5.0)]),
        ("degree", (LEAD, 12, D % 12), []),  # the first note of the part
        ("chord", (LEAD, 5), [(LEAD, 4, G, 5.0)]),  # D is five below
        ("heard", (LEAD, 0, 1), [(LEAD, 0, D + 12, 5.0)]),
        ("heard", (LEAD, 0, 2), [(BASS, 0, D - 24, 5.0)]),
        ("beside", (LEAD, BASS, 2), [(BASS, 2, C - 24, 5.0)]),  # which still sounds
    ],
)
def test_a_table_makes_notes_likelier_or_less_likely(name, index, before):
    others = [note[:3] for note in before]
    unlikely = log_odds(*before, (LEAD, 4, D, -1.0))
    assert (LEAD, 4, D) not in choose(unlikely, no_tables(ONSET_TABLES), sounding=True)
    likelier = tables_with(name, index, 2.0)
    assert choose(unlikely, likelier, sounding=True) == sorted([*others, (LEAD, 4, D)])
    likely = log_odds(*before, (LEAD, 4, D, 1.0))
    less = tables_with(name, index, -2.0)
    assert choose(likely, less, sounding=True) == others


def test_of_two_notes_that_exclude_each_other_the_likelier_is_chosen():
    seconds = tables_with("chord", (CHORDS, 2), -3.0)
    onset = log_odds((CHORDS, 0, C, 1.0), (CHORDS, 0, D, 1.5), (CHORDS, 0, G, 0.5))
    assert choose(onset, seconds) == [(CHORDS, 0, D), (CHORDS, 0, G)]


def test_a_rhythm_and_a_pitch_are_repeated():
    # Of steps 10 and 14, only 14 is half a bar after a note of the melody.
    onset = log_odds((LEAD, 0, C, 5.0), (LEAD, 6, C, 5.0), (LEAD, 10, C, -1.0), (LEAD, 14, C, -1.0))
    half_a_bar_ago = 3 + 2  # with lags of a beat and half a bar, the second alone
    rhythm = tables_with("count", (LEAD, 0, half_a_bar_ago), 2.0)
    assert choose(onset, rhythm) == [(LEAD, 0, C), (LEAD, 6, C), (LEAD, 14, C)]
    onset[0, LEAD, 14, D] = -0.5
    pitch = tables_with("recurrence", (LEAD, 1), 2.0)
    assert choose(onset, pitch) == [(LEAD, 0, C), (LEAD, 6, C), (LEAD, 14, C)]
    assert choose(onset, no_tables(ONSET_TABLES)) == [(LEAD, 0, C), (LEAD, 6, C)]


def test_a_band_that_has_filled_all_eighths_goes_on():
    # The bass is chosen first: on steps 4 and 6 the chords know that it plays, or that it does not.
    bass = [(BASS, step, C - 24, 5.0) for step in (0, 2, 4)]
    onset = log_odds(*bass, *[(CHORDS, step, C, -1.0) for step in (0, 2, 4, 6)])
    an_eighth_and_a_beat_ago = 3 + 3  # with these two lags, both
    fill = tables_with("band", (CHORDS, 0, an_eighth_and_a_beat_ago), 2.0)
    assert choose(onset, fill)[:-3] == [(CHORDS, 6, C)]
    join = tables_with("band", (CHORDS, 1, an_eighth_and_a_beat_ago), 2.0)
    assert choose(onset, join)[:-3] == [(CHORDS, 4, C)]


def test_a_figure_of_two_notes_goes_to_and_fro():
    onset = log_odds(
        (CHORDS, 0, C, 5.0),
        (CHORDS, 2, G, 5.0),
        (CHORDS, 4, C, -1.0),
        (CHORDS, 4, G, -0.5),
        (CHORDS, 4, E, -0.5),
    )
    to_and_fro = tables_with("repeat", (CHORDS, 1, 2), 2.0)
    assert choose(onset, to_and_fro) == [(CHORDS, 0, C), (CHORDS, 2, G), (CHORDS, 4, C)]
    again = tables_with("repeat", (CHORDS, 1, 1), 2.0)
    assert choose(onset, again) == [(CHORDS, 0, C), (CHORDS, 2, G), (CHORDS, 4, G)]


def test_a_pitch_class_that_was_not_heard_is_rarer():
    onset = log_odds((LEAD, 0, C, 1.0), (LEAD, 24, C, 1.0), (LEAD, 28, D, 1.0))
    rarer = tables_with("heard", (LEAD, 3, 0), -2.0)
    assert choose(onset, rarer) == [(LEAD, 0, C), (LEAD, 24, C)]


def test_chords_are_fuller_by_all_notes_but_the_first():
    onset = log_odds(
        (CHORDS, 0, C, 1.0), (CHORDS, 0, E, -1.0), (CHORDS, 0, G, -1.5), (CHORDS, 4, C, -1.0)
    )
    tables = no_tables(ONSET_TABLES)
    assert choose(onset, tables) == [(CHORDS, 0, C)]
    assert choose(onset, tables, full=2.0) == [(CHORDS, 0, C), (CHORDS, 0, E), (CHORDS, 0, G)]


def test_an_impossible_note_is_not_made_likely():
    much = tables_with("place", (LEAD, 0), 50.0)
    assert choose(log_odds((LEAD, 0, C, -9.0)), much) == [(LEAD, 0, C)]
    assert choose(log_odds((LEAD, 0, C, -11.0)), much) == []


def test_what_an_unsure_network_writes_counts_less():
    onset = log_odds((LEAD, 0, C, 2.0))
    less = tables_with("place", (LEAD, 0), -1.5)
    assert choose(onset, less) == []
    assert choose(onset, less, doubt=0.5) == [(LEAD, 0, C)]


def test_notes_are_counted_as_the_tables_name_them():
    begins = (
        log_odds(
            (BASS, 0, C - 24, 1.0),
            (LEAD, 0, E, 1.0),
            (LEAD, 4, D, 1.0),
            (CHORDS, 4, C, 1.0),
            (CHORDS, 4, G, 1.0),
        )
        > 0
    )
    sounding = begins.copy()
    sounding[0, BASS, :8, C - 24] = True
    counts = count_onsets(begins, sounding)
    assert counts["place"][LEAD].nonzero()[0].tolist() == [0, 4]
    assert counts["count"][CHORDS].sum(1)[:3].tolist() == [1, 1, 0]
    assert counts["melody"][LEAD].sum() == 2
    assert counts["melody"][LEAD, 2, 12 - 2] == 1
    assert counts["melody"][LEAD, :, -1].sum() == 1
    assert counts["melody"][CHORDS, -1, -1] == 2
    assert counts["chord"][CHORDS].nonzero()[0].tolist() == [7]
    assert counts["beside"][LEAD, BASS].nonzero()[0].tolist() == [2, 4]
    assert counts["beside"][CHORDS, BASS].nonzero()[0].tolist() == [0, 7]
    # On step 4, of the chord: C and G were in no part but the bass, which has C.
    assert counts["heard"][CHORDS, 0].tolist() == [1, 0, 1, 0]
    assert counts["recurrence"][LEAD].tolist() == [2, 0, 0, 0]
    # Only the bass is chosen before the others; on step 4 the lead is.
    assert counts["band"][LEAD].sum(1).tolist() == [1, 1]
    assert counts["band"][CHORDS, 1].nonzero()[0].tolist() == [3 + 2]
    assert counts["repeat"][LEAD].sum(1).tolist() == [1, 1, 0, 0]
    assert counts["repeat"][LEAD, :, 0].sum() == 2
