"""Bars of other meters in phrases of 32 steps."""

from dataclasses import replace

import numpy as np
import pytest

from musegen.midi import load_midi
from musegen.music.arrange import join, join_with_gaps
from musegen.music.feel import Feel
from musegen.music.meters import Meter, lay_out_bar, signatures
from musegen.music.notes import make_notes
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece

WALTZ = (Meter(3, 4), Meter(3, 4))


def waltz(**values) -> Piece:
    """Two bars of 3/4 at 60 beats a minute with a note on each beat."""
    rows = [(16 * bar + 4 * beat, "lead", 60 + beat, 4, 90) for bar in (0, 1) for beat in range(3)]
    return Piece((Phrase(make_notes(rows), tempo=60, meters=WALTZ, **values),))


@pytest.mark.parametrize(
    ("meter", "steps"),
    [
        ((3, 4), (12,)),
        ((6, 8), (12,)),
        ((7, 8), (14,)),
        ((5, 4), (12, 8)),
        ((12, 8), (12, 12)),
        ((9, 8), (12, 6)),
        ((4, 2), (16, 16)),
        ((5, 32), ()),  # not whole sixteenths
        ((0, 4), ()),
        ((99, 4), ()),
    ],
)
def test_a_bar_is_laid_into_bars_of_16_steps(meter, steps):
    assert lay_out_bar(*meter) == steps


def test_a_beat_of_a_compound_meter_is_a_dotted_quarter():
    assert [Meter(*m).beat for m in ((3, 4), (6, 8), (12, 8), (7, 8), (2, 2))] == [4, 6, 6, 2, 8]


@pytest.mark.parametrize("fields", [(5, 32), (3, 4, 1), (3, 4, 0, 2), (2, 4, 0, 3)])
def test_a_meter_fits_16_steps(fields):
    with pytest.raises(ValueError, match="does not fit"):
        Meter(*fields)


def test_the_parts_of_a_long_bar_have_one_signature_and_a_cut_bar_its_own():
    long = [Meter(5, 4, 0), Meter(5, 4, 1)]
    assert signatures([*long, Meter(), *long]) == [(0, 5, 4), (2, 4, 4), (3, 5, 4)]
    assert signatures([*long, Meter(5, 4, 0)]) == [(0, 5, 4), (2, 3, 4)]
    assert signatures([Meter(12, 8, 1), Meter(2, 4, bars=2)]) == [(0, 3, 4), (1, 2, 4)]


def test_unused_steps_take_no_time():
    piece = waltz(feel=Feel(human=False))
    assert piece.seconds == 6
    assert piece.play_times()[0].tolist() == [0, 4, 8, 12, 16, 20]
    assert piece.played_steps([0, 11, 12, 15, 16, 28, 32]).tolist() == [0, 11, 12, 12, 12, 24, 24]
    assert piece.seconds_at([0, 12, 24]).tolist() == [0, 3, 6]


def test_notes_on_unused_steps_are_not_heard():
    late = make_notes([(13, "lead", 70, 2, 90), (29, "lead", 70, 2, 90)])
    phrase = waltz().phrases[0]
    piece = Piece((replace(phrase, notes=np.concatenate([phrase.notes, late])),))
    assert piece.notes["pitch"].tolist() == [60, 61, 62] * 2


def test_an_early_note_on_a_bar_line_stays_early():
    rows = [(16, "lead", 60, 4, 90, -0.4)]
    assert Piece((Phrase(make_notes(rows), meters=WALTZ),)).play_times()[0] == pytest.approx([11.6])


def test_a_waltz_swings_and_six_eighths_do_not():
    rows = [(2, "lead", 60, 2, 90), (18, "lead", 60, 2, 90)]
    feel = Feel(swing=1.0, human=False)
    phrase = Phrase(make_notes(rows), feel=feel, meters=WALTZ)
    assert Piece((phrase,)).play_times()[0] == pytest.approx([8 / 3, 12 + 8 / 3])
    jig = replace(phrase, meters=(Meter(6, 8), Meter(6, 8)))
    assert Piece((jig,)).play_times()[0].tolist() == [2, 14]


def test_the_tempo_may_change_within_a_bar_of_three():
    lengths = (0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5, 1.0)  # the fourth and the last are not used
    piece = waltz(beat_lengths=lengths)
    assert np.diff(piece.seconds_at(np.arange(0, 25, 4))).tolist() == [0.5, 1, 1, 1, 1, 1.5]
    with pytest.raises(ValueError, match="1 in the mean"):
        waltz(beat_lengths=(2.0, *lengths[1:]))


def test_the_file_has_the_signatures(tmp_path):
    five = (Meter(5, 4, 0), Meter(5, 4, 1))
    phrases = (waltz().phrases[0], replace(waltz().phrases[0], meters=five))
    Piece(phrases).write_midi(tmp_path / "song.mid")
    found = load_midi(tmp_path / "song.mid").time_signature_changes
    assert [(s.numerator, s.denominator, s.time) for s in found] == [(3, 4, 0.0), (5, 4, 6.0)]


def test_joined_pieces_keep_their_meters():
    common = Piece((Phrase(),))
    assert join([waltz(), common], 2).meters == (*WALTZ, Meter(), Meter())
    between = join_with_gaps([waltz(), common], [0, 2, 2])[0]
    assert between.meters == (*WALTZ, *WALTZ, *[Meter()] * 4)
