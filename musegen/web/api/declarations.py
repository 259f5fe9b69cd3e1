"""Declares the endpoints to Gradio, each with the components that document its arguments."""

from __future__ import annotations

import gradio as gr
from gradio.components import Component

from musegen.audio import soundfont_names
from musegen.latent.forms import DEFAULT_FORM
from musegen.latent.interpolation import CURVES
from musegen.latent.paths import MODELS
from musegen.limits import (
    DEFAULT_BARS,
    DEFAULT_SIMILARITY,
    DEFAULT_STEPS,
    DEFAULT_TEMPERATURE,
    DEFAULT_TEMPO,
)
from musegen.music.attributes import ATTRIBUTES
from musegen.music.bands import BANDS
from musegen.server.services import Services
from musegen.server.versions import SHEET_FILES, SOUND_FILES
from musegen.web.api.edits import EditEndpoints
from musegen.web.api.sources import SourceEndpoints

__all__ = ["add_endpoints"]


def add_endpoints(services: Services) -> None:
    """Add the endpoints to the page, with invisible components."""
    sources, edits = SourceEndpoints(services), EditEndpoints(services)
    fonts = soundfont_names()

    # Without limits and rounding: our own checks have better messages.
    def number(label: str, value: float | None = None) -> gr.Number:
        return gr.Number(value, label=label)

    def text(label: str, value: str = "") -> gr.Textbox:
        return gr.Textbox(value, label=label)

    def choice(label: str, choices: list[str], value: str | None) -> gr.Dropdown:
        return gr.Dropdown(choices, value=value, label=label, allow_custom_value=True)

    def midi(label: str = "MIDI file") -> gr.File:
        return gr.File(label=label)

    def asked() -> list[Component]:
        return [text("Chords"), text("Style"), number("Guidance")]

    phrases, keep = "Phrases, counted from 0", ["", *MODELS]
    with gr.Column(visible=False):
        inputs = {
            sources.random: [
                number("Seed"),
                number("Bars", DEFAULT_BARS),
                text("Form", DEFAULT_FORM),
                number("Temperature", DEFAULT_TEMPERATURE),
                number("Tempo", DEFAULT_TEMPO),
                text("Key"),
                *asked(),
            ],
            sources.interpolate: [
                number("Seed of A"),
                number("Seed of B"),
                midi("MIDI file of A"),
                midi("MIDI file of B"),
                number("Steps", DEFAULT_STEPS),
                number("Bars in each step", 4),
                choice("Curve", list(CURVES), "even"),
            ],
            sources.mix: [
                number("Seed of A"),
                number("Seed of B"),
                midi("MIDI file of A"),
                midi("MIDI file of B"),
                number("Harmony of B", 0),
                number("Texture of B", 1),
            ],
            edits.remix: [
                midi(),
                number("Similarity", DEFAULT_SIMILARITY),
                number("Seed"),
                text("Parts of tracks"),
                number("Tempo factor", 1),
                number("Quantize", 1),
            ],
            edits.vary: [
                midi(),
                text(phrases),
                number("Similarity", DEFAULT_SIMILARITY),
                number("Seed"),
                choice("Keep", keep, ""),
                text("Cells"),
            ],
            edits.redraw: [
                midi(),
                text(phrases),
                number("Seed"),
                choice("Keep", keep, ""),
                text("Cells"),
            ],
            edits.copy_phrase: [midi(), number("Phrase to copy"), number("Where to")],
            edits.clear: [midi(), text("Cells")],
            edits.cut: [midi(), number("First phrase", 0), number("How many", 4)],
            edits.extend: [midi(), number("Bars more", 8), number("Seed")],
            edits.shape: [
                midi(),
                text(phrases),
                *(number(name.capitalize(), 0) for name in ATTRIBUTES),
                text("Cells"),
            ],
            sources.blend: [
                number("x", 0.5),
                number("y", 0.5),
                text("Seeds", "1, 2, 3, 4"),
                *(midi(f"MIDI file of {corner}") for corner in "ABCD"),
            ],
            sources.line: [text("Places", "0.2 0.3, 0.8 0.5"), number("Phrases", 8)],
            edits.sound: [
                midi(),
                choice("Band", ["", *BANDS], ""),
                text("Key"),
                number("Tempo"),
                number("Swing"),
                gr.Checkbox(None, label="Human timing"),  # pyright: ignore[reportArgumentType]
            ],
            sources.again: [text("Link or recipe")],
            edits.accompany: [midi(), text("Parts to keep", "lead"), number("Seed"), *asked()],
            edits.restyle: [
                midi(),
                midi("MIDI file whose style it gets"),
                number("Strength", 1),
                number("Guidance"),
            ],
        }
        for function, components in inputs.items():
            gr.Button().click(
                function,
                components,
                [gr.File(label="MIDI file"), gr.JSON(label="Facts about the piece")],
                api_name=function.__name__,
                concurrency_limit=None,
            )
        gr.Button().click(
            edits.chords,
            midi(),
            gr.JSON(label="Chords"),
            api_name="chords",
            concurrency_limit=None,
        )
        gr.Button().click(
            edits.render,
            [
                midi(),
                choice("Soundfont", fonts, fonts[0] if fonts else None),
                choice("Format", [*SOUND_FILES, *SHEET_FILES], "wav"),
            ],
            gr.File(label="Sound file or sheet music"),
            api_name="render",
            concurrency_limit=None,
        )
