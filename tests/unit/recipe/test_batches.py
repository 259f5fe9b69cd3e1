"""Draws that wait for the model at the same time."""

import threading
from contextlib import contextmanager

import pytest
from support.examples import band

from musegen.errors import MusicError
from musegen.recipe.batches import DrawBatches
from musegen.recipe.execute import RecipeRunner
from musegen.recipe.schema import Random, Recipe


class Model:
    """Takes the place of a model, and records which seeds it draws together."""

    def __init__(self, error=None):
        self.batches, self.error = [], error

    def random_many(self, seeds, bars, *_, **__):
        self.batches.append(sorted(seeds))
        if self.error:
            raise self.error
        return [band(bars=bars, tempo=60 + seed) for seed in seeds]


def run_together(model, sources):
    """Make pieces in as many threads, which get the only slot when all of them wait for it."""
    slots, arrived = threading.Semaphore(0), threading.Semaphore(0)

    @contextmanager
    def slot():
        arrived.release()
        slots.acquire()
        try:
            yield
        finally:
            slots.release()

    runner = RecipeRunner(lambda: model, slot=slot)
    pieces, errors = {}, []

    def make(source):
        try:
            pieces[source] = runner.run(Recipe(source=source))
        except MusicError as error:
            errors.append(error)

    threads = [threading.Thread(target=make, args=[source], daemon=True) for source in sources]
    for thread in threads:
        thread.start()
    for _ in sources:
        assert arrived.acquire(timeout=60)
    slots.release()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return pieces, errors


def test_draws_that_differ_in_their_seeds_are_made_in_one_batch():
    model = Model()
    sources = [Random(seed=seed, bars=4) for seed in range(4)]
    pieces, _ = run_together(model, sources)
    assert model.batches == [[0, 1, 2, 3]]
    assert pieces == {source: band(bars=4, tempo=60 + source.seed) for source in sources}


def test_draws_with_other_settings_are_made_by_themselves():
    model = Model()
    alike = [Random(seed=seed, bars=4) for seed in (1, 2)]
    run_together(model, [*alike, Random(seed=3, bars=4, chords="| C |"), Random(seed=4, bars=8)])
    assert sorted(model.batches) == [[1, 2], [3], [4]]


def test_an_error_is_told_to_all():
    error = MusicError("there is no such style")
    model = Model(error)
    pieces, errors = run_together(model, [Random(seed=seed, bars=4) for seed in range(3)])
    assert model.batches == [[0, 1, 2]]
    assert (pieces, errors) == ({}, [error] * 3)


@pytest.mark.parametrize(("bars", "most"), [(16, 4), (8, 8), (128, 1), (0, 64)])
def test_a_batch_has_at_most_64_bars_or_one_piece(bars, most):
    batches = DrawBatches()
    draws = [batches.add(Random(seed=seed, bars=bars)) for seed in range(70)]
    claimed = batches.claim(draws[5])
    assert len(claimed) == most
    assert claimed[0] is draws[5]
    assert batches.claim(claimed[-1]) == []


def test_what_nobody_waits_for_is_not_drawn():
    batches = DrawBatches()
    gone, draw = (batches.add(Random(seed=seed)) for seed in (1, 2))
    batches.remove(gone)
    batches.remove(gone)
    assert batches.claim(draw) == [draw]
