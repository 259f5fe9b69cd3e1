"""Pieces: phrases in order."""

from dataclasses import replace

import numpy as np
import pytest

from musegen.music.feel import Feel
from musegen.music.instruments import DEFAULT_PROGRAMS
from musegen.music.notes import make_notes
from musegen.music.phrase import Phrase
from musegen.music.piece import Piece


def phrase(*rows, key=0, tempo=120.0):
    return Phrase(make_notes(rows), key, tempo)


def two_phrases(**options):
    first = phrase((0, "lead", 60, 4, 90), (30, "bass", 40, 8, 90))
    second = phrase((0, "drums", 38, 1, 90), (20, "lead", 62, 4, 90), key=2, tempo=60.0)
    return Piece((first, second), **options)


def test_a_piece_has_at_least_one_phrase():
    with pytest.raises(ValueError, match="at least one phrase"):
        Piece(())


@pytest.mark.parametrize("bars", [1, 2, 5])
def test_bars_must_fit_the_phrases(bars):
    with pytest.raises(ValueError, match="do not fit"):
        two_phrases(bars=bars)


def test_onsets_count_from_the_start_of_the_piece():
    notes = two_phrases().notes
    assert notes["onset"].tolist() == [0, 30, 32, 52]
    assert notes["duration"].tolist() == [4, 8, 1, 4]


def test_no_note_sounds_after_the_end():
    piece = two_phrases(bars=3)
    assert piece.steps == 48
    assert piece.notes["onset"].tolist() == [0, 30, 32]
    last = Piece((phrase((30, "lead", 60, 8, 90)),))
    assert last.notes["duration"].tolist() == [2]


def test_from_notes_is_the_inverse_of_notes():
    piece = two_phrases()
    again = Piece.from_notes(piece.notes, [0, 2], [120.0, 60.0])
    assert again == piece


def test_parts_are_those_with_notes_in_order():
    assert two_phrases().parts == ("lead", "bass", "drums")
    assert Piece((Phrase(),)).parts == ()


def test_seconds_follow_the_tempo_of_each_phrase():
    piece = two_phrases()
    assert piece.seconds == pytest.approx(4 + 8)
    assert piece.seconds_at([0, 16, 32, 48]) == pytest.approx([0, 2, 4, 8])
    assert two_phrases(bars=3).seconds == pytest.approx(4 + 4)


def test_to_key_keeps_changes_of_key():
    moved = two_phrases().to_key(5)
    assert [p.key for p in moved.phrases] == [5, -5]
    assert moved.key == 5
    assert [p.notes["pitch"].tolist() for p in moved.phrases] == [[65, 45], [38, 55]]


def test_with_tempo_keeps_the_ratios_of_tempos():
    assert [p.tempo for p in two_phrases().with_tempo(90).phrases] == [90, 45]


def test_with_feel_changes_all_phrases():
    piece = two_phrases().with_feel(Feel(0.5))
    assert [p.feel for p in piece.phrases] == [Feel(0.5)] * 2
    assert piece.feel == Feel(0.5)
    assert piece != two_phrases()
    assert piece.with_feel(Feel()) == two_phrases()


def test_other_changes_keep_the_feel():
    first, second = two_phrases().phrases
    piece = Piece((replace(first, feel=Feel(0.5)), replace(second, feel=Feel(human=False))))
    for same in (piece.to_key(3), piece.with_tempo(90), piece.only(["lead"]), piece.first(3)):
        assert [p.feel for p in same.phrases] == [Feel(0.5), Feel(human=False)]
    feels = [p.feel for p in piece.phrases]
    assert Piece.from_notes(piece.notes, [0, 2], [120.0, 60.0], feels=feels) == piece


def test_play_times_are_near_the_steps_of_the_notes():
    piece = two_phrases()
    start, end = piece.play_times()
    assert np.round(start).tolist() == piece.notes["onset"].tolist()
    assert np.round(end - start).tolist() == piece.notes["duration"].tolist()


def test_other_parts_have_the_default_programs():
    piece = two_phrases(programs={"lead": 73})
    assert piece.programs == {**DEFAULT_PROGRAMS, "lead": 73}
    changed = piece.with_programs({"bass": 38})
    assert (changed.programs["lead"], changed.programs["bass"]) == (73, 38)
    assert piece.programs["bass"] == DEFAULT_PROGRAMS["bass"]


def test_programs_can_change_within_a_piece():
    piece = two_phrases(changes={1: {"lead": 73}})
    assert [piece.programs_at(i)["lead"] for i in (0, 1)] == [DEFAULT_PROGRAMS["lead"], 73]
    assert piece.programs_at(1)["bass"] == DEFAULT_PROGRAMS["bass"]
    assert piece != two_phrases()
    assert piece.first(2).changes == {}
    assert piece.with_programs({"lead": 5}).programs_at(1)["lead"] == 5
    assert piece.with_programs({"bass": 5}).programs_at(1)["lead"] == 73


def test_only_keeps_the_length():
    alone = two_phrases().only(["drums"])
    assert alone.parts == ("drums",)
    assert alone.bars == 4


def test_equality_ignores_the_path():
    path = {"song": np.zeros((2, 4), np.float32)}
    assert two_phrases(path=path) == two_phrases()
    assert two_phrases() != two_phrases(bars=3)
    assert two_phrases() != two_phrases(programs={"lead": 1})


def test_first_returns_the_beginning():
    piece = Piece(tuple(Phrase(make_notes([(i, "lead", 60 + i, 1, 90)])) for i in range(4)))
    three = piece.first(3)
    assert (three.bars, len(three)) == (3, 2)
    assert three.phrases == piece.phrases[:2]
    assert piece.first(99) is piece


def test_a_piece_and_a_phrase_have_a_short_repr():
    piece = Piece((Phrase(make_notes([(0, "lead", 60, 1, 90), (0, "drums", 36, 1, 90)])),))
    assert repr(piece) == "<Piece: 2 bars at 96 bpm, 2 notes: lead, drums>"
    assert repr(piece.phrases) == "(<Phrase: 2 notes>,)"
    assert "silence" in repr(Piece((Phrase(),)))


def test_threads_can_share_a_piece_because_it_cannot_be_changed():
    latents = np.zeros((2, 4), np.float32)
    given = {1: {"lead": 73}}
    piece = two_phrases(path={"song": latents}, changes=given)
    with pytest.raises(ValueError, match="read-only"):
        piece.path["song"][0] = 1
    with pytest.raises(TypeError):
        piece.path["song"] = latents
    with pytest.raises(TypeError):
        piece.changes[0] = {"lead": 1}
    with pytest.raises(TypeError):
        piece.changes[1]["lead"] = 1
    with pytest.raises(TypeError):
        piece.programs["lead"] = 1
    latents[0] = 1  # the caller's own array and mapping stay theirs
    given[1]["lead"] = 1
    assert not piece.path["song"].any()
    assert piece.changes == {1: {"lead": 73}}
    assert piece.first(2).path["song"].base is piece.path["song"]  # shared, not copied again


def test_the_tempo_may_change_from_beat_to_beat():
    slower = (0.5,) * 4 + (1.5,) * 4
    piece = Piece((Phrase(tempo=60.0, beat_lengths=slower), Phrase(tempo=60.0)))
    assert piece.seconds_at([0, 4, 16, 20, 32, 64]) == pytest.approx([0, 0.5, 2, 3.5, 8, 16])
    assert piece.with_tempo(120.0).seconds_at([16, 32]) == pytest.approx([1, 4])
    assert piece != replace(piece, phrases=(Phrase(tempo=60.0), Phrase(tempo=60.0)))
    times, tempos = piece.to_pretty_midi().get_tempo_changes()
    assert times == pytest.approx([0, 2, 8])
    assert tempos == pytest.approx([120, 40, 60])


@pytest.mark.parametrize("lengths", [(1.0,) * 7, (2.0,) * 8, (0.0, 2.0) + (1.0,) * 6])
def test_beats_that_do_not_fill_a_phrase_are_refused(lengths):
    with pytest.raises(ValueError, match="1 in the mean"):
        Phrase(beat_lengths=lengths)
