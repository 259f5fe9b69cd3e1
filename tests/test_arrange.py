"""Pieces end to end."""

import numpy as np
from examples import band

from musegen.arrange import join, lay_apart, repeat, ways_between


def notes_from(piece, bar, bars):
    notes = piece.notes[
        (piece.notes["onset"] >= 16 * bar) & (piece.notes["onset"] < 16 * (bar + bars))
    ]
    notes["onset"] -= 16 * bar
    return notes


def test_a_piece_repeats_until_it_is_long_enough():
    piece = band(bars=4)
    longer = repeat(piece, 10)
    assert longer.bars == 10
    for bar in (0, 4):
        assert np.array_equal(notes_from(longer, bar, 4), piece.notes)
    assert repeat(piece, 4) is piece


def test_joined_pieces_keep_their_tempos_and_instruments():
    a, b = band(bars=4, tempo=90), band(bars=4, tempo=120).with_programs({"bass": 38})
    joined = join([a, b], 4)
    assert [phrase.tempo for phrase in joined.phrases] == [90, 90, 120, 120]
    assert joined.programs_at(1)["bass"] == a.programs["bass"]
    assert joined.programs_at(2)["bass"] == 38
    assert np.array_equal(notes_from(joined, 4, 4), b.notes)


def test_keys_go_the_shorter_way_round():
    ends = [band(bars=2).to_key(5), band(bars=2).to_key(-5)]
    keys, _ = ways_between(ends, np.array([0.5]))
    assert keys.tolist() == [[6]]


def test_gaps_take_key_and_tempo_from_their_sides():
    a, b = band(bars=2, tempo=80), band(bars=2, tempo=125).to_key(3)
    whole, starts = lay_apart([a, b], [2, 4, 2])
    assert starts == [1, 4]
    assert [phrase.key for phrase in whole.phrases] == [0, 0, 1, 2, 3, 3]
    tempos = [round(phrase.tempo) for phrase in whole.phrases]
    assert tempos == [80, 80, 93, 108, 125, 125]
    assert [len(phrase) > 0 for phrase in whole.phrases] == [0, 1, 0, 0, 1, 0]
