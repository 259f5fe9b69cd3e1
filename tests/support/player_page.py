"""A page with the player alone, for tests: `python tests/support/player_page.py PORT FILE.mid...`.

It needs no model. A button for each file shows it; one field shows the last event. What the
player asks for is done by simple means: a phrase that is drawn again is moved up by a tone.
"""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path

import gradio as gr
import numpy as np
from gradio.utils import get_upload_folder

from musegen import audio
from musegen.music import Piece
from musegen.music.arrange import copy_phrase, cut, repeat
from musegen.music.notes import DRUMS, PARTS, STEPS_PER_PHRASE, part_index
from musegen.reading import read_midi
from musegen.web.assets import asset
from musegen.web.components.player.component import PlayerData, player, player_data
from musegen.web.modules import module_routes, page_head
from musegen.web.theme import theme

FILE = "(file) => { document.dispatchEvent(new CustomEvent('musegen:file', { detail: file })); }"
STEPS = 4  # of the morph


class Recipes:
    """Recipes here are JSON: the name of a file, and the changes that were made to it."""

    def __init__(self, files: list[str]) -> None:
        self._stems: dict[str, audio.Stems] = {}
        self.sources = {Path(file).stem: read_midi(file) for file in files}

    def piece(self, recipe: str) -> Piece:
        name, *edits = json.loads(recipe)
        piece = self.sources[name]
        for edit in edits:
            piece = change(piece, edit)
        return piece

    def shown(self, recipe: str, id: str, stems: audio.Stems | None = None) -> PlayerData:
        name, *edits = json.loads(recipe)
        piece = self.piece(recipe)
        half = len(piece) // 2 * 2
        is_morph = name == "morph" and not any(edit["do"] == "cut" for edit in edits)
        each = piece.bars // STEPS
        blend = [(i * each, i / (STEPS - 1)) for i in range(STEPS)] if is_morph else None
        silences = [edit["cells"] for edit in edits if edit["do"] == "silence"]
        silent = silences[-1] if silences else None
        sound = stream = None
        if stems is not None:
            sound = new_folder() / "piece.flacs"
            stream = audio.write_stream(sound, stems)
        return player_data(
            piece,
            id=id,
            title=name,
            details=(f"{piece.bars} bars", *(edit["do"] for edit in edits)),
            recipe=recipe,
            stem=f"musegen-{name}",
            marks=((0, "A"), (half, "B")),
            blend=blend,
            silent=silent,
            link=f"?piece={name}",
            sound=sound,
            stream=stream,
        )

    def stems(self, recipe: str) -> audio.Stems:
        """The parts' sounds; what was rendered before comes at once."""
        if recipe not in self._stems:
            self._stems[recipe] = audio.render_stems(self.piece(recipe))
        return self._stems[recipe]

    def mix(self, recipe: str) -> audio.Stems:
        stems = self.stems(recipe)
        return audio.Stems({"mix": stems.mix}, stems.rate, {})

    def file(self, recipe: str, kind: str) -> str:
        piece, stems = self.piece(recipe), self.stems(recipe)
        stem = new_folder() / f"musegen-{json.loads(recipe)[0]}"
        path = stem.with_suffix(f".{kind}")
        if kind == "midi":
            piece.write_midi(path := stem.with_suffix(".mid"))
        elif kind == "npy":
            np.save(path, np.zeros((len(piece), 4), np.float32))
        elif kind == "stems":
            path = stem.with_name(f"{stem.name}-stems.zip")
            audio.write_stems(path, stems)
        else:
            audio.write_audio(path, stems.mix, stems.rate)
        return str(path)


def change(piece: Piece, edit: dict) -> Piece:
    if edit["do"] == "copy":
        return copy_phrase(piece, edit["source"], edit["target"])
    if edit["do"] == "cut":
        return cut(piece, edit["first"], edit["phrases"])
    if edit["do"] == "extend":
        return repeat(piece, piece.bars + edit["bars"])
    if edit["do"] == "instrument":
        return piece.with_programs({"lead": 73})
    notes = piece.notes.copy()
    phrases = edit.get("phrases", [])
    cells = edit.get("cells") or dict.fromkeys(edit.get("parts", PARTS), phrases)
    changed = np.any(
        [
            (notes["part"] == part_index(part)) & np.isin(notes["onset"] // STEPS_PER_PHRASE, own)
            for part, own in cells.items()
        ],
        axis=0,
    )
    if edit["do"] == "clear":
        notes = notes[~changed]
    elif edit["do"] != "silence":
        notes["pitch"][changed & (notes["part"] != DRUMS)] += 2
    keys, tempos = zip(*((phrase.key, phrase.tempo) for phrase in piece.phrases), strict=True)
    return Piece.from_notes(notes, keys, tempos, dict(piece.programs), piece.bars)


def new_folder() -> Path:
    folder = Path(get_upload_folder()) / secrets.token_hex(16)
    folder.mkdir(parents=True)
    return folder


def main() -> None:
    port, *files = sys.argv[1:]
    recipes = Recipes(files)

    def start(name: str) -> tuple:
        recipe, id = json.dumps([name]), secrets.token_hex(8)
        return recipe, id, recipes.shown(recipe, id)

    def sound(recipe: str, id: str) -> PlayerData:
        return recipes.shown(recipe, id, recipes.stems(recipe))

    def mix(recipe: str, id: str) -> PlayerData:
        return recipes.shown(recipe, id, recipes.mix(recipe))

    def show_event(event: gr.EventData) -> str:
        return json.dumps(event._data)

    def edit(recipe: str, id: str, event: gr.EventData) -> tuple:
        recipe = json.dumps([*json.loads(recipe), event._data])
        return recipe, id, recipes.shown(recipe, id)

    def other(recipe: str, id: str) -> tuple:
        recipe = json.dumps([*json.loads(recipe), {"do": "instrument"}])
        return recipe, id, recipes.shown(recipe, id)

    def open_again(id: str, event: gr.EventData) -> tuple:
        recipe = event._data["recipe"]
        id = id if event._data.get("id") else secrets.token_hex(8)
        return recipe, id, recipes.shown(recipe, id)

    def make(recipe: str, event: gr.EventData) -> str:
        return recipes.file(recipe, event._data["kind"])

    quiet = {"show_progress": "hidden"}
    with gr.Blocks(title="Player", fill_width=True) as page:
        recipe, id = gr.State(), gr.State()
        stage = player(elem_id="player")
        event_line = gr.Textbox("", elem_id="event", label="Event", interactive=True)
        shown = [recipe, id, stage]
        # Also while the last one's is on its way.
        each = {**quiet, "trigger_mode": "multiple"}
        hear = {"fn": sound, "inputs": [recipe, id], "outputs": stage, **each}
        for name in recipes.sources:
            button = gr.Button(name, elem_id=name)
            button.click(lambda name=name: start(name), None, shown, **quiet).success(**hear)
        gr.Button("Notes alone", elem_id="alone").click(
            lambda: start("short"), None, shown, **quiet
        )
        gr.Button("Their mix", elem_id="mix").click(mix, [recipe, id], stage, **quiet)
        gr.Button("Other instrument", elem_id="other").click(
            other, [recipe, id], shown, **quiet
        ).success(**hear)
        for event in (stage.draw, stage.phrase, stage.edit, stage.open, stage.file, stage.cancel):
            event(show_event, None, event_line, **quiet)
        stage.edit(edit, [recipe, id], shown, **quiet).success(**hear)
        stage.open(open_again, id, shown, **quiet).success(**hear)
        file = gr.File(visible=False)
        stage.file(make, recipe, file, **quiet).success(None, file, None, js=FILE)
    page.launch(
        server_port=int(port),
        theme=theme(),
        css=asset("static/page.css"),
        head=page_head(),
        ssr_mode=False,
        app_kwargs={"routes": module_routes()},
    )


if __name__ == "__main__":
    main()
