"""The tab Random: draw a piece, or start with an example."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import gradio as gr
from gradio.components import Component

from musegen.files import CHECKPOINTS
from musegen.latent.forms import DEFAULT_FORM, FORMS
from musegen.limits import DEFAULT_BARS, DEFAULT_TEMPERATURE
from musegen.model.choices import known_styles, usual_guidance
from musegen.music.harmony import PROGRESSIONS
from musegen.recipe.examples import EXAMPLES
from musegen.recipe.naming import FORM_NAMES
from musegen.web.components.plan.component import plan
from musegen.web.tabs.fields import seed_field, slider

__all__ = ["RandomTab", "random_tab"]


@dataclass(frozen=True)
class RandomTab:
    """The widgets of the tab."""

    examples: dict[str, gr.Button]
    settings: list[Component]  # seed, lock, bars, form, temperature
    bars: gr.Slider
    form: gr.Dropdown
    asked: list[Component]  # chords, styles, guidance
    plan: gr.HTML  # the sections of the form, if it is a plan
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
    bars = slider("bars", DEFAULT_BARS, 2, "Length in bars", "bars")
    form = gr.Dropdown(
        [(FORM_NAMES.get(form, form), form) for form in FORMS],
        value=DEFAULT_FORM,
        label="Form",
        allow_custom_value=True,  # a plan
        min_width=100,
    )
    with gr.Accordion("Plan its sections", open=False, elem_classes="mg-fold"):
        sections = plan(bars.maximum)
    asked = _asked_fields()
    button = gr.Button("Draw a piece", variant="primary", elem_classes="mg-go", elem_id="draw")
    with gr.Accordion("For researchers", open=False, elem_classes="mg-fold"):
        temperature = slider("temperature", DEFAULT_TEMPERATURE, 0.05)
    settings = [number, lock, bars, form, temperature]
    return RandomTab(examples, settings, bars, form, asked, sections, button)


def _asked_fields() -> list[Component]:
    """Make the fields for what a draw is asked for."""
    styles = known_styles(CHECKPOINTS)
    with gr.Accordion("Chords and style", open=False, elem_classes="mg-fold", elem_id="asked"):
        chords = gr.Textbox(
            label="Chords", placeholder="| C G | Am F |  or  I V vi IV", elem_id="chords"
        )
        # Its choice becomes the text, where it can be changed.
        progression = gr.Dropdown(
            [(_label(name), bars.strip("| ")) for name, bars in PROGRESSIONS.items()],
            value=None,
            label="Or a progression",
            min_width=100,
        )
        progression.input(
            None,
            progression,
            chords,
            js="(bars) => bars ? `| ${bars} |` : ''",
            api_visibility="private",
        )
        style = gr.Dropdown(
            [(style.capitalize(), style) for style in styles],
            value=[],
            multiselect=True,
            label="Style: one, or a mix",
            visible=bool(styles),
            min_width=100,
        )
        guidance = slider("guidance", usual_guidance(CHECKPOINTS), 0.25, "How strictly")
    return [chords, style, guidance]


def _label(progression: str) -> str:
    """Return the name and the beginning of a progression."""
    bars = " ".join(PROGRESSIONS[progression].replace("|", " ").split())
    return f"{progression.capitalize()}: {textwrap.shorten(bars, 36, placeholder=' …')}"
