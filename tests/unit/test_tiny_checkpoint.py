"""The tiny checkpoints that tests use instead of the shipped ones make music in every part."""

from musegen.music.notes import PARTS


def test_a_tiny_model_draws_every_part_and_each_seed_differs(tiny_mg):
    piece = tiny_mg.random(seed=1)
    assert piece.parts == PARTS
    assert 100 < len(piece.notes) < 2000
    assert tiny_mg.random(seed=1) == piece
    assert tiny_mg.random(seed=2) != piece


def test_a_tiny_model_knows_attributes(tiny_mg):
    piece = tiny_mg.random(seed=1, bars=8)
    assert len(tiny_mg.adjust(piece, density=1.0).notes) > 1.1 * len(piece.notes)
