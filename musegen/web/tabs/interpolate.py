"""The tab Interpolate: morph piece A into piece B."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from musegen.latent.interpolation import CURVES
from musegen.limits import DEFAULT_STEPS
from musegen.web.tabs.fields import slider
from musegen.web.tabs.morph_end import MorphEnd, morph_end

__all__ = ["InterpolateTab", "interpolate_tab"]


@dataclass(frozen=True)
class InterpolateTab:
    """The widgets of the tab."""

    a: MorphEnd
    b: MorphEnd
    settings: list[Component]  # steps, bars, curve
    button: gr.Button
    shares: list[Component]  # of B's harmony and of its texture
    mix: gr.Button
    square: gr.Button


def interpolate_tab() -> InterpolateTab:
    """Make the tab."""
    with gr.Row(elem_classes="mg-ends"):
        a, b = (morph_end(name, seed, f"{name} is") for name, seed in (("A", 42), ("B", 7)))
    steps = slider("steps", DEFAULT_STEPS, 1, "Steps from A to B")
    bars = slider("bars in a section", 4, 2, "Bars in each step")
    curves = [(name.capitalize(), name) for name in CURVES]
    curve = gr.Dropdown(curves, value="even", label="Curve", filterable=False, min_width=100)
    button = gr.Button("Morph A into B", variant="primary", elem_classes="mg-go", elem_id="morph")
    with gr.Accordion("Harmony of one, texture of the other", open=False, elem_classes="mg-fold"):
        shares: list[Component] = [
            slider("harmony of B", 0, 0.05, "Harmony and tune of B"),
            slider("texture of B", 1, 0.05, "Texture and beat of B"),
        ]
        mix = gr.Button("Mix A and B", elem_classes="mg-also", elem_id="mix")
        square = gr.Button("Play it on a pad", elem_classes="mg-also", elem_id="mix-square")
    return InterpolateTab(a, b, [steps, bars, curve], button, shares, mix, square)
