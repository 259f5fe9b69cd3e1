"""Pieces are drawn, encoded, decoded and interpolated."""

import math

import numpy as np
import pytest
from support.examples import band, band_phrase, drum_phrase
from support.pieces import same_notes, song_and_drums

from musegen.errors import MusicError
from musegen.evaluation.measures.pieces.drums_and_band import density_correlation
from musegen.latent.forms import FORMS, recalled_cells
from musegen.model import attribute_edits
from musegen.music import Phrase, Piece
from musegen.music.arrange import repeat
from musegen.music.harmony import Chords
from musegen.music.notes import PARTS
from musegen.music.similarity import note_f1


def test_a_seed_makes_the_same_piece_again(mg):
    piece = mg.random(seed=42)
    assert piece.bars == 16
    assert len(piece.notes) > 100
    assert "drums" in piece.parts
    assert len(piece.parts) >= 4
    assert mg.random(seed=42) == piece
    assert not same_notes(mg.random(seed=43), piece)


def test_without_a_seed_every_call_gives_another_piece(tiny_mg):
    assert not same_notes(tiny_mg.random(bars=4), tiny_mg.random(bars=4))


def repeats_section(phrases):
    """Whether two phrases are followed by the same two, but for hits before the first step.

    Nothing can be heard before a piece, so that of two such hits one is left there.
    """
    first, again = (phrase.notes[phrase.notes["onset"] > 0] for phrase in phrases[0:3:2])
    return np.array_equal(first, again) and phrases[1] == phrases[3]


def test_the_sections_of_a_form_repeat_exactly_up_to_the_end_of_the_piece(mg):
    phrases = mg.random(seed=1, bars=16, form="AABA").phrases
    assert repeats_section(phrases)
    assert phrases[6] == phrases[2]
    assert phrases[7] != phrases[3]
    assert phrases[4:6] != phrases[2:4]


def test_parts_return_note_for_note_where_the_chords_are_the_same(tiny_mg):
    seed = next(seed for seed in range(99) if recalled_cells(8, seed)[1][:, 0].any())
    source, exact = recalled_cells(8, seed)
    i = int(np.flatnonzero(exact[:, 0])[0])
    free, other = (tiny_mg.random(seed, 16, chords=text) for text in (None, "C F G Am Dm E A D"))
    parts = [part for part in PARTS if exact[i, PARTS.index(part)]]
    assert "lead" in parts
    again, before = (free.phrases[j].only(parts).notes for j in (i, source[i]))
    assert np.array_equal(again, before)
    again, before = (other.phrases[j].only(["lead"]).notes for j in (i, source[i]))
    assert not np.array_equal(again, before)


def last_bass_note(piece):
    """Its pitch above the tonic, and where it ends."""
    note = piece.only(["bass"]).notes[-1]
    return (note["pitch"] - piece.key) % 12, note["onset"] + note["duration"]


@pytest.mark.parametrize(("bars", "form"), [(8, "recall"), (7, "AABA"), (14, "A4 B4 A4 o2")])
def test_a_piece_ends_with_its_tonic_in_the_bass(tiny_mg, bars, form):
    pieces = tiny_mg.random_many([1, 2], bars=bars, form=form, key=2)
    assert [last_bass_note(piece) for piece in pieces] == [(0, 16 * bars)] * 2
    alone = tiny_mg.random(2, bars, form, key=2)
    assert note_f1(alone.phrases, pieces[1].phrases) > 0.98


def test_a_piece_ends_with_the_last_chord_that_is_asked_for(tiny_mg):
    piece = tiny_mg.random(seed=1, bars=8, chords="| C | F . G/B . |")
    assert last_bass_note(piece) == (11, 16 * 8)
    assert piece.only(["bass"]).notes[-1]["onset"] >= 16 * 8 - 8


def test_a_single_phrase_has_no_end(tiny_mg):
    phrase = tiny_mg.random(seed=1, bars=2)
    assert phrase == tiny_mg.decode(phrase.path)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bars", [1, 5, 16])
def test_every_form_has_every_length(tiny_mg, form, bars):
    piece = tiny_mg.random(seed=3, bars=bars, form=form)
    assert piece.bars == bars
    assert piece.notes["onset"].max() < bars * 16


def test_a_piece_can_be_longer_than_the_prior_was_trained_on(tiny_mg):
    assert tiny_mg.random(seed=3, bars=100, form="free").bars == 100


def test_key_tempo_and_instruments_are_as_asked(tiny_mg):
    plain = tiny_mg.random(seed=5, bars=4)
    moved = tiny_mg.random(seed=5, bars=4, key=3, tempo=140, programs={"lead": 73})
    assert (moved.key, moved.tempo, moved.programs["lead"]) == (3, 140, 73)
    pitched = plain.notes["part"] < 4
    assert np.array_equal(plain.notes["pitch"][pitched] + 3, moved.notes["pitch"][pitched])
    assert np.array_equal(plain.notes["pitch"][~pitched], moved.notes["pitch"][~pitched])


def test_many_pieces_at_once_are_like_single_ones(mg):
    many = mg.random_many([1, 2, 3], bars=4)
    assert len(many) == 3
    single = mg.random(seed=2, bars=4)
    assert note_f1(many[1].phrases, single.phrases) > 0.98
    assert mg.random_many([]) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"bars": 0}, "bars is 0; it goes from 1 to 256"),
        ({"bars": 257}, "bars"),
        ({"bars": 2.5}, "bars is 2.5; it is a whole number"),
        ({"bars": "4"}, "bars is 4; it goes from 1 to 256"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"key": 7}, "key"),
        ({"tempo": 5}, "tempo"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.0}, "seed is 1.0; it is a whole number"),
        ({"form": "xyz"}, "form"),
    ],
)
def test_values_out_of_range_are_said_in_a_line(tiny_mg, values, message):
    with pytest.raises(MusicError, match=message) as caught:
        tiny_mg.random(**values)
    assert "\n" not in str(caught.value)


def test_a_reconstruction_resembles_the_piece(mg):
    piece = Piece(tuple(band_phrase(i, key=2) for i in range(3)), bars=5)
    again = mg.reconstruct(piece)
    assert (again.bars, again.key, again.tempo, again.parts) == (
        piece.bars,
        piece.key,
        piece.tempo,
        piece.parts,
    )
    assert note_f1(again.phrases, piece.phrases) > 0.5


@pytest.mark.parametrize("part", ["lead", "bass", "drums"])
def test_a_single_part_is_reconstructed_alone(mg, part):
    piece = band().only([part])
    again = mg.reconstruct(piece)
    assert again.parts == (part,)
    assert note_f1(again.phrases, piece.phrases) > 0.5


def test_silent_phrases_stay_silent(mg):
    piece = Piece((band_phrase(), Phrase(), band_phrase(), drum_phrase()))
    again = mg.reconstruct(piece)
    assert [len(phrase) > 0 for phrase in again.phrases] == [True, False, True, True]
    assert again.only(["drums"]).phrases[0].notes.size == 0


def test_encode_and_decode_have_the_shapes_they_document(tiny_mg):
    path = tiny_mg.encode(band(bars=8))
    assert {name: z.shape[0] for name, z in path.items()} == {"song": 4, "drums": 4}
    assert all(z.dtype == np.float32 for z in path.values())
    assert tiny_mg.decode(path).bars == 8
    assert set(tiny_mg.encode(band().only(["drums"]))) == {"drums"}
    with pytest.raises(MusicError, match="no notes"):
        tiny_mg.encode(Piece((Phrase(),)))


@pytest.mark.parametrize("shape", [(0, 256), (2, 3), (2,)])
def test_a_path_of_another_shape_is_refused(tiny_mg, shape):
    with pytest.raises(ValueError, match="path"):
        tiny_mg.decode({"song": np.zeros(shape, np.float32)})


def test_noise_becomes_latents_and_noise_again(mg):
    for space in mg.spaces.values():
        u = np.random.default_rng(0).standard_normal((1, 4, space.latent_dim), np.float32)
        back = space.to_noise(space.to_latents(u, exact=True))
        assert np.abs(back - u).mean() < 0.03
        kept = np.array([True, False, True, False])
        z = space.to_latents(u)
        quickly = space.to_latents(np.where(kept[:, None], z, u), kept)
        assert np.allclose(quickly[:, kept], z[:, kept], atol=1e-4)
        drawn = space.to_latents(np.where(kept[:, None], z, u), kept, exact=True)
        assert np.allclose(drawn[:, kept], z[:, kept], atol=1e-4)
        back = space.to_noise(drawn, kept)
        assert np.abs(back - u)[:, ~kept].mean() < 0.1


def test_a_morph_begins_and_ends_with_its_ends(tiny_mg):
    a, b = band(bars=8), tiny_mg.random(seed=7, bars=4, key=2, tempo=90)
    morph = tiny_mg.interpolate(a, b, steps=5)
    assert morph.bars == 5 * 8
    notes = morph.notes
    first = notes[notes["onset"] < 8 * 16]
    last = notes[notes["onset"] >= 4 * 8 * 16].copy()
    last["onset"] -= 4 * 8 * 16
    assert np.array_equal(first, a.notes)
    assert np.array_equal(last[last["onset"] < 4 * 16], b.notes)
    assert np.array_equal(last[last["onset"] >= 4 * 16]["pitch"], b.notes["pitch"])
    assert (morph.phrases[0].key, morph.phrases[-1].key) == (0, 2)
    tempos = [phrase.tempo for phrase in morph.phrases]
    assert tempos == sorted(tempos, reverse=True)


def test_a_morph_between_equal_ends_and_of_two_steps(mg):
    piece = mg.random(seed=1, bars=4)
    same = mg.interpolate(piece, piece, steps=3)
    assert note_f1(same.phrases[2:4], piece.phrases) > 0.9
    assert mg.interpolate(piece, piece, steps=2).bars == 8


def test_sections_of_an_odd_length_do_not_overlap(tiny_mg):
    a, b = tiny_mg.random(seed=1, bars=3), tiny_mg.random(seed=2, bars=5)
    morph = tiny_mg.interpolate(a, b, steps=3)
    assert morph.bars == 15
    notes = morph.notes
    last = notes[notes["onset"] >= 10 * 16].copy()
    last["onset"] -= 10 * 16
    assert np.array_equal(last, b.notes)
    first = notes[notes["onset"] < 3 * 16]
    assert np.array_equal(first, a.notes)


def test_a_part_of_one_end_comes_in_halfway(tiny_mg):
    morph = tiny_mg.interpolate(band().only(["lead", "bass"]), band(), steps=4)
    drums = morph.notes[morph.notes["part"] == 4]
    assert drums["onset"].min() >= 2 * 8 * 16


def test_instruments_change_halfway(tiny_mg):
    a, b = band(), band().with_programs({"lead": 73})
    morph = tiny_mg.interpolate(a, b, steps=4)
    leads = [morph.programs_at(phrase)["lead"] for phrase in range(len(morph))]
    assert leads == [a.programs["lead"]] * 8 + [73] * 8


@pytest.mark.parametrize("steps", [1, 65])
def test_steps_out_of_range_are_refused(tiny_mg, steps):
    with pytest.raises(MusicError, match="steps"):
        tiny_mg.interpolate(band(), band(), steps)


@pytest.mark.parametrize("asked", [{"density": 1.5}, {"density": -1.0, "loudness": 1.0}])
def test_a_random_piece_has_the_attributes_that_were_asked_for(mg, asked):
    plain = [song_and_drums(mg, mg.random(seed, form="AABA")) for seed in range(1, 5)]
    pieces = [mg.random(seed, form="AABA", **asked) for seed in range(1, 5)]
    assert mg.random(1, form="AABA", **asked) == pieces[0]
    assert all(repeats_section(piece.phrases) for piece in pieces)
    # A single piece may be at an attribute's limit.
    found = [song_and_drums(mg, piece) for piece in pieces]
    for model, space in mg.spaces.items():
        for name in space.controls.names:
            before, value = (np.mean([of[model][name] for of in all_]) for all_ in (plain, found))
            wanted, far = (asked[name], 0.3) if name in asked else (before, 0.8)
            assert value == pytest.approx(wanted, abs=far), (model, name)


def test_register_changes_the_song_and_not_the_drums(mg):
    pieces = mg.random_many(range(1, 5), register=1)
    for piece, plain in zip(pieces, mg.random_many(range(1, 5)), strict=True):
        assert piece.only(["drums"]) == plain.only(["drums"])
    # A single piece may be at the limit of a register.
    registers = [song_and_drums(mg, piece)["song"]["register"] for piece in pieces]
    assert np.mean(registers) == pytest.approx(1, abs=0.3)


def test_a_curve_spaces_the_sections(tiny_mg):
    a, b = tiny_mg.random(seed=1, bars=2, tempo=80), tiny_mg.random(seed=2, bars=2, tempo=160)
    tempos = {
        curve: [round(phrase.tempo) for phrase in tiny_mg.interpolate(a, b, 3, curve).phrases]
        for curve in ("even", "early", "late", "gentle")
    }
    assert tempos == {
        "even": [80, 113, 160],
        "early": [80, 135, 160],
        "late": [80, 95, 160],
        "gentle": [80, 113, 160],
    }
    with pytest.raises(MusicError, match="there is no curve 'steep'"):
        tiny_mg.interpolate(a, b, 3, "steep")


def test_a_blend_in_a_corner_is_its_piece_and_inside_a_mix(mg):
    corners = [mg.random(seed=i, bars=4, tempo=100 + 10 * i, key=i) for i in range(3)]
    corners.append(band(bars=2).only(["lead", "bass"]).with_programs({"lead": 73}))
    for i, corner in enumerate(corners[:3]):
        assert mg.blend(corners, i % 2, i // 2) == corner
    last = mg.blend(corners, 1, 1)
    assert last.bars == 4
    assert last.phrases[1] == corners[3].phrases[0]
    inside = mg.blend(corners, 0.9, 0.8)
    assert inside.parts == ("lead", "bass")
    assert inside.programs["lead"] == 73
    assert 100 < inside.tempo < 130
    with pytest.raises(MusicError, match=r"x is 1\.2"):
        mg.blend(corners, 1.2, 0)


def test_a_morph_under_chords_keeps_its_ends(tiny_mg):
    a, b = (tiny_mg.random(seed=i, bars=4) for i in (1, 2))
    plain = tiny_mg.interpolate(a, b, steps=3)
    made = tiny_mg.interpolate(a, b, steps=3, chords="| C | F |")
    assert made.phrases[:2] == a.phrases
    assert made.phrases[4:] == b.phrases
    assert not np.allclose(made.path["song"][2:4], plain.path["song"][2:4])
    with pytest.raises(MusicError, match="chords for 5 bars, and the piece has 4"):
        tiny_mg.interpolate(a, b, steps=3, chords="| C " * 5)


def test_a_mix_has_the_harmony_of_one_piece_and_the_texture_of_the_other(tiny_mg):
    a, b = (tiny_mg.random(seed=seed, bars=bars) for seed, bars in ((1, 8), (2, 4)))
    long_b = repeat(b, 8)
    assert tiny_mg.mix(a, b, 0, 0) == a
    assert tiny_mg.mix(a, b, 1, 1) == long_b
    assert tiny_mg.mix(a, b, 0, 1) == tiny_mg.restyle(a, b)
    assert tiny_mg.mix(a, b, 1, 0.25) == tiny_mg.restyle(long_b, a, 0.75)
    between = tiny_mg.mix(a, b, 0.5, 0.5)
    assert between.bars == 8
    assert between not in (a, long_b)
    with pytest.raises(MusicError, match="texture is 2"):
        tiny_mg.mix(a, b, 0, 2)


def test_a_blend_on_an_edge_is_an_interpolation(tiny_mg):
    corners = [tiny_mg.random(seed=i, bars=2) for i in range(4)]
    way = tiny_mg.interpolate(corners[0], corners[1], steps=3)
    assert tiny_mg.blend(corners, 0.5, 0).phrases == way.phrases[1:2]


def test_chords_and_styles_change_what_is_drawn(tiny_mg):
    def latents(**asked):
        return tiny_mg.random(seed=3, bars=8, form="free", **asked).path

    plain = latents()
    for asked in ({"chords": "| C | F |"}, {"chords": "| Am | F |"}, {"style": "hymn"}):
        changed = latents(**asked)
        assert not np.allclose(changed["song"], plain["song"]), asked
        again = latents(**asked)
        assert all(np.array_equal(changed[name], again[name]) for name in changed)
    only_drums = latents(style="rock")
    assert np.array_equal(only_drums["song"], plain["song"])
    assert not np.allclose(only_drums["drums"], plain["drums"])
    pop = latents(style="pop")
    assert np.array_equal(pop["song"], plain["song"]), "what is asked for no style is pop"


def test_chords_are_asked_for_in_the_key_of_the_piece(tiny_mg):
    in_c = tiny_mg.random(seed=3, bars=8, chords="I vi IV V")
    in_d = tiny_mg.random(seed=3, bars=8, chords="| D | Bm | G | A |", key=2)
    assert np.allclose(in_c.path["song"], in_d.path["song"], atol=1e-5)


def test_phrases_that_a_form_makes_equal_differ_where_their_chords_do(tiny_mg):
    same = tiny_mg.random(seed=3, bars=8, form="AABB", chords="| C | F |")
    assert same.phrases[0] == same.phrases[1]
    other = tiny_mg.random(seed=3, bars=8, form="AABB", chords="| C | F | G | Am |")
    assert not np.allclose(other.path["song"][0], other.path["song"][1])


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"chords": "| C | Xm |"}, "Xm"),
        ({"chords": "| C " * 9}, "chords for 9 bars, and the piece has 8"),
        ({"style": "polka"}, "choose from hymn, pop, rock"),
        ({"style": {"pop": -1}}, "the weight of pop"),
        ({"style": {"pop": math.inf}}, "the weight of pop"),
        ({"style": {"pop": 0, "rock": 0}}, "all styles weigh 0"),
        ({"chords": Chords.from_chords([])}, "there are no chords"),
        ({"programs": {"piano": 3}}, "there is no part 'piano'"),
        ({"programs": {"lead": 128}}, "the program of lead is 128"),
        ({"guidance": 9}, "guidance"),
    ],
)
def test_what_cannot_be_asked_for_is_said_in_a_line(tiny_mg, asked, problem):
    with pytest.raises(MusicError, match=problem) as caught:
        tiny_mg.random(seed=3, bars=8, **asked)
    assert "\n" not in str(caught.value)


def test_a_plan_is_as_long_as_its_sections(tiny_mg):
    piece = tiny_mg.random(seed=3, form="i4 A8 o4")
    assert piece.bars == 16
    assert tiny_mg.random(seed=3, form="A4 A4", bars=8).bars == 8
    with pytest.raises(MusicError, match="has 8 bars: set bars to 8"):
        tiny_mg.random(seed=3, form="A4 A4", bars=16)


def test_parts_of_a_section_that_returns_come_back_note_for_note(tiny_mg):
    returned, varied = 0, 0
    for seed in range(8):
        piece = tiny_mg.random(seed=seed, form="A4 B2 A4")
        for first, again in ((0, 3), (1, 4)):
            for part in piece.parts:
                ours, theirs = (piece.phrases[i].only([part]) for i in (again, first))
                returned += ours == theirs
                varied += ours != theirs
    assert returned > 10
    assert varied > 10


def test_only_what_is_asked_for_is_obeyed_more_strictly(mg):
    def song(**asked):
        return mg.random(1, 4, **asked).path["song"]

    assert np.array_equal(song(), song(guidance=1))
    assert np.array_equal(song(style="pop"), song())  # as songs are without a word
    for asked in ({"chords": "| F | G |"}, {"style": "hymn"}, {"form": "A2 B2"}):
        assert not np.allclose(song(**asked), song(**asked, guidance=1)), asked


def test_drums_play_more_where_the_band_does(mg, monkeypatch):
    def correlation():
        pieces = mg.random_many(range(24))
        phrases = [phrase for piece in pieces for phrase in piece.phrases]
        return density_correlation(phrases, np.repeat(np.arange(24), 8)).value

    assert correlation() > 0.2  # people's bands: .38
    monkeypatch.setattr(attribute_edits, "_SWELL", 0)
    assert correlation() < 0.1


def test_a_draw_is_in_the_key_of_its_chords(tiny_mg):
    made = tiny_mg.random(seed=1, bars=4, chords="| E | A | B7 | E |")
    assert made.key == 4
    assert made == tiny_mg.random(seed=1, bars=4, chords="| E | A | B7 | E |", key=4)
    assert made == tiny_mg.random(seed=1, bars=4, chords="I IV V7 I", key="E")
    minor = tiny_mg.random(seed=1, bars=4, chords="i iv V7 i", key="Am")
    assert minor == tiny_mg.random(seed=1, bars=4, chords="| Am | Dm | E7 | Am |", key=0)
    assert tiny_mg.random(seed=1, bars=4).key == 0


def test_what_is_too_much_is_said_before_it_is_made(tiny_mg):
    long = repeat(band(bars=2), 128)
    with pytest.raises(MusicError, match="bars of the result is 8192"):
        tiny_mg.interpolate(long, long, steps=64)
    with pytest.raises(MusicError, match="a square has 4 corners, not 3"):
        tiny_mg.blend([band()] * 3, 0.5, 0.5)
