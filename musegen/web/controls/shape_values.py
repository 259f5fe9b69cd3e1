"""The section of the page that turns a piece's attributes, or a phrase's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from musegen.music.attributes import ATTRIBUTES, MAX_ATTRIBUTE_CHANGE
from musegen.recipe.schema import Adjust, Recipe

__all__ = ["ShapeControls", "set_shape", "shape_controls", "shape_of", "target_line"]

_MORE = {
    "density": "fewer or more notes",
    "register": "lower or higher",
    "range": "closer together or farther apart",
    "syncopation": "on the beat or against it",
    "harmony": "fewer or more different notes",
    "contour": "falling or rising lines",
    "loudness": "softer or harder",
}


@dataclass(frozen=True)
class ShapeControls:
    """The sliders, in the order of `ATTRIBUTES`, and the line that says what they turn."""

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
                info=_MORE[name],
                buttons=[],
                min_width=100,
            )
            for name in ATTRIBUTES
        ]
    return ShapeControls(sliders, target)


def target_line(phrase: int | None) -> str:
    """What the sliders turn: all of the piece, or one phrase, counted from 0."""
    return "Turns the whole piece" if phrase is None else f"Turns phrase {phrase + 1} alone"


def shape_of(recipe: Recipe, phrase: int | None) -> list[float]:
    """What the sliders show: the last change, if it was theirs and of this phrase."""
    last = recipe.edits[-1] if recipe.edits else None
    turned = last.changes if _is_of(last, phrase) else {}
    return [turned.get(name, 0.0) for name in ATTRIBUTES]


def set_shape(recipe: Recipe, phrase: int | None, values: Sequence[float]) -> Recipe:
    """A recipe with the sliders where they are.

    As long as nothing else is changed they turn one and the same change: to put them back to the
    middle undoes it.
    """
    changes = {name: value for name, value in zip(ATTRIBUTES, values, strict=True) if value}
    edits = recipe.edits
    if edits and _is_of(edits[-1], phrase):
        recipe = recipe.model_copy(update={"edits": edits[:-1]})
    if not changes:
        return recipe
    return recipe.then(Adjust(changes=changes, phrases=None if phrase is None else (phrase,)))


def _is_of(edit: object, phrase: int | None) -> bool:
    phrases = None if phrase is None else (phrase,)
    return isinstance(edit, Adjust) and edit.phrases == phrases
