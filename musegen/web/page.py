"""The layout of the page."""

from __future__ import annotations

import html

import gradio as gr

from musegen.server.services import Services
from musegen.server.settings import get_settings
from musegen.web.api import add_endpoints
from musegen.web.assets import asset
from musegen.web.components.player.component import player
from musegen.web.components.tabs.component import tab_bar, tab_group, tab_panel
from musegen.web.controls.shape import shape_controls
from musegen.web.controls.sound import sound_controls
from musegen.web.handlers.square import first_corners
from musegen.web.header import page_header
from musegen.web.tabs import (
    explore_tab,
    interpolate_tab,
    random_tab,
    remix_tab,
)
from musegen.web.wiring import Widgets, connect

__all__ = ["build"]


def build(services: Services) -> gr.Blocks:
    """Build the page on services that all visitors share."""
    settings = get_settings()
    keep = round(settings.keep_minutes * 60)
    with gr.Blocks(
        title="MuseGen",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(min(keep, 3600) // 4, keep),
    ) as page:
        add_endpoints(services)  # first, so that no function of the page takes one of their names
        state = gr.Textbox(visible=False)
        phrase = gr.Number(visible=False)
        link = gr.Textbox(visible=False)
        file = gr.File(visible=False)
        more = gr.JSON(visible=False)
        model_state, progress = page_header()
        with gr.Row(elem_classes="mg-main", equal_height=False):
            with gr.Column(elem_classes="mg-left"):
                stage = player(elem_id="player")
            with gr.Column(elem_classes="mg-panel"):
                with tab_group():
                    tab_bar(("Random", "Interpolate", "Explore", "Remix"), "Ways to make music")
                    with tab_panel("Random"):
                        random = random_tab()
                    with tab_panel("Interpolate"):
                        interpolate = interpolate_tab()
                    with tab_panel("Explore"):
                        explore = explore_tab(services.phrase_map, *first_corners())
                    with tab_panel("Remix"):
                        remix = remix_tab()
                shape = shape_controls()
                sound = sound_controls()
                lines = "".join(f"<li>{html.escape(line)}</li>" for line in settings.lines)
                limits = asset("static/limits.html").replace("<mark />", lines)
                gr.HTML(limits, apply_default_css=False)
        # fmt: off
        widgets = Widgets(
            state, phrase, link, file, more, model_state, progress, stage,
            random, interpolate, explore, remix, shape, sound,
        )
        # fmt: on
        connect(page, widgets, services)
    return page
