"""The top of the page: its name, whether the model is ready, and the switch of light and dark."""

from __future__ import annotations

import gradio as gr
from gradio.data_classes import GradioModel

from musegen.web.assets import asset
from musegen.web.components.typed import typed_html
from musegen.web.modules import load_module

__all__ = ["ProgressData", "page_header"]


class ProgressData(GradioModel):
    """How far the server has come with the sound or a file: a share, 0 to 1, and a line of text."""

    share: float
    text: str


def page_header() -> tuple[gr.HTML, gr.HTML]:
    """Make the header; return the component of the model's state, and that of the progress.

    The progress is invisible: it passes `ProgressData` on to the player.
    """
    with gr.Row(elem_classes="mg-top"):
        brand = asset("static/brand.html").replace("<mark />", asset("static/favicon.svg"))
        gr.HTML(brand, apply_default_css=False)
        model_state = gr.HTML(
            "…",
            html_template=asset("static/ready.html"),
            js_on_load=load_module("static/ready.js"),
            elem_classes="mg-model-block",
            apply_default_css=False,
        )
        gr.HTML(
            asset("static/theme_button.html"),
            js_on_load=load_module("static/theme.js"),
            apply_default_css=False,
        )
        progress = typed_html(
            ProgressData,
            None,
            html_template="",
            js_on_load=load_module("static/progress.js"),
            elem_classes="mg-unseen",
        )
    return model_state, progress
