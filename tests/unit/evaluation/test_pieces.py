"""Measures of whole pieces: repetitions, ends, and drums that play with the band."""

import numpy as np
import pytest

from musegen.evaluation.measures.pieces.drums_and_band import density_correlation, kick_with_bass
from musegen.evaluation.measures.pieces.endings import ends_on_tonic, rings_in_chord
from musegen.evaluation.measures.pieces.harmony import bass_in_chords, triads_fit
from musegen.evaluation.measures.pieces.repeats import repeat_tallies
from musegen.music import Phrase, Piece
from musegen.music.notes import make_notes


def phrase(*rows):
    return Phrase(make_notes([(*row, 80) for row in rows]))


def value(tally):
    return tally[0].sum() / tally[1].sum()


def test_returns_of_a_part_are_counted_after_the_first_phrase():
    a, b, silent = phrase((0, "bass", 36, 4)), phrase((0, "bass", 38, 4)), phrase()
    found = repeat_tallies([[a, b, a, silent, a]], "bass")
    assert value(found["exact returns"]) == 2 / 3  # of b, a and a
    longer = phrase((0, "bass", 36, 8))
    assert value(repeat_tallies([[a, longer]], "bass")["exact returns"]) == 1


def test_a_bar_is_like_the_next_by_its_rhythm():
    same = phrase(
        (0, "counter", 60, 4), (8, "counter", 62, 4), (16, "counter", 65, 2), (24, "counter", 60, 2)
    )
    assert value(repeat_tallies([[same]], "counter")["a bar like the next"]) == 1
    half = phrase(
        (0, "counter", 60, 4), (8, "counter", 62, 4), (16, "counter", 65, 2), (20, "counter", 65, 2)
    )
    assert value(repeat_tallies([[half]], "counter")["a bar like the next"]) == 0.5
    # Of drums it counts which drum is hit.
    drums = phrase((0, "drums", 36, 1), (16, "drums", 38, 1))
    assert value(repeat_tallies([[drums]], "drums")["a bar like the next"]) == 0


def test_a_piece_ends_on_its_tonic_if_the_bass_rings():
    rings = phrase((16, "bass", 36, 16), (16, "chords", 64, 16))
    assert ends_on_tonic(Piece((rings,)))
    assert rings_in_chord(Piece((rings,)))
    assert not ends_on_tonic(Piece((phrase((16, "bass", 36, 8)),)))
    assert not ends_on_tonic(Piece((phrase((16, "bass", 43, 16)),)))
    assert ends_on_tonic(Piece((rings.to_key(5),)))
    assert not rings_in_chord(Piece((phrase((16, "bass", 36, 16), (24, "lead", 74, 8)),)))


def test_the_kick_plays_with_the_bass():
    one = phrase((0, "bass", 36, 4), (8, "bass", 36, 4), (0, "drums", 36, 1), (12, "drums", 36, 1))
    assert kick_with_bass([one], np.zeros(1)).value == 0.5
    assert kick_with_bass([one.only(["bass"])], np.zeros(1)).value == 0


def test_drums_are_denser_where_the_band_is():
    def both(notes):
        rows = [(4 * i, "lead", 60, 2) for i in range(notes)]
        return phrase(*rows, *((4 * i, "drums", 42, 1) for i in range(notes)))

    together = [both(n) for n in (1, 3, 5, 8)]
    assert density_correlation(together, np.arange(4)).value == pytest.approx(1)


def test_chords_fit_the_best_triad_of_each_half_bar():
    c_then_am = phrase(*[(0, "chords", p, 8) for p in (60, 64, 67)], (8, "chords", 69, 8))
    assert value(triads_fit([c_then_am])) == 1
    seventh = phrase(*[(0, "chords", p, 8) for p in (60, 64, 67, 70)])
    assert value(triads_fit([seventh])) == 0.75
    held = phrase((4, "chords", 60, 8), (8, "chords", 61, 4))  # C sounds on beside C sharp
    assert value(triads_fit([held])) == 8 / 12


def test_the_bass_is_in_the_chords_of_its_half_bar():
    chords = [(0, "chords", 64, 8), (8, "chords", 65, 8)]
    assert value(bass_in_chords([phrase(*chords, (0, "bass", 40, 8), (8, "bass", 40, 8))])) == 0.5
    counter = phrase(*chords, (8, "counter", 52, 1), (8, "bass", 40, 8))
    assert value(bass_in_chords([counter])) == 1
    without_chords = phrase(*chords, (0, "bass", 40, 8), (16, "bass", 41, 8))
    assert value(bass_in_chords([without_chords])) == 1
