"""The values of the components: what the map, the square, the table and the player are sent."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from support.examples import band
from support.midi_files import Voice, midi_file, scale, triads
from support.visits import ROOT

from musegen.music import Piece
from musegen.music.feel import Feel, play_times
from musegen.music.meters import Meter
from musegen.music.notes import PARTS, make_notes
from musegen.recipe.schema import Random, Recipe
from musegen.server.uploads import Upload, read_upload
from musegen.web.components.map.component import map_data
from musegen.web.components.player.component import player_data
from musegen.web.components.square.component import square_data
from musegen.web.components.tracks.component import same_reading, tracks_data

POINTS = np.random.default_rng(3).uniform(0, 1, (4000, 2))


def decode(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype)


# The map


def test_the_map_gets_positions_and_attributes_as_small_integers() -> None:
    values = np.linspace(0, 10, 4000)
    data = map_data(POINTS, {"density": values})
    assert np.abs(decode(data.x, "<u2") / 65535 - POINTS[:, 0]).max() < 1e-5
    assert np.abs(decode(data.y, "<u2") / 65535 - POINTS[:, 1]).max() < 1e-5
    (shown,) = data.attributes
    assert shown.name == "density"
    assert (shown.low, shown.high) == pytest.approx((0.2, 9.8), abs=0.01)
    scaled = decode(shown.values, "u1") / 254
    back = shown.low + scaled * (shown.high - shown.low)
    assert np.abs(back - np.clip(values, 0.2, 9.8)).max() < 0.03


def test_a_missing_attribute_is_not_shown_as_low() -> None:
    data = map_data(POINTS[:4], {"pitch": np.array([np.nan, 60, 60, 60])})
    assert decode(data.attributes[0].values, "u1").tolist() == [255, 0, 0, 0]


@pytest.mark.parametrize(
    ("positions", "values", "problem"),
    [
        (POINTS.T, POINTS[:, 0], "positions have shape"),
        (POINTS * 2, POINTS[:, 0], r"must be in \[0, 1\]"),
        (POINTS * np.nan, POINTS[:, 0], r"must be in \[0, 1\]"),
        (POINTS, POINTS[:3, 0], "density has shape"),
    ],
)
def test_positions_outside_the_map_are_refused(positions, values, problem) -> None:
    with pytest.raises(ValueError, match=problem):
        map_data(positions, {"density": values})


# The square


def test_the_square_has_four_corners() -> None:
    assert square_data("ABCD", 0.5, 1).model_dump() == {
        "corners": ["A", "B", "C", "D"],
        "x": 0.5,
        "y": 1,
    }
    with pytest.raises(ValueError, match="four corners, not 3"):
        square_data("ABC")


# The player


def test_the_player_gets_the_written_notes_as_columns() -> None:
    piece = band(bars=2, tempo=120)
    data = player_data(piece, id="1", title="Band", recipe="r", stem="band", marks=[(0, "A")])
    names = [part.name for part in data.parts]
    assert names == list(piece.parts)
    types = {"onset": "<u2", "duration": "<u2", "offset": "<f4", "pitch": "u1", "velocity": "u1"}
    for name, dtype in types.items():
        assert decode(getattr(data.notes, name), dtype).tolist() == piece.notes[name].tolist()
    parts = [names[part] for part in decode(data.notes.part, "u1")]
    assert parts == [PARTS[part] for part in piece.notes["part"]]
    assert data.times == pytest.approx([0, 2, 4])
    assert (data.tempos, data.feels[0].human) == ([120], True)
    assert data.model_dump()["marks"] == [{"bar": 0, "text": "A"}]


def test_bars_of_other_meters_are_as_wide_as_others() -> None:
    meters = [Meter(3, 4), Meter(2, 4, bars=2), Meter(12, 8, 0), Meter(12, 8, 1)]
    piece = Piece.from_notes(make_notes([]), [0, 0], [60, 60], meters=meters)
    data = player_data(piece, id="a", title="", recipe="", stem="")
    assert data.times == [0, 3, 7, 10, 13]
    shown = [(m.steps, m.beats, m.number) for m in data.meters or ()]
    assert shown == [(12, 3, 1), (16, 4, 2), (12, 2, 4), (12, 2, 0)]
    assert player_data(band(), id="a", title="", recipe="", stem="").meters is None


def test_the_player_gets_all_instruments_of_a_part() -> None:
    piece = Piece(band(bars=4).phrases, {"lead": 5}, changes={1: {"lead": 6}})
    data = player_data(piece, id="1", title="Band", recipe="r", stem="band")
    assert {part.name: part.programs for part in data.parts}["lead"] == [(0, 5), (1, 6)]


def test_the_page_is_tested_with_the_times_that_are_computed_here() -> None:
    for case in json.loads((ROOT / "tests/js/feel_times.json").read_text()):
        rows = [
            (n["onset"], n["part"], n["pitch"], n["duration"], 90, n["offset"])
            for n in case["notes"]
        ]
        feels = [Feel(feel["swing"], feel["human"]) for feel in case["feels"]]
        bars = np.full(case["steps"] // 16, 16)
        bars[: len(case.get("used", ()))] = case.get("used", ())
        start, end = play_times(make_notes(rows), feels, bars)
        assert start.tolist() == pytest.approx(case["start"], abs=1e-9)
        assert end.tolist() == pytest.approx(case["end"], abs=1e-9)


# The table of tracks

MARKUP = "<img src=x onerror=alert(1)><b>Lead</b>"
BEAT = [(36, 0, 0.5), (38, 1, 1.5), (36, 2, 2.5), (38, 3, 3.5), (73, 3, 3.5)]


def song(folder: Path) -> Path:
    """Four bars of a singer, a guitar, a bass and a kit with a guiro."""
    beat = [(pitch, 4 * bar + on, 4 * bar + off) for bar in range(4) for pitch, on, off in BEAT]
    return midi_file(
        folder / "song.mid",
        Voice(scale(72, 16), MARKUP, 53, 1),
        Voice(triads(60, 4), "", 24, 2),
        Voice(scale(36, 16), "Bass", 33, 3),
        Voice(beat, "", 0, 10),
    )


def test_the_table_has_the_tracks_and_what_holds_for_all(tmp_path) -> None:
    upload = read_upload(str(song(tmp_path)), print, {2: None})
    data = tracks_data(upload).model_dump()
    assert data["summary"] == (
        "3 of 4 tracks are taken, with 48 of 64 notes; the beat is the file's own."
    )
    assert [track["part"] for track in data["tracks"]] == ["lead", "chords", None, "drums"]
    assert [track["chosen"] for track in data["tracks"]] == [False, False, True, False]
    assert data["tracks"][3] == {
        "index": 3,
        "name": "",
        "instrument": "Drums",
        "notes": 20,
        "kept": 20,
        "part": "drums",
        "reason": "it is on channel 10",
        "chosen": False,
    }
    assert data["about"] == list(upload.report.about)
    assert data["tempos"] == [{"factor": 1, "label": "As found, 120 bpm"}]
    back = same_reading(upload.recipe.source)
    assert (back.reading, back.tracks) == (data["reading"], None)
    assert tracks_data(read_upload(str(song(tmp_path)), print)).reading != (data["reading"])


def test_the_table_of_a_file_made_here_is_a_sentence() -> None:
    data = tracks_data(Upload(Recipe(source=Random(seed=5)))).model_dump()
    assert data["summary"] == "It was made on this page and is the very same piece."
    assert data["tracks"] == data["tempos"] == data["about"] == []


def test_the_player_gets_chords_spelled_in_the_key_of_their_phrase() -> None:
    rows = [
        (16 * bar, "chords", 48 + root + above, 16, 80)
        for bar, root in enumerate((10, 3, 5, 10))
        for above in (0, 4, 7)
    ]
    piece = Piece.from_notes(make_notes(rows), [-2, -2], [100, 100])
    data = player_data(piece, id="1", title="", recipe="", stem="")
    assert [(chord.beat, chord.name) for chord in data.chords] == [
        *[(0, "Bb"), (4, "Eb"), (8, "F"), (12, "Bb")]
    ]
