"""The widgets for one end of a morph: where its piece comes from."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from musegen.recipe.examples import EXAMPLES
from musegen.web.tabs.fields import file_field, seed_field

__all__ = ["FROM_FILE", "FROM_PLAYER", "FROM_SEED", "MorphEnd", "morph_end"]

# Where the piece comes from; besides these there are the names of the examples.
FROM_SEED, FROM_PLAYER, FROM_FILE = "A seed", "What plays now", "A file of mine"


@dataclass(frozen=True)
class MorphEnd:
    """The widgets of one end."""

    origin: gr.Dropdown
    seed: gr.Number
    row: gr.Row
    lock: gr.Checkbox
    recipe: gr.Textbox  # of the piece that played when `FROM_PLAYER` was chosen
    title: gr.Textbox  # of that piece
    file: gr.File

    @property
    def inputs(self) -> list[Component]:
        """The widgets that determine the piece, in the order of `musegen.web.handlers.morphs`."""
        return [self.origin, self.seed, self.lock, self.recipe, self.file]

    @property
    def updated(self) -> list[Block]:
        """The widgets that change with the origin."""
        return [self.row, self.file, self.recipe, self.title]


def morph_end(name: str, seed: int, label: str) -> MorphEnd:
    """Make the widgets of end A or B, or of the other end of a morph of a visitor's music."""
    is_letter = len(name) == 1
    with gr.Column(elem_classes="mg-end" if is_letter else "mg-other-end", min_width=120):
        if is_letter:
            gr.HTML(f'<div class="mg-letter" aria-hidden="true">{name}</div>')
        origin = gr.Dropdown(
            [FROM_SEED, FROM_PLAYER, FROM_FILE, *EXAMPLES],
            value=FROM_SEED,
            label=label,
            filterable=False,
            min_width=100,
            elem_id=f"origin-{name.split()[-1].lower()}",
        )
        row, number, lock = seed_field(f"Seed of {name}", seed)
        recipe = gr.Textbox(visible=False)
        # A text field, not Markdown: a visitor's file may have given the piece its title.
        title = gr.Textbox(visible=False, label="Kept", interactive=False, elem_classes="mg-kept")
        file = file_field(f"File for {name}", height=58, visible=False)
    return MorphEnd(origin, number, row, lock, recipe, title, file)
