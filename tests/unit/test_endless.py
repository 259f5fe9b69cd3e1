"""Music that goes on: bars that follow the last ones, with what is asked for in between."""

from itertools import islice

import numpy as np
import pytest
from support.examples import band, band_phrase

from musegen.endless import CONTEXT, PHRASES_AT_ONCE, context_of, draw_next
from musegen.errors import MusicError
from musegen.music import Piece
from musegen.music.attributes import measure_attributes
from musegen.music.meters import Meter


def test_each_draw_goes_on_as_the_piece_ends(tiny_mg):
    piece = band(bars=4, tempo=132).to_key(2).with_programs({"lead": 73})
    pieces = list(islice(tiny_mg.endless(piece, seed=1), 3))
    assert [made.bars for made in pieces] == [2 * PHRASES_AT_ONCE] * 3
    assert {phrase.tempo for made in pieces for phrase in made.phrases} == {132}
    assert {made.key for made in pieces} == {2}
    assert {made.programs["lead"] for made in pieces} == {73}
    assert set(pieces[0].parts) <= set(piece.parts)
    assert len({phrase.notes.tobytes() for made in pieces for phrase in made.phrases}) > 4


def test_the_same_seed_gives_the_same_music(tiny_mg):
    def draw(seed):
        return list(islice(tiny_mg.endless(band(bars=4), seed), 2))

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_as_many_phrases_are_drawn_as_are_asked_for(tiny_mg):
    context = context_of(tiny_mg, band(bars=4))
    path = draw_next(tiny_mg, context, seed=1, drawn=0, temperature=1.0, phrases=3)
    assert {len(z) for z in path.values()} == {3}


def test_without_a_piece_it_goes_on_from_one_of_the_seed(tiny_mg):
    made = next(tiny_mg.endless(seed=3))
    start = tiny_mg.random(3, bars=18).first(16)  # before its end
    assert made == next(tiny_mg.endless(start, seed=3))


def test_chords_that_are_asked_for_go_on_over_the_draws(tiny_mg):
    def latents(chords):
        draws = islice(tiny_mg.endless(band(bars=4), seed=1, chords=chords), 2)
        return [made.path["song"] for made in draws]

    first, second = latents("C | " * 8 + "F | " * 8)  # eight bars of C, then eight of F
    other_first, other_second = latents("C | " * 8 + "G | " * 8)
    assert np.array_equal(first, other_first)
    assert not np.allclose(second, other_second)


def test_the_drums_are_drawn_to_the_song(tiny_mg):
    context = context_of(tiny_mg, band(bars=4))
    made = draw_next(tiny_mg, context, seed=1, drawn=0, temperature=1.0)
    again = draw_next(tiny_mg, {"drums": context["drums"]}, seed=1, drawn=0, temperature=1.0)
    assert not np.allclose(made["drums"], again["drums"])


def test_a_style_that_is_asked_for_changes_what_is_drawn(tiny_mg):
    plain, hymn = (next(tiny_mg.endless(band(), seed=1, style=style)) for style in (None, "hymn"))
    assert not np.allclose(plain.path["song"], hymn.path["song"])


def test_what_came_before_is_heard(mg):
    piece = mg.random(seed=3, bars=8)
    other = mg.random(seed=4, bars=8)
    assert next(mg.endless(piece, seed=5)) != next(mg.endless(other, seed=5))


def test_attributes_are_changed_once_and_not_with_each_draw(mg):
    song = mg.spaces["song"]
    names = song.controls.names

    def density(made):
        measured = measure_attributes(made.only(song.parts).phrases, names)
        return float(np.nanmean(song.controls.standardize(measured)[:, names.index("density")]))

    piece = mg.random(seed=6, bars=16)
    plain = [density(made) for made in islice(mg.endless(piece, seed=7), 3)]
    bars = mg.endless(piece, seed=7)
    bars.attributes["density"] = 1.0
    denser = [density(next(bars)) for _ in range(3)]
    assert np.subtract(denser, plain) == pytest.approx([1.0] * 3, abs=0.45)


def test_a_meter_goes_on(tiny_mg):
    five = [Meter(5, 4, part) for part in (0, 1)]
    piece = Piece.from_notes(band(bars=2).notes, [0], [100], meters=five)
    assert next(tiny_mg.endless(piece, seed=1)).meters[:4] == (*five, *five)


def test_only_the_last_phrases_are_given_to_the_prior(tiny_mg):
    piece = tiny_mg.random(seed=1, bars=40)
    context = context_of(tiny_mg, piece)
    assert {len(z) for z in context.values()} == {CONTEXT}
    np.testing.assert_array_equal(context["song"], piece.path["song"][-CONTEXT:])


def test_silent_phrases_are_not_given_to_the_prior(tiny_mg):
    piece = Piece((band_phrase(), band_phrase().only(("drums",))), path=None)
    context = context_of(tiny_mg, piece)
    assert np.isnan(context["song"]).all(axis=1).tolist() == [False, True]
    made = draw_next(tiny_mg, context, seed=1, drawn=0, temperature=1.0)
    assert np.isfinite(made["song"]).all()
    with pytest.raises(MusicError, match="nothing to continue"):
        tiny_mg.endless(Piece((band_phrase().only(()),)))


def test_a_part_that_was_silent_for_long_is_drawn_again(tiny_mg):
    piece = Piece((*band(bars=2).phrases, *(band_phrase(),) * CONTEXT), path=None)
    context = context_of(tiny_mg, piece)
    assert np.isnan(context["drums"]).all()
    made = draw_next(tiny_mg, context, seed=1, drawn=0, temperature=1.0)
    assert np.isfinite(made["drums"]).all()
    assert set(context_of(tiny_mg, piece.only(["lead", "bass"]))) == {"song"}


def test_what_is_out_of_range_is_refused(tiny_mg):
    with pytest.raises(MusicError, match="temperature"):
        tiny_mg.endless(band(), temperature=3)
    bars = tiny_mg.endless(band(), seed=1)
    bars.attributes["speed"] = 1.0
    with pytest.raises(MusicError, match="no attribute 'speed'"):
        next(bars)
