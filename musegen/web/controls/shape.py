"""The widgets that change the attributes of a piece, or of one phrase."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from musegen.music.attributes import ATTRIBUTES, MAX_ATTRIBUTE_CHANGE
from musegen.web.controls.shape_values import target_line

__all__ = ["ShapeControls", "shape_controls"]

_HELP = {
    "density": "fewer or more notes",
    "register": "lower or higher",
    "range": "closer together or farther apart",
    "syncopation": "on the beat or against it",
    "harmony": "fewer or more different notes",
    "contour": "falling or rising lines",
    "loudness": "softer or louder",
}


@dataclass(frozen=True)
class ShapeControls:
    """The sliders, in the order of `ATTRIBUTES`, and the line that says what they change."""

    sliders: list[gr.Slider]
    target: gr.Markdown


def shape_controls() -> ShapeControls:
    """Make the section."""
    with gr.Accordion("Shape", open=False, elem_classes="mg-shape"):
        target = gr.Markdown(target_line(None), elem_classes="mg-note")
        sliders = [
            gr.Slider(
                -MAX_ATTRIBUTE_CHANGE,
                MAX_ATTRIBUTE_CHANGE,
                0,
                step=0.25,
                label=name.capitalize(),
                info=_HELP[name],
                buttons=[],
                min_width=100,
            )
            for name in ATTRIBUTES
        ]
    return ShapeControls(sliders, target)
