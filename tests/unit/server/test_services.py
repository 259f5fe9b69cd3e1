"""The services works for all visitors, in turn."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from support.examples import band

import musegen.server.services as module
from musegen.recipe.schema import Notes, Random, Recipe
from musegen.server.model_loader import BackgroundModel
from musegen.server.queue import Visitor
from musegen.server.services import Services


class Drawing:
    """Stands where a model does: all that it draws is the same."""

    def random(self, seed, bars, *_, **__):
        return band(bars=bars)

    def interpolate(self, a, *_, **__):
        return a


@pytest.fixture
def services(tmp_path, monkeypatch) -> Services:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return Services(BackgroundModel(Drawing))


def waits(work, queue) -> bool:
    """Whether some work waits as long as all queue are taken."""
    with queue.slot(Visitor("", "a")), queue.slot(Visitor("", "b")):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(0.3)
        waited = thread.is_alive()
    thread.join()
    return waited


def test_pieces_are_made_in_turn_and_those_that_are_remembered_at_once(services) -> None:
    recipe = Recipe(source=Random(seed=1, bars=4))
    assert waits(lambda: services.make_version(recipe), services.queues["model"])
    assert not waits(lambda: services.make_version(recipe), services.queues["model"])


def test_files_of_visitors_are_read_in_turn(services, own_midi) -> None:
    read = []
    assert waits(
        lambda: read.append(services.read_upload(str(own_midi), print)), services.queues["model"]
    )
    assert isinstance(read[0].recipe.source, Notes)


def test_old_files_go_and_it_ends_when_it_is_closed(services, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "_TIDY", 0.01)
    removed = []
    monkeypatch.setattr(module, "remove_old", lambda room, seconds: removed.append((room, seconds)))
    thread = threading.Thread(target=services.clean_up)
    thread.start()
    while not removed:
        thread.join(0.01)
    services.close()
    thread.join(10)
    assert not thread.is_alive()
    assert removed[0] == (Path(tmp_path), 3600)
