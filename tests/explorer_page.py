"""A page with the map and the square alone, for tests: `python tests/explorer_page.py PORT`.

It needs no model. One line tells the last event that came.
"""

from __future__ import annotations

import json
import sys

import gradio as gr
import numpy as np

from musegen.studio.assets import asset
from musegen.studio.map_view import map_data, map_view
from musegen.studio.square import square, square_data
from musegen.studio.theme import theme

POINTS = 4000
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


def main() -> None:
    points = clusters()
    with gr.Blocks(title="Explorer", fill_width=True) as page:
        with gr.Column(elem_classes="mg-panel"):
            places = map_view(value=map_data(points, attributes(points)))
            blend = square(value=square_data(TITLES))
            told = gr.Textbox("", elem_id="told", label="Told")

        def tell(event: gr.EventData) -> str:
            return json.dumps(event._data)

        def answer(event: gr.EventData) -> tuple[str, str]:
            titles = list(TITLES)
            titles[event._data["index"]] = "<b>New</b>"
            return json.dumps(event._data), square_data(titles)

        for event in (places.place, places.line, blend.blend):
            # Twice what should come once would otherwise be hidden.
            event(tell, None, told, show_progress="hidden", trigger_mode="multiple")
        blend.corner(answer, None, [told, blend], show_progress="hidden")
    page.launch(
        server_port=int(sys.argv[1]),
        theme=theme(),
        css=asset("page/studio.css") + ".mg-panel { max-width: 393px; }",
        head=asset("page/head.html"),
        ssr_mode=False,
    )


if __name__ == "__main__":
    main()
