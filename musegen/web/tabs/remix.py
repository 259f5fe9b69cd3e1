"""The tabs: where music comes from."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
import numpy as np

from musegen.latent.forms import DEFAULT_FORM, FORMS
from musegen.latent.interpolation import CURVES
from musegen.limits import DEFAULT_TEMPERATURE
from musegen.map.phrase_map import PhraseMap
from musegen.recipe.examples import EXAMPLES
from musegen.server.uploads import ENDINGS
from musegen.server.validation import allowed_range
from musegen.web.components.map.component import map_data, map_view
from musegen.web.components.square.component import square
from musegen.web.components.tabs.component import tab_bar, tab_group, tab_panel
from musegen.web.components.tracks.component import tracks_view
from musegen.web.handlers.sources import END_FILE, END_PLAYING, END_SEED, first_corners

__all__ = [
    "End",
    "ExploreTab",
    "InterpolateTab",
    "RandomTab",
    "RemixTab",
    "explore_tab",
    "interpolate_tab",
    "random_tab",
    "remix_tab",
]


@dataclass(frozen=True)
class RandomTab:
    """Draw a piece, or begin with one that is ready."""

    examples: dict[str, gr.Button]
    settings: list[gr.components.Component]  # seed, lock, bars, form, temperature
    button: gr.Button


@dataclass(frozen=True)
class End:
    """One end of a morph."""

    origin: gr.Dropdown
    seed: gr.Number
    row: gr.Row
    lock: gr.Checkbox
    kept: gr.Textbox  # the recipe of what is kept
    name: gr.Markdown
    file: gr.File

    @property
    def inputs(self) -> list[gr.components.Component]:
        """What says which piece it is."""
        return [self.origin, self.seed, self.lock, self.kept, self.file]

    @property
    def chosen(self) -> list[gr.blocks.Block]:
        """What changes when it is chosen where the piece comes from."""
        return [self.row, self.file, self.kept, self.name]


@dataclass(frozen=True)
class InterpolateTab:
    """Morph A into B."""

    a: End
    b: End
    settings: list[gr.components.Component]  # steps, bars, curve
    button: gr.Button


@dataclass(frozen=True)
class ExploreTab:
    """The map, and the square between four pieces."""

    map: gr.HTML
    square: gr.HTML
    corners: gr.Textbox  # JSON: the recipes of the corners


@dataclass(frozen=True)
class RemixTab:
    """A visitor's own music."""

    file: gr.File
    own: gr.Textbox  # its recipe
    tracks: gr.HTML  # what was made of it
    similarity: gr.Slider
    seed: gr.Number
    lock: gr.Checkbox
    vary: gr.Button
    same: gr.Button
    end: End  # what it is morphed into
    steps: gr.Slider
    morph: gr.Button


def random_tab() -> RandomTab:
    """Make the tab."""
    gr.HTML('<div class="mg-label" id="examples">Begin with</div>')
    with gr.Row(elem_classes="mg-examples"):
        examples = {
            name: gr.Button(name, size="sm", min_width=60, elem_classes="mg-example")
            for name in EXAMPLES
        }
    _, number, lock = _seed()
    bars = _slider("bars", 16, 2, "Length in bars")
    temperature = _slider("temperature", DEFAULT_TEMPERATURE, 0.05)
    form = gr.Dropdown(FORMS, value=DEFAULT_FORM, label="Form", filterable=False, min_width=100)
    button = gr.Button("Draw a piece", variant="primary", elem_classes="mg-go", elem_id="draw")
    return RandomTab(examples, [number, lock, bars, form, temperature], button)


def interpolate_tab() -> InterpolateTab:
    """Make the tab."""
    with gr.Row(elem_classes="mg-ends"):
        a, b = (_end(name, seed, f"{name} is") for name, seed in (("A", 42), ("B", 7)))
    steps = _slider("steps", 9, 1, "Steps from A to B")
    bars = _slider("bars in a section", 4, 2, "Bars in each step")
    curves = [(name.capitalize(), name) for name in CURVES]
    curve = gr.Dropdown(curves, value="even", label="Curve", filterable=False, min_width=100)
    button = gr.Button("Morph A into B", variant="primary", elem_classes="mg-go", elem_id="morph")
    return InterpolateTab(a, b, [steps, bars, curve], button)


def _end(name: str, seed: int, label: str) -> End:
    """One end of a morph: A, B, or the other end of a morph that begins with a visitor's music."""
    is_letter = len(name) == 1
    with gr.Column(elem_classes="mg-end" if is_letter else "mg-other-end", min_width=120):
        if is_letter:
            gr.HTML(f'<div class="mg-letter" aria-hidden="true">{name}</div>')
        origin = gr.Dropdown(
            [END_SEED, END_PLAYING, END_FILE, *EXAMPLES],
            value=END_SEED,
            label=label,
            filterable=False,
            min_width=100,
            elem_id=f"origin-{name.split()[-1].lower()}",
        )
        row, number, lock = _seed(f"Seed of {name}", seed)
        kept = gr.Textbox(visible=False)
        # As text: a piece can be named after a visitor's file.
        named = gr.Textbox(visible=False, label="Kept", interactive=False, elem_classes="mg-kept")
        file = _file(f"File for {name}", height=58, visible=False)
    return End(origin, number, row, lock, kept, named, file)


def explore_tab(phrase_map: PhraseMap | None) -> ExploreTab:
    """Make the tab."""
    texts, shown = first_corners()
    corners = gr.Textbox(texts, visible=False)
    with tab_group():
        tab_bar(("Map", "Square"), "Ways to explore")
        with tab_panel("Map"):
            if phrase_map is None:
                gr.Markdown("These checkpoints have no map: python -m musegen map makes one.")
            places = map_view(
                value=map_data(phrase_map.positions, _colours(phrase_map)) if phrase_map else None,
                visible=phrase_map is not None,
                elem_id="map-view",
            )
        with tab_panel("Square"):
            blend = square(value=shown, elem_id="square-view")
    return ExploreTab(places, blend, corners)


def _colours(phrase_map: PhraseMap) -> dict[str, np.ndarray]:
    """What the map can be coloured by; first what changes most smoothly over it."""
    return {"harmony": phrase_map.attributes["harmony"], **phrase_map.attributes}


def remix_tab() -> RemixTab:
    """Make the tab."""
    file = _file("A MIDI file of your own, or any file that was made here", height=92)
    own = gr.Textbox(visible=False)
    tracks = tracks_view(elem_id="tracks", elem_classes="mg-tracks-block")
    similarity = _slider("similarity", 0.8, 0.05)
    _, seed, lock = _seed()
    vary = gr.Button("Vary it", variant="primary", elem_classes="mg-go", elem_id="vary")
    same = gr.Button("Reconstruct it", elem_classes="mg-also", elem_id="reconstruct")
    with gr.Accordion("Morph it into another", open=False, elem_classes="mg-fold"):
        end = _end("the other end", 7, "It becomes")
        steps = _slider("steps", 9, 1, "Steps on the way")
        morph = gr.Button("Morph it", elem_classes="mg-also", elem_id="morph-own")
    return RemixTab(file, own, tracks, similarity, seed, lock, vary, same, end, steps, morph)


def _seed(label: str = "Seed", value: int = 42) -> tuple[gr.Row, gr.Number, gr.Checkbox]:
    with gr.Row(elem_classes="mg-seed") as row:
        # Its limits are checked with all others: Gradio would write a traceback into the log.
        number = gr.Number(value, label=label, precision=0, min_width=80, scale=1)
        lock = gr.Checkbox(
            False, label="Lock", container=False, min_width=40, scale=0, elem_classes="mg-lock"
        )
    return row, number, lock


def _slider(name: str, value: float, step: float, label: str = "") -> gr.Slider:
    low, high = allowed_range(name)
    label = label or name.capitalize()
    return gr.Slider(low, high, value, step=step, label=label, buttons=[], min_width=100)


def _file(label: str, height: int, visible: bool = True) -> gr.File:
    return gr.File(
        label=label,
        file_types=list(ENDINGS),
        height=height,
        elem_classes="mg-drop",
        buttons=[],
        visible=visible,
    )
