"""Maps are made so that neighbours sound alike; the shipped one is one of them."""

from dataclasses import replace

import numpy as np
import pytest
from support.examples import CHECKPOINTS, band_phrase, drum_phrase

from musegen import generator
from musegen.cli import main
from musegen.map.layout import draw_phrases, measure_neighbours, similarities
from musegen.map.phrase_map import PhraseMap
from musegen.music import Phrase
from musegen.music.attributes import measure_attributes
from musegen.music.notes import SONG_PARTS, make_notes


@pytest.fixture(scope="module")
def shipped():
    return PhraseMap.load(CHECKPOINTS / "map.npz")


def with_drums(seed):
    return Phrase(np.concatenate([band_phrase(seed).notes, drum_phrase(seed).notes]))


def pair(a, b):
    return {name: float(values[0]) for name, values in similarities([a, b], [0], [1]).items()}


def test_equal_phrases_have_similarity_one():
    assert pair(with_drums(0), with_drums(0)) == pytest.approx(
        {"onsets": 1, "scale": 1, "chords": 1, "beat": 1}
    )


def test_each_similarity_compares_one_aspect():
    whole = with_drums(0)
    moved = pair(whole, whole.to_key(6))
    assert moved["onsets"] == moved["beat"] == 1
    assert moved["scale"] < 0.5
    assert moved["chords"] < 0.5

    # The two bars change places: the same pitch classes, other chords.
    notes = whole.notes.copy()
    notes["onset"] = (notes["onset"] + 16) % 32
    turned = pair(whole, Phrase(notes))
    assert turned["scale"] == pytest.approx(1)
    assert turned["chords"] < 0.99

    assert pair(whole, whole.only(SONG_PARTS))["beat"] == 0


def test_the_similarity_of_onsets_is_their_share():
    a = Phrase(make_notes([(0, "lead", 60, 2, 90), (4, "lead", 62, 2, 90)]))
    b = Phrase(make_notes([(0, "lead", 67, 2, 90), (8, "bass", 40, 2, 90)]))
    # Lead: one step of two. Bass: none of one. Counter and chords are silent in both.
    assert pair(a, b)["onsets"] == pytest.approx((1 / 2 + 0) / 2)
    assert np.isnan(pair(Phrase(), Phrase())["onsets"])


def test_the_command_makes_a_map_whose_neighbours_sound_alike(
    tmp_path, monkeypatch, capsys, tiny_mg
):
    monkeypatch.setattr(generator, "load", lambda: tiny_mg)
    path = tmp_path / "map.npz"
    assert main(["map", "--points", "300", "--out", str(path)]) == 0
    phrase_map = PhraseMap.load(path)
    assert phrase_map.positions.shape == (300, 2)
    assert phrase_map.positions.min() == 0
    assert phrase_map.positions.max() == 1

    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    printed = {name: (float(near), float(any_two)) for name, near, any_two in rows}
    assert list(printed) == ["onsets", "scale", "chords", "beat"]
    assert printed["scale"][0] > printed["scale"][1] + 0.06
    assert printed["beat"][0] > printed["beat"][1] + 0.03


def test_neighbours_sound_alike_on_the_shipped_map(mg, shipped):
    found = measure_neighbours(mg, shipped, sample=60, near=5)
    for name, margin in {"onsets": 0.02, "scale": 0.12, "chords": 0.07, "beat": 0.08}.items():
        neighbours, any_two = found[name]
        assert neighbours > any_two + margin, name


def test_neighbours_on_a_shuffled_map_do_not_sound_alike(mg, shipped):
    order = np.random.default_rng(0).permutation(len(shipped))
    shuffled = replace(shipped, positions=shipped.positions[order])
    found = measure_neighbours(mg, shuffled, sample=60, near=5)
    for name, margin in {"scale": 0.06, "chords": 0.035, "beat": 0.04}.items():
        neighbours, any_two = found[name]
        assert abs(neighbours - any_two) < margin, name


def test_the_shipped_map_belongs_to_the_shipped_checkpoints(mg, shipped):
    seeds = [0, 7, 1234, len(shipped) - 1]
    names = [name for name in shipped.attributes if not name.startswith("drums")]
    phrases = [phrase.only(SONG_PARTS) for phrase in draw_phrases(mg, seeds)]
    stored = np.array([shipped.attributes[name][seeds] for name in names]).T
    assert np.allclose(measure_attributes(phrases, names), stored, rtol=2e-3, atol=0.02)


def test_a_point_is_the_phrase_of_its_seed(mg):
    seeds = [3, 5, 1999]
    for seed, phrase in zip(seeds, draw_phrases(mg, seeds), strict=True):
        alone = mg.random(seed=seed, bars=2, form="free").phrases[0]
        fields = ["onset", "part", "pitch", "duration", "velocity"]
        assert np.array_equal(alone.notes[fields], phrase.notes[fields])
