"""A page with the map, the square and the table of tracks alone, for tests.

`python tests/support/explorer_page.py PORT`

It needs no model. A field shows the last event.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import gradio as gr
import numpy as np

from musegen.server.gradio_adapter import event_data
from musegen.server.uploads import read_upload
from musegen.web.assets import asset
from musegen.web.components.map.component import map_data, map_view
from musegen.web.components.square.component import square, square_data
from musegen.web.components.tracks.component import tracks_data, tracks_view
from musegen.web.events import PartsEvent
from musegen.web.modules import module_routes, page_head
from musegen.web.theme import theme
from support.midi_files import Voice, midi_file, scale, triads

POINTS = 4000
MARKUP = "<img src=x onerror=alert(1)><b>Lead</b>"
TITLES = ("Night drive", "A title that is much too long for its corner", "Café at six", "Seed 7")


def clusters() -> np.ndarray:
    """Points in clouds, as a map has them; the first four are the corners of a square."""
    rng = np.random.default_rng(3)
    middles = rng.uniform(0.1, 0.9, (24, 2))
    widths = rng.uniform(0.015, 0.08, (24, 1))
    cloud = rng.integers(24, size=POINTS)
    points = np.clip(middles[cloud] + widths[cloud] * rng.normal(size=(POINTS, 2)), 0, 1)
    points[:4] = [[0, 0], [1, 0], [0, 1], [1, 1]]
    return points


def attributes(points: np.ndarray) -> dict[str, np.ndarray]:
    """One that goes from left to right, one that half of the points have, one with a rude name."""
    x, y = points.T
    half = np.where(np.arange(len(x)) % 2, np.nan, 40 + 30 * y)
    return {"density": 1 + 8 * x, "pitch": half, "<b>loud</b>": np.hypot(x, y) / 100}


def song(folder: Path) -> str:
    """Path of a file with many tracks, the first with a rude name, the second with none."""
    voices = [
        Voice(scale(72, 16), MARKUP, 53, 1),
        Voice(triads(48, 4), "", 24, 2),
        *(Voice(scale(50 + i, 16), f"Strings {i}", i, 3 + i % 6) for i in range(3, 60)),
    ]
    return str(midi_file(folder / "song.mid", *voices))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        show(song(Path(folder)))


def show(file: str) -> None:
    points = clusters()
    with gr.Blocks(title="Explorer", fill_width=True) as page:
        with gr.Column(elem_classes="mg-panel"):
            places = map_view(value=map_data(points, attributes(points)))
            blend = square(value=square_data(TITLES))
            tracks = tracks_view(value=tracks_data(read_upload(file, print)))
            event_line = gr.Textbox("", elem_id="event", label="Event")

        def show_event(event: gr.EventData) -> str:
            return json.dumps(event._data)

        def answer(event: gr.EventData) -> tuple:
            titles = list(TITLES)
            titles[event._data["index"]] = "<b>New</b>"
            return json.dumps(event._data), square_data(titles)

        def assign(event: gr.EventData) -> tuple:
            data = event_data(event, PartsEvent)
            upload = read_upload(file, print, data.parts_of_tracks)
            return json.dumps(event._data), tracks_data(upload, data.request)

        for event in (places.place, places.line, blend.blend):
            # Twice what should come once would otherwise be hidden.
            event(show_event, None, event_line, show_progress="hidden", trigger_mode="multiple")
        blend.corner(answer, None, [event_line, blend], show_progress="hidden")
        tracks.assign(
            assign, None, [event_line, tracks], show_progress="hidden", trigger_mode="multiple"
        )
    page.launch(
        server_port=int(sys.argv[1]),
        theme=theme(),
        css=asset("static/page.css") + ".mg-panel { max-width: 393px; }",
        head=page_head(),
        ssr_mode=False,
        app_kwargs={"routes": module_routes()},
    )


if __name__ == "__main__":
    main()
