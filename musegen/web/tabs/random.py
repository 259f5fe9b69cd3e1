"""The tab Random: draw a piece, or start with an example."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from musegen.latent.forms import DEFAULT_FORM, FORMS
from musegen.limits import DEFAULT_BARS, DEFAULT_TEMPERATURE
from musegen.recipe.examples import EXAMPLES
from musegen.web.tabs.fields import seed_field, slider

__all__ = ["RandomTab", "random_tab"]


@dataclass(frozen=True)
class RandomTab:
    """The widgets of the tab."""

    examples: dict[str, gr.Button]
    settings: list[Component]  # seed, lock, bars, form, temperature
    button: gr.Button


def random_tab() -> RandomTab:
    """Make the tab."""
    gr.HTML('<div class="mg-label" id="examples">Begin with</div>')
    with gr.Row(elem_classes="mg-examples"):
        examples = {
            name: gr.Button(name, size="sm", min_width=60, elem_classes="mg-example")
            for name in EXAMPLES
        }
    _, number, lock = seed_field()
    bars = slider("bars", DEFAULT_BARS, 2, "Length in bars")
    form = gr.Dropdown(FORMS, value=DEFAULT_FORM, label="Form", filterable=False, min_width=100)
    button = gr.Button("Draw a piece", variant="primary", elem_classes="mg-go", elem_id="draw")
    with gr.Accordion("For researchers", open=False, elem_classes="mg-fold"):
        temperature = slider("temperature", DEFAULT_TEMPERATURE, 0.05)
    return RandomTab(examples, [number, lock, bars, form, temperature], button)
