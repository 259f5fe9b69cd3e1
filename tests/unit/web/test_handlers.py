"""Handlers of the page, with pieces that a stand-in makes in place of the model."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from support.examples import band

from musegen.midi.tags import TAG
from musegen.recipe.codec import read_recipe, write_recipe
from musegen.recipe.schema import Notes, Random, Recipe
from musegen.server.model_loader import BackgroundModel
from musegen.server.services import Services
from musegen.server.versions import read_state
from musegen.web.handlers import EditHandlers, OwnMusicHandlers, PageHandlers
from musegen.web.handlers.versions import VERSION_VALUES

RECIPE = Recipe(source=Random(seed=1, bars=2))
OTHER_CHECKPOINTS = "0123456789ab"
NOTICE = "The model has changed since this piece was made, so the music will differ"


class Model:
    def random(self, *_, **__):
        return band(bars=2, tempo=100)  # when it is loaded

    def random_many(self, seeds, *_, **__):
        return [band(bars=2, tempo=100) for _ in seeds]

    def interpolate(self, a, *_, **__):
        return a


@pytest.fixture
def services(tmp_path, monkeypatch) -> Services:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return Services(BackgroundModel(Model))


@pytest.fixture
def notices(monkeypatch) -> list[str]:
    """What visitors are told."""
    notices: list[str] = []
    monkeypatch.setattr(gr, "Info", notices.append)
    return notices


def old_file(folder: Path) -> str:
    """A file that the page wrote with other checkpoints."""
    path = folder / "old.mid"
    tag = TAG + write_recipe(RECIPE, checkpoints=OTHER_CHECKPOINTS)
    band(bars=2, tempo=120).write_midi(path, tag=tag)
    return str(path)


def test_a_file_of_another_model_opens_with_a_notice_and_offers_its_own_notes(
    services, notices, tmp_path
):
    handlers = OwnMusicHandlers(services)
    file = old_file(tmp_path)
    recipe, table, button, state, *_ = handlers.preview(file)
    assert notices == [NOTICE]
    assert table.summary.startswith(NOTICE)
    assert read_recipe(recipe) == read_state(state)[1] == RECIPE
    assert button["visible"]

    recipe, table, button, state, player, *rest = handlers.use_own_notes(file)
    assert notices == [NOTICE]  # once is enough
    assert isinstance(read_recipe(recipe).source, Notes)
    assert read_state(state)[1] == read_recipe(recipe)
    assert "120 bpm" in player.details
    assert "an earlier model" in table.summary
    assert not button["visible"]
    assert len([state, player, *rest]) == VERSION_VALUES


def test_a_file_of_this_model_offers_no_notes(services, notices, tmp_path):
    path = tmp_path / "new.mid"
    band(bars=2).write_midi(path, tag=TAG + write_recipe(RECIPE))
    _, _, button, *_ = OwnMusicHandlers(services).preview(str(path))
    assert not button["visible"]
    assert notices == []
    with pytest.raises(gr.Error, match="no other notes"):
        OwnMusicHandlers(services).use_own_notes(str(path))


@pytest.mark.parametrize(("checkpoints", "expected"), [(OTHER_CHECKPOINTS, [NOTICE]), (None, [])])
def test_a_link_of_another_model_opens_with_a_notice(services, notices, checkpoints, expected):
    text = write_recipe(RECIPE, checkpoints=checkpoints)
    request = SimpleNamespace(query_params={"piece": text})
    *_, opened = PageHandlers(services).read_link(request)
    assert read_recipe(opened) == RECIPE
    assert notices == expected
    state, *_ = PageHandlers(services).open_link(opened)
    assert read_state(state)[1] == RECIPE


def test_a_piece_of_the_history_that_another_model_made_opens_with_a_notice(services, notices):
    text = write_recipe(RECIPE, checkpoints=OTHER_CHECKPOINTS)
    event = gr.EventData(None, {"recipe": text})
    _, _, state, *_ = EditHandlers(services).open("", None, "", event)
    assert read_state(state)[1] == RECIPE
    assert notices == [NOTICE]
    undo = gr.EventData(None, {"recipe": text, "id": read_state(state)[0]})
    EditHandlers(services).open(state, None, "", undo)
    assert notices == [NOTICE]


@pytest.mark.parametrize("phrase", [-1, float("nan"), float("inf"), 10**9])
def test_a_phrase_that_no_page_sends_is_refused_in_one_line(services, phrase):
    state = f"id.{write_recipe(RECIPE)}"
    event = gr.EventData(None, {"do": "cut", "first": 0, "phrases": 1})
    with pytest.raises(gr.Error, match="reload the page") as caught:
        EditHandlers(services).edit(state, phrase, event)
    assert "\n" not in caught.value.message


def test_an_event_with_other_data_is_refused_before_the_file_is_read(services, tmp_path):
    event = gr.EventData(None, {"parts": [], "tempo": 1, "request": "1"})
    missing = str(tmp_path / "missing.mid")
    with pytest.raises(gr.Error, match="reload the page"):
        OwnMusicHandlers(services).assign_parts(missing, "", "", None, event)
