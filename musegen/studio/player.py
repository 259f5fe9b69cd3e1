"""The player: one component that shows a piece and plays it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
from gradio.data_classes import FileData, GradioModel

from musegen.music.instruments import program_name
from musegen.music.notes import DRUMS, PARTS, STEPS_PER_PHRASE

if TYPE_CHECKING:
    from musegen.music import Piece

__all__ = ["DRUM_KITS", "PlayerData", "instrument_name", "player", "player_data"]

# General MIDI level 2's drum kits by program; soundfonts play the standard kit for the rest.
DRUM_KITS: dict[str, int] = {
    "Standard Kit": 0,
    "Room Kit": 8,
    "Power Kit": 16,
    "Electronic Kit": 24,
    "TR-808 Kit": 25,
    "Jazz Kit": 32,
    "Brush Kit": 40,
    "Orchestra Kit": 48,
}


def instrument_name(part: str, program: int) -> str:
    """Name of what a part is played with: a General MIDI instrument, or a drum kit."""
    if part != "drums":
        return program_name(program)
    return next((name for name, kit in DRUM_KITS.items() if kit == program), "Standard Kit")


class PlayerData(GradioModel):
    """What goes to the browser. A file of this gets an address there; text is never markup.

    Attributes
    ----------
    id : str
        Of the piece: as long as it stays, so does the playing position.
    title : str
    details : list of str
        Short facts that stand under the title.
    link : str, optional
        Query of the address that makes the piece again.
    bars : int
    parts : list of list of str
        Name and instrument of each part that has notes.
    shown : list of str
        Names of the parts that are seen and heard.
    notes : str
        JSON: a list of ``[onset, part, pitch, duration, velocity]``, in steps, the part an index
        into `parts`. One string, because the framework walks through lists value by value.
    times : list of float
        Seconds at each phrase's start, and at the end of the last.
    marks : str
        JSON: a list of ``[bar, text]``: the sections.
    audio, midi, latents : FileData, optional
    problem : str, optional
        One line: why there is no sound.
    """

    id: str
    title: str
    details: list[str]
    link: str | None = None
    bars: int
    parts: list[list[str]]
    shown: list[str]
    notes: str
    times: list[float]
    marks: str = "[]"
    audio: FileData | None = None
    midi: FileData | None = None
    latents: FileData | None = None
    problem: str | None = None


def player_data(
    piece: Piece,
    *,
    id: str,
    title: str,
    details: Sequence[str] = (),
    marks: Sequence[tuple[int, str]] = (),
    shown: Sequence[str] | None = None,
    link: str | None = None,
    files: dict[str, Path] | None = None,
    problem: str | None = None,
) -> PlayerData:
    """A piece as the player wants it.

    Parameters
    ----------
    piece : Piece
    id, title, details, marks, shown, link, problem
        As in `PlayerData`; all parts are shown if `shown` is None.
    files : dict of str to Path, optional
        Any of ``audio``, ``midi``, ``latents``, in a folder that Gradio may serve from.
    """
    names = piece.parts
    index = [names.index(part) if part in names else -1 for part in PARTS]
    notes = piece.notes
    onset = notes["onset"] + np.where(notes["part"] == DRUMS, notes["offset"], 0.0)
    rows = [
        [round(float(start), 2), index[part], int(pitch), int(duration), int(velocity)]
        for start, part, pitch, duration, velocity in zip(
            np.maximum(onset, 0),
            notes["part"],
            notes["pitch"],
            notes["duration"],
            notes["velocity"],
            strict=True,
        )
    ]
    borders = np.arange(len(piece) + 1) * STEPS_PER_PHRASE
    served = {
        name: FileData(path=str(path), orig_name=path.name) for name, path in (files or {}).items()
    }
    return PlayerData(
        id=id,
        title=title,
        details=list(details),
        link=link,
        bars=piece.bars,
        parts=[[name, instrument_name(name, piece.programs[name])] for name in names],
        shown=list(names if shown is None else shown),
        notes=json.dumps(rows, separators=(",", ":")),
        times=[round(float(second), 4) for second in piece.seconds_at(borders)],
        marks=json.dumps(list(marks)),
        problem=problem,
        **served,
    )


def _own(name: str) -> str:
    return resources.files(__package__).joinpath("player", name).read_text("utf-8")


def player(**kwargs) -> gr.HTML:
    """Make the component: a piano roll with its own sound. Its values are `PlayerData`.

    Events besides Gradio's: ``draw`` (the invitation of the empty player was taken) and ``parts``
    (parts were hidden or shown; the event's data has their names as ``shown``).
    """
    component = gr.HTML(
        html_template=_own("player.html"),
        css_template=_own("player.css"),
        js_on_load=_own("player.js"),
        apply_default_css=False,
        **kwargs,
    )
    # Of a subclass Gradio would write a stub file beside this one at each start.
    component.data_model = PlayerData
    return component
