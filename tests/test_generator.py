"""MuseGen, with the shipped checkpoints."""

import numpy as np
import pytest
from examples import CHECKPOINTS, band, band_phrase, drum_phrase

from musegen.generator import load
from musegen.latent import FORMS
from musegen.music import MusicError, Phrase, Piece
from musegen.music.compare import note_f1


@pytest.fixture(scope="module")
def mg():
    return load(CHECKPOINTS)


def same_notes(a, b):
    return np.array_equal(a.notes, b.notes)


def test_a_seed_makes_the_same_piece_again(mg):
    piece = mg.random(seed=42)
    assert piece.bars == 16
    assert len(piece.notes) > 100
    assert "drums" in piece.parts
    assert len(piece.parts) >= 4
    assert mg.random(seed=42) == piece
    assert not same_notes(mg.random(seed=43), piece)


def test_without_a_seed_chance_chooses(mg):
    assert not same_notes(mg.random(bars=4), mg.random(bars=4))


def test_an_aaba_piece_comes_back_to_its_a(mg):
    phrases = mg.random(seed=1, bars=16, form="AABA").phrases
    assert phrases[0:2] == phrases[2:4] == phrases[6:8]
    assert phrases[4:6] != phrases[0:2]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bars", [1, 5, 16])
def test_every_form_has_every_length(mg, form, bars):
    piece = mg.random(seed=3, bars=bars, form=form)
    assert piece.bars == bars
    assert piece.notes["onset"].max() < bars * 16


def test_a_piece_longer_than_the_prior_knows(mg):
    assert mg.random(seed=3, bars=100, form="free").bars == 100


def test_key_tempo_and_instruments_are_as_asked(mg):
    plain = mg.random(seed=5, bars=4)
    moved = mg.random(seed=5, bars=4, key=3, tempo=140, programs={"lead": 73})
    assert (moved.key, moved.tempo, moved.programs["lead"]) == (3, 140, 73)
    pitched = plain.notes["part"] < 4
    assert np.array_equal(plain.notes["pitch"][pitched] + 3, moved.notes["pitch"][pitched])
    assert np.array_equal(plain.notes["pitch"][~pitched], moved.notes["pitch"][~pitched])


def test_many_at_once_are_as_one_by_one(mg):
    many = mg.random_many([1, 2, 3], bars=4)
    assert len(many) == 3
    single = mg.random(seed=2, bars=4)
    assert note_f1(many[1].phrases, single.phrases) > 0.98


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"bars": 0}, "bars is 0; it goes from 1 to 256"),
        ({"bars": 257}, "bars"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"key": 7}, "key"),
        ({"tempo": 5}, "tempo"),
        ({"seed": -1}, "seed"),
        ({"form": "xyz"}, "form"),
    ],
)
def test_figures_out_of_range_are_said_in_a_line(mg, figures, said):
    with pytest.raises(ValueError, match=said):
        mg.random(**figures)


def test_what_is_encoded_comes_back(mg):
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
def test_one_part_alone_comes_back_alone(mg, part):
    piece = band().only([part])
    again = mg.reconstruct(piece)
    assert again.parts == (part,)
    assert note_f1(again.phrases, piece.phrases) > 0.5


def test_silent_phrases_stay_silent(mg):
    piece = Piece((band_phrase(), Phrase(), band_phrase(), drum_phrase()))
    again = mg.reconstruct(piece)
    assert [len(phrase) > 0 for phrase in again.phrases] == [True, False, True, True]
    assert again.only(["drums"]).phrases[0].notes.size == 0


def test_encode_and_decode_by_hand(mg):
    path = mg.encode(band(bars=8))
    assert {name: z.shape[0] for name, z in path.items()} == {"song": 4, "drums": 4}
    assert all(z.dtype == np.float32 for z in path.values())
    assert mg.decode(path).bars == 8
    assert set(mg.encode(band().only(["drums"]))) == {"drums"}
    with pytest.raises(MusicError, match="no notes"):
        mg.encode(Piece((Phrase(),)))


@pytest.mark.parametrize("shape", [(0, 256), (2, 3), (2,)])
def test_a_path_of_another_shape_is_said_in_a_line(mg, shape):
    with pytest.raises(ValueError, match="path"):
        mg.decode({"song": np.zeros(shape, np.float32)})


def test_noise_goes_to_latents_and_back(mg):
    for space in mg.spaces.values():
        u = np.random.default_rng(0).standard_normal((1, 4, space.latent_dim), np.float32)
        back = space.to_noise(space.to_latents(u))
        assert np.abs(back - u).mean() < 0.1


def test_a_morph_has_the_ends_themselves(mg):
    a, b = band(bars=8), mg.random(seed=7, bars=4, key=2, tempo=90)
    morph = mg.interpolate(a, b, steps=5)
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


def test_sections_of_an_odd_length_do_not_run_into_each_other(mg):
    a, b = mg.random(seed=1, bars=3), mg.random(seed=2, bars=5)
    morph = mg.interpolate(a, b, steps=3)
    assert morph.bars == 15
    notes = morph.notes
    last = notes[notes["onset"] >= 10 * 16].copy()
    last["onset"] -= 10 * 16
    assert np.array_equal(last, b.notes)
    first = notes[notes["onset"] < 3 * 16]
    assert np.array_equal(first, a.notes)


def test_a_part_of_one_end_comes_in_halfway(mg):
    morph = mg.interpolate(band().only(["lead", "bass"]), band(), steps=4)
    drums = morph.notes[morph.notes["part"] == 4]
    assert drums["onset"].min() >= 2 * 8 * 16


@pytest.mark.parametrize("steps", [1, 65])
def test_steps_out_of_range_are_said_in_a_line(mg, steps):
    with pytest.raises(MusicError, match="steps"):
        mg.interpolate(band(), band(), steps)


def test_variations_are_as_like_as_asked(mg):
    piece = mg.random(seed=11, bars=8)
    same = mg.vary(piece, similarity=1, seed=0)
    near = mg.vary(piece, similarity=0.9, seed=0)
    far = mg.vary(piece, similarity=0, seed=0)
    likeness = [note_f1(other.phrases, piece.phrases) for other in (same, near, far)]
    assert likeness[0] > 0.9
    assert likeness == sorted(likeness, reverse=True)
    assert same_notes(mg.vary(piece, 0.5, seed=1), mg.vary(piece, 0.5, seed=1))
    with pytest.raises(MusicError, match="similarity"):
        mg.vary(piece, 1.2)
