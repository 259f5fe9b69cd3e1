"""Joining, repeating, cutting and retouching pieces."""

from dataclasses import replace

import numpy as np
import pytest
from support.examples import band

from musegen.errors import MusicError
from musegen.music import Phrase, Piece
from musegen.music.arrange import (
    copy_phrase,
    cut,
    join,
    join_with_gaps,
    mix_keys,
    mix_tempos,
    repeat,
    retouch,
)
from musegen.music.feel import Feel


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


def test_joined_pieces_keep_their_feel():
    a, b = band(bars=4).with_feel(Feel(0.5)), band(bars=4).with_feel(Feel(human=False))
    feels = [Feel(0.5), Feel(0.5), Feel(human=False), Feel(human=False)]
    joined = join([a, b], 4)
    assert [phrase.feel for phrase in joined.phrases] == feels
    assert joined.play_times()[0].tolist() == [*a.play_times()[0], *(b.play_times()[0] + 64)]
    assert {phrase.feel for phrase in repeat(a, 10).phrases} == {Feel(0.5)}
    assert cut(joined, 1, 2).feel == Feel(0.5)
    assert copy_phrase(joined, 0, 3).phrases[3].feel == Feel(0.5)


def test_a_gap_has_the_feel_of_the_piece_before_it():
    a, b = band(bars=2).with_feel(Feel(0.5)), band(bars=2).with_feel(Feel(human=False))
    whole, _ = join_with_gaps([a, b], [2, 4, 2])
    assert [phrase.feel for phrase in whole.phrases] == [*[Feel(0.5)] * 4, *[Feel(human=False)] * 2]


def test_mixed_keys_are_on_the_shorter_way_around_the_octave():
    assert mix_keys([5, -5], [0.5, 0.5]) == 6
    assert mix_keys([0, 4], [0.25, 0.75]) == 3
    assert mix_keys([0, 3, 0, 3], [0.0, 0.0, 0.0, 1.0]) == 3


def test_mixed_tempos_are_the_geometric_mean():
    assert mix_tempos([80, 125], [0.5, 0.5]) == pytest.approx(100)
    assert mix_tempos([96, 96], [0.3, 0.7]) == 96


def test_a_cut_keeps_its_notes_and_instruments():
    piece = replace(band(bars=8), changes={2: {"lead": 40}, 3: {"lead": 41}})
    path = {"song": np.arange(8.0).reshape(4, 2)}
    found = cut(replace(piece, path=path), 2, 2)
    assert found.bars == 4
    assert found.phrases == piece.phrases[2:]
    assert [found.programs_at(i)["lead"] for i in range(2)] == [40, 41]
    assert found.path["song"].tolist() == [[4, 5], [6, 7]]
    assert cut(band(bars=7), 3, 1).bars == 1


@pytest.mark.parametrize(("first", "phrases"), [(-1, 1), (0, 0), (3, 2)])
def test_a_cut_outside_the_piece_is_refused(first, phrases):
    with pytest.raises(MusicError, match="they go from 0 to 3"):
        cut(band(bars=8), first, phrases)


def test_a_copied_phrase_is_in_both_places_and_the_original_piece_stays():
    piece = Piece((*band(bars=2).phrases, Phrase()), path={"song": np.eye(2, dtype=np.float32)})
    copied = copy_phrase(piece, 0, 1)
    assert copied.phrases[0] == copied.phrases[1] == piece.phrases[0]
    assert copied.path["song"].tolist() == [[1, 0], [1, 0]]
    assert len(piece.phrases[1]) == 0
    assert piece.path["song"].tolist() == [[1, 0], [0, 1]]
    with pytest.raises(MusicError, match="there is no phrase 2"):
        copy_phrase(piece, 0, 2)


def test_key_and_tempo_of_a_gap_are_between_those_of_its_sides():
    a, b = band(bars=2, tempo=80), band(bars=2, tempo=125).to_key(3)
    whole, starts = join_with_gaps([a, b], [2, 4, 2])
    assert starts == [1, 4]
    assert [phrase.key for phrase in whole.phrases] == [0, 0, 1, 2, 3, 3]
    tempos = [round(phrase.tempo) for phrase in whole.phrases]
    assert tempos == [80, 80, 93, 108, 125, 125]
    assert [len(phrase) > 0 for phrase in whole.phrases] == [0, 1, 0, 0, 1, 0]


def rows(piece) -> set[tuple]:
    return set(piece.notes.tolist())


def test_a_note_is_removed_and_another_one_added():
    piece = band(bars=4)
    first = piece.notes[0].tolist()
    made = retouch(piece, [first[:3]], [(40, 0, 71, 3, 88)])
    assert rows(piece) - rows(made) == {first}
    assert [row[:5] for row in rows(made) - rows(piece)] == [(40, 0, 71, 3, 88)]


def test_what_is_not_there_is_not_removed():
    piece = band(bars=2)
    assert rows(retouch(piece, [(0, 0, 3)], [])) == rows(piece)


def test_a_note_after_the_end_is_refused():
    with pytest.raises(MusicError, match="after the end of the piece, which has 2 bars"):
        retouch(band(bars=2), [], [(32, 0, 60, 1, 90)])


def test_a_drum_that_there_is_not_is_refused():
    with pytest.raises(MusicError, match="the drums have the pitches"):
        retouch(band(bars=2), [], [(0, 4, 60, 1, 90)])
