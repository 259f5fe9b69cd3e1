"""Fields that several tabs have."""

from __future__ import annotations

import gradio as gr

from musegen.server.uploads import ENDINGS
from musegen.server.validation import allowed_range

__all__ = ["file_field", "seed_field", "slider"]


def seed_field(label: str = "Seed", value: int = 42) -> tuple[gr.Row, gr.Number, gr.Checkbox]:
    """Make a row with a seed and its lock."""
    with gr.Row(elem_classes="mg-seed") as row:
        # No minimum here: Gradio would log a traceback for a number below it.
        number = gr.Number(value, label=label, precision=0, min_width=80, scale=1)
        lock = gr.Checkbox(
            False, label="Lock", container=False, min_width=40, scale=0, elem_classes="mg-lock"
        )
    return row, number, lock


def slider(
    name: str, value: float, step: float, label: str = "", elem_id: str | None = None
) -> gr.Slider:
    """Make a slider over the range that `musegen.server.validation` has for a name."""
    low, high = allowed_range(name)
    label = label or name.capitalize()
    return gr.Slider(
        low, high, value, step=step, label=label, buttons=[], min_width=100, elem_id=elem_id
    )


def file_field(label: str, height: int, visible: bool = True) -> gr.File:
    """Make a field for a MIDI file, or any file that was made here."""
    return gr.File(
        label=label,
        file_types=list(ENDINGS),
        height=height,
        elem_classes="mg-drop",
        buttons=[],
        visible=visible,
    )
