"""Phrases and parts of pieces are made anew, and the rest stays."""

from dataclasses import replace

import numpy as np
import pytest
from support.examples import band, band_phrase, drum_phrase
from support.pieces import same_notes, song_and_drums

from musegen.errors import MusicError
from musegen.evaluation.measures.conditions.accompaniment import fit_tallies
from musegen.music import Phrase, Piece
from musegen.music.attributes import ATTRIBUTES
from musegen.music.meters import Meter
from musegen.music.notes import PARTS
from musegen.music.similarity import note_f1


def test_variations_are_as_similar_as_asked(mg):
    piece = mg.random(seed=11, bars=8)
    same = mg.vary(piece, similarity=1, seed=0)
    near = mg.vary(piece, similarity=0.9, seed=0)
    far = mg.vary(piece, similarity=0, seed=0)
    likeness = [note_f1(other.phrases, piece.phrases) for other in (same, near, far)]
    assert likeness[0] > 0.98
    assert likeness == sorted(likeness, reverse=True)
    assert same_notes(mg.vary(piece, 0.5, seed=1), mg.vary(piece, 0.5, seed=1))
    with pytest.raises(MusicError, match="similarity"):
        mg.vary(piece, 1.2)


def test_a_variation_of_one_phrase_leaves_the_others(tiny_mg):
    piece = band()
    varied = tiny_mg.vary(piece, 0.5, seed=1, phrases=[2])
    assert [a == b for a, b in zip(varied.phrases, piece.phrases, strict=True)] == [1, 1, 0, 1]


def test_filled_phrases_depend_on_the_others(mg):
    piece = mg.random(seed=3, bars=8, form="free", key=2)
    filled = mg.fill(piece, [1, 2], seed=5)
    assert [a == b for a, b in zip(filled.phrases, piece.phrases, strict=True)] == [1, 0, 0, 1]
    assert filled.key == 2
    assert mg.fill(piece, [1, 2], seed=5) == filled
    assert mg.fill(piece, [1, 2], seed=6) != filled
    # What is kept is heard: with other neighbours the same seed gives another phrase.
    other = replace(
        piece, phrases=piece.phrases[::-1], path={n: z[::-1] for n, z in piece.path.items()}
    )
    assert mg.fill(other, [1, 2], seed=5).phrases[1] != filled.phrases[1]


def test_a_piece_is_extended_at_both_ends(tiny_mg):
    piece = band(bars=4, tempo=132)
    longer = tiny_mg.extend(piece, after=4, before=2, seed=1)
    assert longer.bars == 10
    assert longer.phrases[1:3] == piece.phrases
    assert all(len(phrase) for phrase in longer.phrases)
    assert {phrase.tempo for phrase in longer.phrases} == {132}
    assert longer.parts == piece.parts
    assert tiny_mg.encode(longer)["song"].shape == longer.path["song"].shape


def test_a_piece_without_drums_is_extended_without_drums(tiny_mg):
    assert "drums" not in tiny_mg.extend(band().only(["lead", "chords"]), after=4, seed=1).parts


def test_the_bar_after_an_odd_number_of_bars_is_new(tiny_mg):
    piece = band(bars=3)
    longer = tiny_mg.extend(piece, after=3, seed=2)
    assert longer.bars == 6
    notes = longer.notes
    assert np.array_equal(notes[notes["onset"] < 3 * 16], piece.notes)
    assert len(notes[notes["onset"] >= 3 * 16])


def test_a_silent_bar_at_the_end_stays_silent(tiny_mg):
    notes = band(bars=3).notes
    silent = Piece.from_notes(notes[notes["onset"] < 2 * 16], [0, 0], [120.0, 120.0], bars=3)
    longer = tiny_mg.extend(silent, after=3, seed=2).notes
    assert not np.isin(longer["onset"], range(2 * 16, 3 * 16)).any()
    assert (longer["onset"] >= 3 * 16).any()


def test_a_bridge_goes_from_one_piece_to_another(tiny_mg):
    a, b = band(bars=4, tempo=100), band(bars=4, tempo=121).to_key(4).with_programs({"lead": 73})
    whole = tiny_mg.bridge(a, b, bars=2, seed=1)
    assert whole.phrases[:2] == a.phrases
    assert whole.phrases[3:] == b.phrases
    middle = whole.phrases[2]
    assert (middle.key, round(middle.tempo)) == (2, 110)
    assert len(middle)
    leads = [whole.programs_at(phrase)["lead"] for phrase in range(5)]
    assert leads == [a.programs["lead"]] * 3 + [73] * 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda mg: mg.fill(band(), []), "no phrase was named"),
        (lambda mg: mg.fill(band(), [4]), "a phrase's number is 4; it goes from 0 to 3"),
        (lambda mg: mg.fill(band(), [0], temperature=3), "temperature is 3"),
        (lambda mg: mg.extend(band(), after=300), "after is 300"),
        (lambda mg: mg.extend(band(), before=3), "before is 3"),
        (lambda mg: mg.extend(band(), after=250), "bars of the result is 258"),
        (lambda mg: mg.bridge(band(), band(), bars=3), "make it 4, so that"),
        (lambda mg: mg.extend(Piece((Phrase(),))), "no notes"),
    ],
)
def test_impossible_edits_are_refused_in_one_line(tiny_mg, call, message):
    with pytest.raises(MusicError, match=message):
        call(tiny_mg)


@pytest.fixture(scope="module")
def pieces(mg):
    """Several pieces with their attributes: a single one may be at an attribute's limit."""
    drawn = mg.random_many(range(1, 7), bars=8)
    return [(piece, song_and_drums(mg, piece)) for piece in drawn]


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_one_attribute_is_adjusted_and_the_others_stay(mg, pieces, name):
    moved = {model: [] for model in mg.spaces}
    for piece, before in pieces:
        for model, found in song_and_drums(mg, mg.adjust(piece, **{name: 1.0})).items():
            moved[model].append([found[other] - before[model][other] for other in found])
    for model, space in mg.spaces.items():
        for other, by in zip(space.controls.names, np.mean(moved[model], axis=0), strict=True):
            if other == name:
                # By `musegen evaluate` harmony changes by .64 for each 1 that is asked for.
                assert by > (0.5 if name == "harmony" else 0.6), (model, other)
            else:
                # Few phrases: `musegen.evaluation.measures.attributes` measures it more exactly.
                assert abs(by) < 0.4, (model, other)


def test_adjusting_keeps_everything_but_the_attributes(tiny_mg):
    piece = tiny_mg.random(seed=4, bars=7, key=2, tempo=130, programs={"lead": 73})
    adjusted = tiny_mg.adjust(piece, density=1)
    assert (adjusted.bars, adjusted.key, adjusted.tempo) == (7, 2, 130)
    assert (adjusted.programs, adjusted.parts) == (piece.programs, piece.parts)
    assert tiny_mg.decode(adjusted.path, 2, 130, piece.programs).phrases == adjusted.phrases


def test_one_phrase_is_adjusted_and_the_others_stay_note_for_note(mg):
    piece = band()
    adjusted = mg.adjust(piece, phrases=[2], register=1)
    assert [a == b for a, b in zip(adjusted.phrases, piece.phrases, strict=True)] == [1, 1, 0, 1]
    bare = [Piece((one.phrases[2],)).only(["lead"]) for one in (piece, adjusted)]
    assert bare[1].notes["pitch"].mean() > bare[0].notes["pitch"].mean()


def test_a_melody_alone_and_silent_phrases_can_be_adjusted(mg):
    melody = band().only(["lead"])
    adjusted = mg.adjust(melody, density=1)
    assert adjusted.parts == ("lead",)
    assert len(adjusted.notes) > 1.2 * len(melody.notes)
    gap = Piece((band_phrase(), Phrase(), drum_phrase()))
    lengths = [len(phrase) for phrase in mg.adjust(gap, density=-1).phrases]
    assert lengths[0] < len(gap.phrases[0])
    assert lengths[1] == 0
    assert lengths[2] < len(gap.phrases[2])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"densty": 1}, "there is no attribute 'densty': choose from density, register"),
        ({"density": 3.5}, "density is 3.5; it goes from -3"),
        ({"density": float("nan")}, "density is nan"),
    ],
)
def test_unknown_attributes_and_values_are_refused_in_one_line(tiny_mg, changes, message):
    with pytest.raises(MusicError, match=message):
        tiny_mg.adjust(band(), **changes)
    with pytest.raises(MusicError, match=message):
        tiny_mg.random(seed=1, **changes)


def test_drums_have_no_register(tiny_mg):
    with pytest.raises(MusicError, match="this piece has no register: choose from density, sync"):
        tiny_mg.adjust(band().only(["drums"]), register=1)
    with pytest.raises(MusicError, match="a phrase's number is 4"):
        tiny_mg.adjust(band(), phrases=[4], density=1)


def test_instrument_changes_stay_where_they_were(tiny_mg):
    piece = replace(band(), changes={2: {"lead": 40}})
    for made in (
        tiny_mg.reconstruct(piece),
        tiny_mg.vary(piece, 0.7, seed=1),
        tiny_mg.fill(piece, [1], seed=1),
    ):
        assert [made.programs_at(i)["lead"] == 40 for i in range(4)] == [0, 0, 1, 1]
    longer = tiny_mg.extend(piece, after=2, before=2, seed=1)
    assert [longer.programs_at(i)["lead"] == 40 for i in range(6)] == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("change", ["fill", "vary", "adjust"])
def test_one_model_changes_and_the_other_stays_note_for_note(tiny_mg, change):
    piece = tiny_mg.random(seed=8, bars=8)
    do = {
        "fill": lambda models: tiny_mg.fill(piece, [1, 2], seed=3, models=models),
        "vary": lambda models: tiny_mg.vary(piece, 0.3, seed=3, models=models),
        "adjust": lambda models: tiny_mg.adjust(piece, models=models, density=1),
    }[change]
    for kept, changed in (("song", "drums"), ("drums", "song")):
        made = do([changed])
        parts = {name: tiny_mg.spaces[name].parts for name in ("song", "drums")}
        assert same_notes(made.only(parts[kept]), piece.only(parts[kept]))
        assert not same_notes(made.only(parts[changed]), piece.only(parts[changed]))
        assert np.array_equal(made.path[kept], piece.path[kept])
    with pytest.raises(MusicError, match="there is no model 'brass'"):
        do(["brass"])


def test_a_piece_without_drums_has_no_drums_to_change(tiny_mg):
    with pytest.raises(MusicError, match="this piece has only song"):
        tiny_mg.fill(band().only(["lead", "bass"]), [0], models=["drums"])


def test_what_is_made_of_a_waltz_is_in_three(tiny_mg):
    meters = (Meter(3, 4), Meter(3, 4))
    piece = replace(
        band(bars=4), phrases=tuple(replace(p, meters=meters) for p in band(bars=4).phrases)
    )
    made = {
        "reconstruction": tiny_mg.reconstruct(piece),
        "variation": tiny_mg.vary(piece, 0.5, seed=1),
        "redrawn phrase": tiny_mg.fill(piece, [1], seed=1),
        "morph": tiny_mg.interpolate(piece, piece, steps=3),
        "continuation": tiny_mg.extend(piece, after=2, before=0, seed=1),
    }
    for name, other in made.items():
        assert set(other.meters) == {Meter(3, 4)}, name
        assert (other.notes["onset"] % 16 < 12).all(), name
        assert other.seconds == pytest.approx(piece.seconds * other.bars / 4), name


def notes_by_part(piece):
    return {part: piece.only([part]).notes.tolist() for part in PARTS}


def test_filled_parts_leave_the_other_parts_note_for_note(tiny_mg):
    piece = band()
    filled = tiny_mg.fill(piece, [1, 2], seed=1, parts=["bass", "drums"])
    ours, theirs = notes_by_part(filled), notes_by_part(piece)
    assert {part for part in PARTS if ours[part] != theirs[part]} == {"bass", "drums"}
    assert filled.phrases[0] == piece.phrases[0]
    assert filled.phrases[3] == piece.phrases[3]


def test_a_varied_part_leaves_the_other_parts_note_for_note(tiny_mg):
    piece = band()
    varied = tiny_mg.vary(piece, 0.2, seed=1, parts=["lead"])
    ours, theirs = notes_by_part(varied), notes_by_part(piece)
    assert {part for part in PARTS if ours[part] != theirs[part]} == {"lead"}


def test_a_melody_is_accompanied_by_all_other_parts(tiny_mg):
    melody = band().only(["lead"])
    piece = tiny_mg.accompany(melody, seed=1)
    assert piece.only(["lead"]) == melody
    assert set(piece.parts) == set(PARTS)
    assert tiny_mg.accompany(melody, seed=1) == piece
    assert tiny_mg.accompany(melody, seed=2) != piece


def test_a_band_fits_the_melody_that_it_is_drawn_to(mg):
    tunes = [piece.only(["lead"]) for piece in mg.random_many(range(24))]
    bands = [mg.accompany(tune, seed=seed) for seed, tune in enumerate(tunes, 100)]
    tallies = fit_tallies([phrase for piece in bands for phrase in piece.phrases])
    inside, clashes = (part.sum() / whole.sum() for part, whole in tallies.values())
    # Without chords that are proposed to the tune, .65 and .12. In songs, .73 and .05.
    assert inside > 0.7
    assert clashes < 0.1


def test_drums_alone_get_a_band(tiny_mg):
    piece = tiny_mg.accompany(band(), keep=["drums"], seed=1)
    assert notes_by_part(piece)["drums"] == notes_by_part(band())["drums"]
    assert notes_by_part(piece)["lead"] != notes_by_part(band())["lead"]


@pytest.mark.parametrize(
    ("keep", "problem"),
    [
        (["counter", "drums"], "no notes of counter or drums"),
        (["lead", "counter"], "no notes of counter in this piece: keep some of lead, bass"),
        ([], "no notes of a part to keep"),
        (["tuba"], "no part 'tuba'"),
    ],
)
def test_what_cannot_be_kept_is_named(tiny_mg, keep, problem):
    with pytest.raises(MusicError, match=problem):
        tiny_mg.accompany(band().only(["lead", "bass"]), keep=keep)


def test_when_every_part_is_kept_there_is_nothing_to_draw(tiny_mg):
    with pytest.raises(MusicError, match="leave out of keep"):
        tiny_mg.accompany(band(), keep=PARTS)


def test_an_accompaniment_is_asked_for_chords_and_a_style(tiny_mg):
    melody = band().only(["lead"])
    plain = tiny_mg.accompany(melody, seed=1)
    for asked in ({"chords": "| F | G |"}, {"style": "hymn"}):
        piece = tiny_mg.accompany(melody, seed=1, **asked)
        assert not np.allclose(piece.path["song"], plain.path["song"]), asked
        assert piece.only(["lead"]) == melody
    with pytest.raises(MusicError, match="chords for 9 bars, and the piece has 8"):
        tiny_mg.accompany(melody, chords="| C " * 9)


def test_cells_are_redrawn_under_chords_and_a_style(tiny_mg):
    piece = band()
    plain = tiny_mg.fill(piece, [1], seed=1, parts=["bass"])
    for asked in ({"chords": "| C | F | G | C |"}, {"style": "hymn"}):
        filled = tiny_mg.fill(piece, [1], seed=1, parts=["bass"], **asked)
        assert not np.allclose(filled.path["song"][1], plain.path["song"][1]), asked
        ours, theirs = notes_by_part(filled), notes_by_part(piece)
        assert {part for part in PARTS if ours[part] != theirs[part]} == {"bass"}
    with pytest.raises(MusicError, match="chords for 9 bars, and the piece has 8"):
        tiny_mg.fill(piece, [1], chords="| C " * 9)


def test_a_variation_under_its_own_chords_is_another_and_the_nearest_is_the_piece(tiny_mg):
    piece = tiny_mg.random(seed=6, bars=4)
    kept = tiny_mg.vary(piece, 0.5, seed=1, keep_chords=True)
    assert not np.allclose(kept.path["song"], tiny_mg.vary(piece, 0.5, seed=1).path["song"])
    same = tiny_mg.vary(piece, 1, seed=1, keep_chords=True)
    assert np.allclose(same.path["song"], piece.path["song"], atol=0.02)


def test_a_restyled_piece_keeps_its_lead_and_takes_the_drums_of_the_other(tiny_mg):
    piece, like = band(bars=8), tiny_mg.random(seed=5, bars=4)
    made = tiny_mg.restyle(piece, like)
    assert made.bars == 8
    assert made.only(["lead"]) == piece.only(["lead"])
    assert notes_by_part(made)["chords"] != notes_by_part(piece)["chords"]
    drums = [phrase.only(["drums"]).notes.tolist() for phrase in made.phrases]
    assert drums == [phrase.only(["drums"]).notes.tolist() for phrase in like.phrases] * 2
    a_little = tiny_mg.restyle(piece, like, strength=0.3)
    assert notes_by_part(a_little)["drums"] == notes_by_part(piece)["drums"]


def test_a_restyled_piece_of_no_strength_is_the_piece_as_it_is_decoded(tiny_mg):
    piece = tiny_mg.random(seed=6, bars=4)
    same = tiny_mg.restyle(piece, tiny_mg.random(seed=5, bars=4), strength=0, guidance=1)
    assert np.allclose(same.path["song"], piece.path["song"], atol=0.02)


def test_a_restyled_piece_has_the_rhythm_of_the_other_in_its_own_chords_and_register(mg):
    piece = mg.random(seed=6, bars=8, key=6, style="hymn")
    like = mg.random(seed=5, bars=8, key=-5, style="pop")
    made = mg.restyle(piece, like)

    def onsets(one):
        return set(one.only(["chords"]).notes["onset"].tolist())

    def likeness(other):
        return len(onsets(made) & onsets(other)) / len(onsets(made) | onsets(other))

    def register(one):
        return one.only(["chords"]).notes["pitch"].mean()

    assert likeness(like) > 0.9
    assert likeness(piece) < 0.5
    assert abs(register(made) - register(like)) < 4
    band_notes = made.only(["chords", "bass"]).notes
    sounds = piece.chords.pitch_classes[band_notes["onset"] // 4, band_notes["pitch"] % 12]
    assert sounds.mean() > 0.85


def test_the_stronger_it_is_restyled_the_more_a_piece_is_like_the_other(mg):
    piece, like = mg.random(seed=6, bars=8), mg.random(seed=5, bars=8)
    whole = mg.restyle(piece, like).only(["chords"]).phrases
    likeness = [
        note_f1(mg.restyle(piece, like, strength).only(["chords"]).phrases, whole)
        for strength in (0, 0.5, 0.9, 1)
    ]
    assert likeness == sorted(likeness)
    assert likeness[0] < 0.6


def test_parts_that_the_other_piece_lacks_are_silent(mg):
    piece, like = mg.random(seed=6, bars=8), mg.random(seed=5, bars=8)
    assert mg.restyle(piece, like.only(["lead", "chords"])).only(["bass"]).notes.size == 0


def test_where_the_other_piece_has_neither_chords_nor_bass_a_piece_keeps_its_own(tiny_mg):
    piece, like = band(bars=4), band(bars=4).only(["lead", "drums"])
    for strength in (0.5, 1):
        assert tiny_mg.restyle(piece, like, strength).only(PARTS[:4]) == piece.only(PARTS[:4])
    like = replace(band(bars=4), phrases=(band_phrase(2), band_phrase(3).only(["lead"])))
    made = tiny_mg.restyle(piece, like)
    assert made.phrases[0] != piece.phrases[0]
    assert made.phrases[1] == piece.phrases[1]


def test_a_waltz_is_restyled_like_a_piece_in_four(tiny_mg):
    waltz = band(bars=4)
    meters = (Meter(3, 4), Meter(3, 4))
    waltz = replace(waltz, phrases=tuple(replace(p, meters=meters) for p in waltz.phrases))
    made = tiny_mg.restyle(waltz, band(bars=3))
    assert set(made.meters) == {Meter(3, 4)}
    assert made.only(["lead"]) == waltz.only(["lead"])


def test_drums_alone_have_no_style_of_a_band(tiny_mg):
    with pytest.raises(MusicError, match="second piece has no notes but drums"):
        tiny_mg.restyle(band(), band().only(["drums"]))


def notes_of_cells(piece, cells):
    return [
        piece.phrases[phrase].only([part]).notes.tolist()
        for phrase in range(len(piece))
        for part in PARTS
        if (phrase, part) in cells
    ]


def test_whatever_cells_are_locked_stay_note_for_note_when_the_rest_is_redrawn(tiny_mg):
    piece = tiny_mg.random(seed=5, bars=8)
    every = [(phrase, part) for phrase in range(4) for part in PARTS]
    rng = np.random.default_rng(0)
    for seed in range(200):
        locked = {cell for cell in every if rng.random() < 0.5}
        rest = [cell for cell in every if cell not in locked]
        redrawn = tiny_mg.fill(piece, cells=rest, seed=seed)
        assert notes_of_cells(redrawn, locked) == notes_of_cells(piece, locked)
        assert notes_of_cells(redrawn, rest) != notes_of_cells(piece, rest)


@pytest.mark.parametrize("change", ["fill", "vary", "adjust"])
def test_the_cells_that_are_named_change_and_no_others(tiny_mg, change):
    piece = tiny_mg.random(seed=8, bars=8)
    cells = [(0, "lead"), (0, "drums"), (2, "chords")]
    made = {
        "fill": lambda: tiny_mg.fill(piece, cells=cells, seed=3),
        "vary": lambda: tiny_mg.vary(piece, 0.3, seed=3, cells=cells),
        "adjust": lambda: tiny_mg.adjust(piece, cells=cells, density=2),
    }[change]()
    every = [(phrase, part) for phrase in range(4) for part in PARTS]
    changed = [one for one in every if notes_of_cells(made, [one]) != notes_of_cells(piece, [one])]
    assert changed
    assert set(changed) <= set(cells)  # what is drawn can be what was there


def test_a_part_that_a_piece_lacks_is_drawn_where_it_is_asked_for(tiny_mg):
    melody = band().only(["lead"])
    drawn = tiny_mg.fill(melody, cells=[(1, "bass"), (2, "drums")], seed=1)
    assert drawn.only(["lead"]) == melody
    assert [phrase.only(["bass", "drums"]).notes.size > 0 for phrase in drawn.phrases] == [
        False,
        True,
        True,
        False,
    ]


def test_cells_are_copied_in_the_key_of_their_new_place(tiny_mg):
    piece = tiny_mg.random(seed=2, bars=8)
    phrases = (*piece.phrases[:2], *(phrase.to_key(2) for phrase in piece.phrases[2:]))
    piece = replace(piece, phrases=phrases)
    copied = tiny_mg.copy_cells(piece, [(0, "bass"), (1, "drums")], shift=2)
    assert copied.phrases[:2] == piece.phrases[:2]
    assert copied.phrases[2].only(["bass"]) == piece.phrases[0].to_key(2).only(["bass"])
    assert copied.phrases[3].only(["drums"]).notes.tolist() == (
        piece.phrases[1].only(["drums"]).notes.tolist()
    )
    others = [part for part in PARTS if part != "bass"]
    assert copied.phrases[2].only(others) == piece.phrases[2].only(others)
    assert np.array_equal(copied.path["drums"][3], piece.path["drums"][1])
    assert not np.array_equal(copied.path["song"][2], piece.path["song"][2])


def test_cleared_cells_are_empty_for_the_model_too(tiny_mg):
    piece = tiny_mg.random(seed=2, bars=8)
    cells = [(phrase, "bass") for phrase in (0, 1)]
    cleared = tiny_mg.clear(piece, cells)
    assert notes_of_cells(cleared, cells) == [[], []]
    assert cleared.phrases[2:] == piece.phrases[2:]
    assert cleared.only(["lead", "drums"]) == piece.only(["lead", "drums"])
    expected = tiny_mg.encode(Piece(cleared.phrases[:2]))
    np.testing.assert_allclose(cleared.path["song"][:2], expected["song"], atol=1e-5)
    assert np.array_equal(cleared.path["song"][2:], piece.path["song"][2:])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda mg: mg.fill(band(), cells=[]), "no cell was named"),
        (lambda mg: mg.fill(band(), [0], cells=[(0, "lead")]), "either cells, or phrases"),
        (lambda mg: mg.vary(band(), cells=[(4, "lead")]), "a phrase's number is 4"),
        (lambda mg: mg.fill(band(), cells=[(0, "tuba")]), "tuba"),
        (lambda mg: mg.vary(band().only(["lead"]), cells=[(0, "drums")]), "has only song"),
        (lambda mg: mg.copy_cells(band(), [(3, "lead")], 1), "a phrase's number is 4"),
        (lambda mg: mg.clear(band().only(["bass"]), [(i, "bass") for i in range(4)]), "no note"),
    ],
)
def test_impossible_edits_of_cells_are_refused_in_one_line(tiny_mg, call, message):
    with pytest.raises(MusicError, match=message):
        call(tiny_mg)
