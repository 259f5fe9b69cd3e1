"""The model is loaded in the background, once, and visitors read why it could not be."""

from __future__ import annotations

import threading

import pytest
from support.examples import band
from support.visits import run_async

from musegen.files import CHECKPOINTS
from musegen.server.model_loader import BackgroundModel, ModelError


class Model:
    """Stands in for a model."""

    def random(self, seed, bars, *_, **__):
        return band(bars=bars)

    def interpolate(self, a, *_, **__):
        return a


def test_requests_wait_for_the_model_which_is_loaded_once():
    go_on, loads = threading.Event(), []

    def load() -> Model:
        loads.append(1)
        assert go_on.wait(60)
        return Model()

    model = BackgroundModel(load)
    assert model.status == "loading"
    got = []
    threads = [threading.Thread(target=lambda: got.append(model.get())) for _ in range(3)]
    for thread in threads:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert loads == [1]
    assert len(set(map(id, got))) == 1
    assert model.status == "ok"
    assert run_async(model.wait_until_loaded()) is None


def test_a_failure_is_one_line_for_visitors_and_a_traceback_in_the_log(caplog):
    def load():
        raise FileNotFoundError(f"{CHECKPOINTS / 'song'} is\nmissing")

    model = BackgroundModel(load)
    with pytest.raises(ModelError) as caught:
        model.get()
    assert str(caught.value) == "checkpoints/song is missing"
    assert model.status == "problem"
    assert run_async(model.wait_until_loaded()) == str(caught.value)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert str(CHECKPOINTS) in record.getMessage()
    assert record.exc_info[0] is FileNotFoundError
