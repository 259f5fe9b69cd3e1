"""Tables are found with which notes of draws are distributed like people's."""

import shutil

import numpy as np
import pytest
from support.examples import phrase_set

from musegen.model.checkpoint import save_note_tables
from musegen.model.codecs.tables import no_tables
from musegen.model.latent_space import LatentSpace
from musegen.training import note_tables


def relative(counts, name):
    return counts[name] / counts[name].sum()


@pytest.mark.parametrize("style", [None, "pop"])
def test_draws_get_nearer_to_people_whatever_tables_there_were(
    tiny_checkpoints, tmp_path, monkeypatch, style
):
    monkeypatch.setattr(note_tables, "_PIECES", 24)
    folder = shutil.copytree(tiny_checkpoints / "song", tmp_path / "song")
    space = LatentSpace(folder)
    others = no_tables(space.table_shapes)
    others["place"] += 3
    save_note_tables(others, folder)
    phrases = phrase_set("song")
    tables = note_tables.fit_note_tables(folder, phrases, style)
    assert all(
        np.array_equal(table, LatentSpace(folder).tables[name]) for name, table in tables.items()
    )
    people = space.codec.count([phrase.to_key(0) for phrase in phrases.where("train")])
    z = note_tables._draw(space, style)
    before = space.codec.count(space.decode(z))
    after = space.codec.count(space.with_tables(tables).decode(z))
    for name in ("place", "chord", "count"):
        distance = [
            np.abs(relative(counts, name) - relative(people, name)).sum()
            for counts in (before, after)
        ]
        assert distance[1] < 0.8 * distance[0], name


def test_drums_of_draws_are_hit_as_often_as_peoples(tiny_checkpoints, tmp_path, monkeypatch):
    monkeypatch.setattr(note_tables, "_PIECES", 24)
    folder = shutil.copytree(tiny_checkpoints / "drums", tmp_path / "drums")
    phrases = phrase_set("drums")
    tables = note_tables.fit_note_tables(folder, phrases)
    space = LatentSpace(folder)
    people = space.codec.count([phrase.to_key(0) for phrase in phrases.where("train")])
    z = note_tables._draw(space, None)
    before, after = (
        relative(space.codec.count(space.with_tables(chosen).decode(z)), "odds")
        for chosen in (no_tables(space.table_shapes), tables)
    )
    wanted = relative(people, "odds")
    assert np.abs(after - wanted).sum() < 0.8 * np.abs(before - wanted).sum()


def test_tables_are_whole_numbers_of_units(tiny_checkpoints, tmp_path, monkeypatch):
    monkeypatch.setattr(note_tables, "_PIECES", 2)
    monkeypatch.setattr(note_tables, "_ROUNDS", 1)
    folder = shutil.copytree(tiny_checkpoints / "song", tmp_path / "song")
    tables = note_tables.fit_note_tables(folder, phrase_set("song"))
    del tables["traits"], tables["dynamics"], tables["fewest"]  # not added to log odds
    for table in tables.values():
        assert np.array_equal(table * 64, np.rint(table * 64))
        assert np.abs(table).max() <= note_tables._LIMIT


def test_traits_are_what_the_phrases_of_a_piece_have_in_common(tiny_checkpoints, monkeypatch):
    monkeypatch.setattr(note_tables, "_PIECES", 40)
    monkeypatch.setattr(note_tables, "_RIDGE", 1.0)
    space = LatentSpace(tiny_checkpoints / "song")
    z = note_tables._draw(space, None)
    rng = np.random.default_rng(0)
    slope = rng.standard_normal(space.latent_dim)
    trait = z @ slope
    noisy = trait + rng.normal(0, 0.1 * trait.std(), len(z))
    noisy[::8] = np.nan  # not every phrase has it
    mapped = note_tables._map_to_traits(space, z, noisy[:, None])
    found = (z @ mapped[:-1] + mapped[-1])[:, 0]
    assert (found.mean(), found.std()) == pytest.approx((0, 1), abs=1e-3)
    assert np.corrcoef(by_piece(found), by_piece(trait))[0, 1] > 0.8


def test_draws_become_denser_where_their_noise_is_moved(tiny_checkpoints, monkeypatch):
    monkeypatch.setattr(note_tables, "_PIECES", 40)
    space = LatentSpace(tiny_checkpoints / "drums")
    found = note_tables._density_direction(space, note_tables._draw(space, None))
    assert np.linalg.norm(found) == pytest.approx(1)
    noise = np.random.default_rng(0).standard_normal((20, 8, space.latent_dim), np.float32)
    plain, moved = (
        space.controls.predict("density", space.to_latents(noise + by * found)).mean()
        for by in (0, 2)
    )
    assert moved > plain + 0.5


def by_piece(trait):
    return trait.reshape(40, -1).mean(1)


def test_parts_of_draws_are_silent_as_often_as_peoples():
    ours = np.array([[0, 5], [1, 6], [2, 7], [9, 8]])
    theirs = np.array([[0, 4], [0, 0], [8, 4], [9, 5]])
    # Half of people's first parts are silent, a quarter of their second ones.
    assert note_tables._match_silence(ours, theirs).tolist() == [2, 6]
    assert note_tables._match_silence(ours, ours).tolist() == [1, 1]


def test_deviations_of_equal_ranks_correspond():
    traits = np.random.default_rng(0).standard_normal(4000)
    theirs = np.append(np.exp(np.random.default_rng(1).standard_normal(4000)), np.nan)
    table = note_tables._match_ranks(traits, theirs)
    at = np.abs(note_tables.RANKED_TRAITS) <= 1.5
    assert table[at] == pytest.approx(np.exp(note_tables.RANKED_TRAITS[at]), rel=0.12)
