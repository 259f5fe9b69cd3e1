"""The tab Explore: a map of phrases, and a square between four pieces."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from musegen.map.phrase_map import PhraseMap
from musegen.web.components.map.component import MapData, map_data, map_view
from musegen.web.components.square.component import SquareData, square
from musegen.web.components.tabs.component import tab_bar, tab_group, tab_panel

__all__ = ["ExploreTab", "explore_tab"]


@dataclass(frozen=True)
class ExploreTab:
    """The widgets of the tab."""

    map: gr.HTML
    square: gr.HTML
    corners: gr.Textbox  # the recipes of the square's corners, as `handlers.square` keeps them


def explore_tab(phrase_map: PhraseMap | None, corners: str, shown: SquareData) -> ExploreTab:
    """Make the tab, with the square's corners as `handlers.square.first_corners` returns them."""
    with tab_group():
        tab_bar(("Map", "Square"), "Ways to explore")
        with tab_panel("Map"):
            if phrase_map is None:
                gr.Markdown(
                    "These checkpoints have no map: "
                    "python -m musegen map --out checkpoints/map.npz makes one."
                )
            places = map_view(
                value=_map_data(phrase_map) if phrase_map else None,
                visible=phrase_map is not None,
                elem_id="map-view",
            )
        with tab_panel("Square"):
            blend = square(value=shown, elem_id="square-view")
    return ExploreTab(places, blend, gr.Textbox(corners, visible=False))


def _map_data(phrase_map: PhraseMap) -> MapData:
    # Harmony is the first colour: of all attributes it changes most smoothly over the map.
    attributes = {"harmony": phrase_map.attributes["harmony"], **phrase_map.attributes}
    return map_data(phrase_map.positions, attributes)
