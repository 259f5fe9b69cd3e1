"""Services work for visitors in turn, and stop when they leave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.examples import band

import musegen.server.services as module
import musegen.server.sessions as sessions
from musegen.errors import Cancelled
from musegen.recipe.examples import EXAMPLES
from musegen.recipe.schema import Notes, Random, Recipe, Vary
from musegen.server.model_loader import BackgroundModel
from musegen.server.queue import Visitor
from musegen.server.services import Services

RECIPE = Recipe(source=Random(seed=1, bars=4))


class Model:
    """Stands in for a model: all pieces that it makes are the same."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.before_step: Callable[[], object] = lambda: None

    def random(self, seed, bars, *_, **__):
        return band(bars=bars)  # when it is loaded

    def random_many(self, seeds, bars, *_, **__):
        self.before_step()
        self.steps.append("random")
        return [band(bars=bars) for _ in seeds]

    def vary(self, piece, *_, **__):
        self.before_step()
        self.steps.append("vary")
        return piece

    def interpolate(self, a, *_, **__):
        return a


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def services(tmp_path, monkeypatch, model) -> Services:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    services = Services(BackgroundModel(lambda: model))
    services.model.get()
    model.steps.clear()
    return services


def needs_slot(work: Callable[[], object], queue) -> bool:
    """Whether work waits in a queue while all its slots are taken."""
    with queue.slot(Visitor("", "a")), queue.slot(Visitor("", "b")):
        thread = threading.Thread(target=work)
        thread.start()
        while thread.is_alive() and not queue.waiting:
            thread.join(0.01)
        waited = queue.waiting == 1
    thread.join()
    return waited


def test_pieces_are_made_in_a_slot_and_cached_pieces_need_none(services):
    queue = services.queues["model"]
    assert needs_slot(lambda: services.make_version(RECIPE), queue)
    assert not needs_slot(lambda: services.make_version(RECIPE), queue)


def test_uploads_are_read_in_a_slot(services, own_midi):
    uploads = []
    assert needs_slot(
        lambda: uploads.append(services.read_upload(str(own_midi), print)),
        services.queues["model"],
    )
    assert isinstance(uploads[0].recipe.source, Notes)


class Request:
    """Stands in for the request of a visitor who can leave."""

    id, address, session, open = "request", "192.0.2.1", "page", True

    def is_open(self) -> bool:
        return self.open


@pytest.fixture
def request_of_visitor(monkeypatch) -> Request:
    request = Request()
    monkeypatch.setattr(sessions, "current_request", lambda: request)
    return request


def test_work_stops_between_its_steps_when_the_visitor_leaves(services, model, request_of_visitor):
    def leave() -> None:
        request_of_visitor.open = False

    model.before_step = leave
    edits = (Vary(similarity=0.5, seed=1), Vary(similarity=0.5, seed=2))
    with pytest.raises(Cancelled):
        services.make_version(Recipe(source=RECIPE.source, edits=edits))
    assert model.steps == ["random"]


def test_a_request_in_the_queue_goes_when_the_visitor_leaves(services, model, request_of_visitor):
    queue, errors = services.queues["model"], []

    def work() -> None:
        try:
            services.make_version(RECIPE)
        except Cancelled as error:
            errors.append(error)

    with queue.slot(Visitor("", "a")), queue.slot(Visitor("", "b")):
        thread = threading.Thread(target=work)
        thread.start()
        while not queue.waiting:
            thread.join(0.01)
        request_of_visitor.open = False
        thread.join(60)
        assert not thread.is_alive()
    assert errors
    assert queue.waiting == 0
    assert model.steps == []


def test_old_files_are_removed_until_the_services_are_closed(services, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_CLEAN_UP_SECONDS", 0.01)
    removed = []
    monkeypatch.setattr(
        module, "remove_old_files", lambda folder, seconds: removed.append((folder, seconds))
    )
    thread = threading.Thread(target=services.clean_up)
    thread.start()
    while not removed:
        thread.join(0.01)
    services.close()
    thread.join(60)
    assert not thread.is_alive()
    assert removed[0] == (Path(tmp_path), 3600)


def test_instruments_and_examples_are_prepared_when_nobody_is_here(services, monkeypatch):
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0)
    monkeypatch.setattr(module, "EXAMPLES", {"one": RECIPE})
    compiled = []
    monkeypatch.setattr(services.model, "compile_encoder", lambda: compiled.append(True))
    rendered = []
    monkeypatch.setattr(
        services.sounds, "render", lambda piece, key, *_: rendered.append(key) or iter(())
    )
    cut = []
    monkeypatch.setattr(services.soundfonts, "digests", lambda: {"FluidR3 GM": "abcd"})
    monkeypatch.setattr(
        services.soundfonts,
        "get",
        lambda *key: cut.append(key) or SimpleNamespace(result=lambda: b""),
    )
    services.prepare()
    assert len(rendered) == len(compiled) == 1
    assert cut[:2] == [("abcd", 0, 4), ("abcd", 0, 11)]
    assert ("abcd", 128, 0) in cut
    services.close()
    services.prepare()
    assert len(rendered) == len(compiled) == 1


def test_only_work_for_visitors_keeps_the_server_from_preparing(services, monkeypatch):
    noted = []
    monkeypatch.setattr(services.sessions, "note_request", lambda: noted.append(True))
    services.make_version(RECIPE)
    assert noted == []
    monkeypatch.setattr(module, "current_visitor", lambda: Visitor("192.0.2.1", "page"))
    services.make_version(Recipe(source=Random(seed=2, bars=4)))
    assert len(noted) == 2  # when it begins, and when it ends


def test_the_examples_need_no_model(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    services = Services(BackgroundModel(lambda: pytest.fail("the model was loaded")))
    for recipe in EXAMPLES.values():
        assert services.is_ready(recipe)
        assert services.make_version(recipe).piece.bars == 16
    assert not services.is_ready(RECIPE)
