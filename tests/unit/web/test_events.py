"""The data of events: what no component of ours sends is refused in one line."""

from __future__ import annotations

import gradio as gr
import pytest

from musegen.errors import MusicError
from musegen.server.gradio_adapter import event_data
from musegen.web import events
from musegen.web.events import PartsEvent
from musegen.web.requests import read_edit

PARTS = {"parts": [], "tempo": 1, "request": 1}
HUGE = 10**400
MORE = {"request": 1, "parts": ["lead"], "key": 0, "context": ["abc"], "seed": 1, "drawn": 4}
NOTES = {
    **{"do": "notes", "bars": 2, "keys": [0], "tempos": [96.5], "programs": {"lead": 0}},
    **{"after": [0], "part": [0], "pitch": [60], "duration": [4], "velocity": [90], "offset": [0]},
}

VALID = [
    ("PhraseEvent", {"index": 3}),
    ("PhraseEvent", {"index": None}),
    ("OpenEvent", {"recipe": "abc"}),
    ("OpenEvent", {"recipe": "abc", "id": "1"}),
    ("DrawEvent", {"id": "0123456789abcdef"}),
    ("SoundEvent", {"recipe": "abc", "id": "0123456789abcdef"}),
    ("FileEvent", {"kind": "midi"}),
    ("MoreEvent", MORE),
    ("KeepEvent", {"notes": NOTES, "swing": 0.5, "human": True}),
    ("TakeEvent", {"notes": [[0, 0.5, 60, 90]], "tempo": 96}),
    ("PlaceEvent", {"seed": 12}),
    ("ChordsEvent", {"text": "| C |", "kept": {"lead": [0, 1]}}),
    ("OverEvent", {"text": "| C |"}),
    ("LineEvent", {"points": [[0, 0.5], [1, 1]], "phrases": 8}),
    ("SquareEvent", {"x": 0, "y": 0.25}),
    ("CornerEvent", {"index": 3, "from": "seed"}),
    ("PartsEvent", {"parts": [{"index": 0, "part": "lead"}], "tempo": 0.5, "request": 2}),
]
INVALID = [
    *((name, data) for name, _ in VALID for data in (None, [], "text", 7)),
    *((name, {**data, "more": 1}) for name, data in VALID),
    *((name, {}) for name, _ in VALID),
    ("PhraseEvent", {"index": -1}),
    ("PhraseEvent", {"index": 0.5}),
    ("PhraseEvent", {"index": True}),
    ("PhraseEvent", {"index": HUGE}),
    ("OpenEvent", {"recipe": None}),
    ("OpenEvent", {"recipe": ["abc"]}),
    ("OpenEvent", {"recipe": "abc", "id": 1}),
    ("DrawEvent", {"id": "<script>"}),
    ("SoundEvent", {"recipe": "abc", "id": "0123456789ABCDEF"}),
    ("FileEvent", {"kind": ["midi"]}),
    ("MoreEvent", {**MORE, "parts": ["tuba"]}),
    ("MoreEvent", {**MORE, "parts": []}),
    ("MoreEvent", {**MORE, "context": ["a"] * 9}),
    ("MoreEvent", {**MORE, "drawn": -1}),
    ("KeepEvent", {"notes": {**NOTES, "pitch": [200]}, "swing": 0.5, "human": True}),
    ("TakeEvent", {"notes": [], "tempo": 96}),
    ("TakeEvent", {"notes": [[0, 0.5, 60]], "tempo": 96}),
    ("TakeEvent", {"notes": [[-1, 0.5, 60, 90]], "tempo": 96}),
    ("PlaceEvent", {"seed": -1}),
    ("ChordsEvent", {"text": "| C |"}),
    ("PlaceEvent", {"seed": "1"}),
    ("LineEvent", {"points": [], "phrases": 8}),
    ("LineEvent", {"points": [[0, 2]], "phrases": 8}),
    ("LineEvent", {"points": [[0, float("nan")]], "phrases": 8}),
    ("LineEvent", {"points": [[0]], "phrases": 8}),
    ("LineEvent", {"points": [[0, 0]] * 100_000, "phrases": 8}),
    ("LineEvent", {"points": [[0, 0]], "phrases": HUGE}),
    ("SquareEvent", {"x": 2, "y": 0}),
    ("SquareEvent", {"x": HUGE, "y": 0}),
    ("SquareEvent", {"x": True, "y": 0}),
    ("CornerEvent", {"index": 4, "from": "seed"}),
    ("CornerEvent", {"index": 0, "from": "file"}),
    *(
        ("PartsEvent", {**PARTS, "parts": parts})
        for parts in (
            None,
            "0 lead",
            {"index": 0, "part": "lead"},
            [0],
            [None],
            [{"index": True, "part": "lead"}],
            [{"index": 0.0, "part": "lead"}],
            [{"index": "0", "part": "lead"}],
            [{"index": 0, "part": ["lead"]}],
            [{"index": 0, "part": "tuba"}],
            [{"index": 0}],
            [{"index": 0, "part": "lead", "more": 1}],
            [{"index": -1, "part": None}],
            [{"index": HUGE, "part": None}],
            [{"index": i, "part": "lead"} for i in range(100_000)],
        )
    ),
    ("PartsEvent", {**PARTS, "tempo": True}),
    ("PartsEvent", {**PARTS, "tempo": float("nan")}),
    ("PartsEvent", {**PARTS, "tempo": HUGE}),
    ("PartsEvent", {**PARTS, "request": "1"}),
]


@pytest.mark.parametrize(("name", "data"), VALID)
def test_what_the_components_send_is_accepted(name: str, data: dict) -> None:
    event = event_data(gr.EventData(None, data), getattr(events, name))
    assert event.model_dump(mode="json", by_alias=True, exclude_unset=True) == data


@pytest.mark.parametrize(("name", "data"), INVALID)
def test_other_data_are_refused_in_one_line(name: str, data: object) -> None:
    with pytest.raises(MusicError, match="reload the page") as caught:
        event_data(gr.EventData(None, data), getattr(events, name))
    assert "\n" not in str(caught.value)


def test_parts_of_tracks_are_a_mapping() -> None:
    parts = [{"index": 3, "part": None}, {"index": 0, "part": "lead"}]
    event = event_data(gr.EventData(None, {**PARTS, "parts": parts}), PartsEvent)
    assert event.parts_of_tracks == {3: None, 0: "lead"}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"do": "explode"},
        {"do": ["fill"]},
        {"do": "cut", "first": "x"},
        {"do": "fill", "phrases": [-1]},
        {"do": "extend", "bars": float("nan")},
        {"do": "cut", "first": 0, "phrases": 1, "more": {1: {2}}},
    ],
)
def test_other_edits_are_refused_in_one_line(data: object) -> None:
    with pytest.raises(MusicError, match="reload the page") as caught:
        read_edit(data)
    assert "\n" not in str(caught.value)


def test_an_edit_that_adds_too_many_bars_is_refused() -> None:
    with pytest.raises(MusicError, match=r"bars more is 1000.*; it goes from 2 to 32"):
        read_edit({"do": "extend", "bars": HUGE})
