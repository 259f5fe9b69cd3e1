"""Handlers of music that goes on, with a model that is not trained."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from support.examples import band

from musegen.endless import CONTEXT
from musegen.music.attributes import ATTRIBUTES
from musegen.recipe.codec import write_recipe
from musegen.recipe.notes import notes_from_piece
from musegen.recipe.schema import Adjust, Random, Recipe
from musegen.server.services import Services
from musegen.server.settings import get_settings
from musegen.server.versions import read_state
from musegen.web.handlers import EndlessHandlers
from musegen.web.handlers.endless import PHRASES_A_REQUEST

RECIPE = Recipe(source=Random(seed=1, bars=8))
STATE = f"id.{write_recipe(RECIPE)}"
PARTS = ["lead", "counter", "chords", "bass", "drums"]
STILL = [0.0] * len(ATTRIBUTES)


@pytest.fixture
def handlers(tiny_mg, tmp_path, monkeypatch) -> EndlessHandlers:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return EndlessHandlers(Services(SimpleNamespace(get=lambda: tiny_mg)))


def ask(handlers, context=(), drawn=0, sliders=STILL, state=STATE, **more):
    data = {"request": 7, "parts": PARTS, "key": 0, "context": list(context), "seed": 5, **more}
    event = gr.EventData(None, {**data, "drawn": drawn})
    return handlers.more(event, state, 1.0, *sliders)


def test_the_first_answer_has_the_context_and_later_ones_need_it_alone(handlers):
    first = ask(handlers)
    assert (first["request"], first["problem"]) == (7, None)
    assert (first["context"], first["phrases"]) == (4, PHRASES_A_REQUEST)
    assert len(first["latents"]) == 4 + PHRASES_A_REQUEST
    second = ask(handlers, first["latents"][-CONTEXT:], PHRASES_A_REQUEST, state=STATE)
    assert (second["context"], len(second["latents"])) == (0, PHRASES_A_REQUEST)
    assert second["notes"] != first["notes"]
    assert ask(handlers, first["latents"][-CONTEXT:], PHRASES_A_REQUEST) == second


def test_only_the_parts_that_play_are_drawn(handlers):
    answer = ask(handlers, parts=["bass", "drums"])
    parts = np.frombuffer(base64.b64decode(answer["notes"]["part"]), "u1")
    assert set(parts.tolist()) <= {0, 1}


def test_sliders_count_from_where_they_were_when_the_music_began_to_go_on(handlers):
    adjusted = RECIPE.then(Adjust(changes={"density": 1.0}))
    state = f"id.{write_recipe(adjusted)}"
    at_one = [1.0, *STILL[1:]]
    still = ask(handlers, sliders=at_one, state=state)
    moved = ask(handlers, sliders=STILL, state=state)
    assert still["latents"] == moved["latents"]  # what was drawn is the same
    assert still["notes"] != moved["notes"]


@pytest.mark.parametrize("context", [["%"], ["AAAA"], ["AAAAAA=="]])
def test_latents_that_no_page_has_are_refused_in_one_line(handlers, context):
    answer = ask(handlers, context)
    assert "reload the page" in answer["problem"]
    assert "latents" not in answer


def test_one_address_cannot_have_all_of_it(handlers, monkeypatch):
    monkeypatch.setenv("MUSEGEN_ENDLESS_PHRASES", str(4 * PHRASES_A_REQUEST))
    get_settings.cache_clear()
    limited = EndlessHandlers(handlers._services)
    monkeypatch.undo()
    get_settings.cache_clear()
    problems = [ask(limited)["problem"] for _ in range(3)]
    assert problems[:2] == [None, None]
    assert "try again later" in problems[2]


def keep(handlers, piece):
    notes = notes_from_piece(piece).model_dump(mode="json", exclude_none=True)
    event = gr.EventData(None, {"notes": notes, "swing": 0.25, "human": False})
    return handlers.keep(event, STATE)


def test_what_was_played_is_kept_as_its_notes(handlers):
    piece = band(bars=8, tempo=111)
    state, player, *_ = keep(handlers, piece)
    id, recipe = read_state(state)
    assert (id, player.title) == ("id", "Endless, from Seed 1")
    assert not recipe.needs_model
    assert (recipe.sound.swing, recipe.sound.human) == (0.25, False)
    again = handlers._services.make_version(recipe).piece
    assert again.notes.tolist() == piece.notes.tolist()
    assert again.tempo == 111


def test_no_more_is_kept_than_a_piece_may_have(handlers, monkeypatch):
    monkeypatch.setenv("MUSEGEN_PIECE_BARS", "8")
    get_settings.cache_clear()
    try:
        state, *_ = keep(handlers, band(bars=12))
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert handlers._services.make_version(read_state(state)[1]).piece.bars == 8
